// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_JSON_SLOTS_HPP
#define GLOBUS_CORE_JSON_SLOTS_HPP

#include <globus/core/config.hpp>
#include <globus/core/duration.hpp>
#include <globus/core/members.hpp>
#include <globus/core/open_enum.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

// Where the values of a JSON document go: into slots, each an object and the table of what can be done with an object
// of its type. The tables are made from the described members, so that one reader serves all types.

namespace globus::detail {

/**
 * The memory that a document may take while it is read, in bytes. A text of megabytes can describe a document of a
 * hundred times its size ("[{},{},..."), so lists, maps and long texts are counted as they come.
 */
class DocumentRoom {
public:
    explicit DocumentRoom(std::size_t most) noexcept : most_(most) { text_bytes(0); }

    /// Says how much of the text is there: a short text must not make a large document.
    void text_bytes(std::size_t bytes) noexcept;
    /// Says what part of the text is read, from 0 to 1; 0 if it is not known how long it will be.
    void part_read(double part) noexcept { part_read_ = part; }

    /// Takes a number of bytes. @throws DecodeError  if fewer are left
    void take(std::size_t bytes);
    /// Takes room for a text, unless it is so short that its object holds it.
    void take_text(std::size_t size);
    /// Takes room for a buffer of `capacity` that has to hold `needed` elements of `size` bytes, and says how many it
    /// should hold: all that the rest of the text will probably have, if it holds many already. The old buffer still
    /// counts: memory that is freed between other blocks is seldom given back to the system.
    [[nodiscard]] std::size_t grow(std::size_t capacity, std::size_t needed, std::size_t size);

private:
    [[noreturn]] static void refuse();

    std::size_t most_;       ///< whatever the text is
    std::size_t limit_ = 0;  ///< for the text that is there
    std::size_t taken_ = 0;
    double part_read_ = 0;
};

struct SlotType;

/// An object that the next JSON value goes to; `type` null: the value is skipped.
struct Slot {
    void* object = nullptr;
    SlotType const* type = nullptr;
};

/// One member of a described type: its name on the wire, its type, and where it lies in the object.
struct SlotMember {
    std::string_view name = {};
    SlotType const* type = nullptr;
    std::size_t offset = 0;
};

/// The members of a described type, found by a hash of their names.
struct SlotMembers {
    SlotMember const* members;
    std::uint8_t const* buckets;  ///< index of a member + 1; 0: empty
    std::size_t mask;             ///< number of buckets - 1

    static constexpr std::size_t hash(std::string_view name) noexcept {
        if (name.empty()) return 0;
        auto const at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(name[i])); };
        return name.size() * 31 + at(0) * 7 + at(name.size() / 2) * 131 + at(name.size() - 1) * 17 +
               at(name.size() * 3 / 4) * 53;
    }
    [[nodiscard]] SlotMember const* find(std::string_view name) const noexcept;
};

/// What can be read into an object of one type. A null entry: that kind of value does not fit.
struct SlotType {
    char const* expected;                    ///< in words, for messages
    void (*null)(void*) = nullptr;           ///< JSON null
    bool (*boolean)(void*, bool) = nullptr;  ///< each returns false if the value does not fit
    bool (*integer)(void*, std::int64_t) = nullptr;
    bool (*natural)(void*, std::uint64_t) = nullptr;
    bool (*real)(void*, double) = nullptr;
    bool (*string)(void*, std::string_view) = nullptr;
    void (*object)(void*) = nullptr;                                 ///< '{' begins
    void (*array)(void*) = nullptr;                                  ///< '[' begins
    SlotMembers const& (*members)() = nullptr;                       ///< of a described type
    SlotType const* value = nullptr;                                 ///< of an element of a list or an entry of a map
    Slot (*make)(void*, std::string_view, DocumentRoom&) = nullptr;  ///< an element, or the entry of that name
    void (*drop)(void*, std::string_view) = nullptr;                 ///< the last element, or the entry of that name
    Slot (*inner)(void*) = nullptr;  ///< Optional and Required: the slot of the value inside
    void (*reset)(void*) = nullptr;  ///< for Optional: it makes it absent again
    bool dom = false;                ///< a Json, which takes anything
};

template <class T>
struct SlotTypeOf;

template <class T>
Slot slot_of(T& object) {
    return {&object, &SlotTypeOf<T>::value};
}

template <class T>
T& as(void* object) {
    return *static_cast<T*>(object);
}

/// True if a floating-point type has the number itself, not only one close to it.
template <class T, class N>
bool is_exact(N number) {
    if constexpr (std::numeric_limits<T>::digits >= std::numeric_limits<N>::digits) return true;
    constexpr N limit = N{1} << std::min(std::numeric_limits<T>::digits, std::numeric_limits<N>::digits - 1);
    if (number <= limit && (std::unsigned_integral<N> || number >= N{0} - limit)) return true;
    while (number % 2 == 0) number /= 2;  // removes the zeros at the end of its binary digits
    return number < limit && (std::unsigned_integral<N> || number > N{0} - limit);
}

/// Stores an integer; false if the type has no such number.
template <class T, class N>
bool store_whole(void* object, N number) {
    if constexpr (std::integral<T>) {
        if (!std::in_range<T>(number)) return false;
    } else {
        if (!is_exact<T>(number)) return false;
    }
    as<T>(object) = static_cast<T>(number);
    return true;
}
template <class T>
bool store_integer(void* object, std::int64_t number) {
    return store_whole<T>(object, number);
}
template <class T>
bool store_natural(void* object, std::uint64_t number) {
    return store_whole<T>(object, number);
}
template <class T>
bool store_real(void* object, double number) {
    if constexpr (std::integral<T>) {
        constexpr double limit = 1125899906842624.0;  // 2^50: what Boost.JSON reads is
                                                      // inexact in the last bits
        if (!(number > -limit && number < limit) || number != static_cast<double>(static_cast<std::int64_t>(number)))
            return false;
        return store_integer<T>(object, static_cast<std::int64_t>(number));
    } else {
        if (!(number >= -std::numeric_limits<T>::max() && number <= std::numeric_limits<T>::max())) return false;
        as<T>(object) = static_cast<T>(number);
        return true;
    }
}

template <class V>
inline constexpr bool is_readable_member = !std::same_as<V, AdditionalFields> && !requires { V::value.data(); };

/// The readers of the members of a described type; null for one that is not read.
template <class V>
constexpr SlotType const* slot_type_of_member() {
    if constexpr (is_readable_member<V>)
        return &SlotTypeOf<V>::value;
    else
        return nullptr;
}
template <class... Vs>
constexpr std::array<SlotType const*, sizeof...(Vs)> slot_types_of(MemberTypes<Vs...>) {
    return {slot_type_of_member<Vs>()...};
}
template <class T>
struct SlotTypesOfMembers {
    static constexpr auto value = slot_types_of(typename T::members::template types_of<>());
};

/// Room for the table of a type with that many members.
template <std::size_t Size>
struct MemberTable {
    static constexpr std::size_t bucket_count() {
        std::size_t count = 4;
        while (count < 3 * Size) count *= 2;
        return count;
    }
    SlotMember members[Size + 1] = {};
    std::uint8_t buckets[bucket_count()] = {};
};

/// Fills the table of a described type.
/// @param keys, types, at  the names of its members, their readers, and their places in `object`; `at` ends with null
SlotMembers make_members(std::string_view const* keys, Wires wires, SlotType const* const* types, void const* const* at,
                         void const* object, SlotMember* members, std::uint8_t* buckets, std::size_t bucket_count);

/// The table of a described type, made when the first object of it is read.
template <class T>
SlotMembers const& members_of() {
    using Members = typename T::members;
    static_assert(Members::size < 255);
    using Table = MemberTable<Members::size>;
    static constinit Table table = {};
    static SlotMembers const made = [] {
        constexpr std::string_view const* keys = Members::keys.data();
        constexpr SlotType const* const* types = SlotTypesOfMembers<T>::value.data();
        constexpr Wires wires = wires_of<T>();
        constexpr std::size_t buckets = Table::bucket_count();
        T const object{};
        void const* at[Members::size + 1] = {};
        object.with_members(AddressesOfMembers{at});
        return make_members(keys, wires, types, at, &object, table.members, table.buckets, buckets);
    }();
    return made;
}

/// Adds an element.
template <class T>
Slot next_element(void* object, std::string_view, DocumentRoom& room) {
    T& list = as<T>(object);
    constexpr std::size_t size = sizeof(typename T::value_type);
    if constexpr (requires { list.reserve(list.capacity()); }) {
        if (list.size() == list.capacity()) list.reserve(room.grow(list.capacity(), list.size() + 1, size));
    } else {
        room.take(size + 64);
    }
    return slot_of(list.emplace_back());
}

/// Adds an entry.
template <class T>
Slot next_entry(void* object, std::string_view key, DocumentRoom& room) {
    room.take(sizeof(typename T::value_type) + 64);
    room.take_text(key.size());
    return slot_of(as<T>(object)[std::string(key)]);
}

/// Optional numbers are stored directly.
template <class T>
concept Number = std::integral<T> || std::floating_point<T>;

template <class T>
inline constexpr bool is_optional_number = false;
template <Number T>
inline constexpr bool is_optional_number<Optional<T>> = true;

/// Stores into an Optional by `store(void*, value)`, which says whether the value fits.
template <class T, class V, class F>
bool store_optional(void* object, V value, F store) {
    auto& optional = as<Optional<T>>(object);
    if (store(&optional.emplace(), value)) return true;
    optional.reset();
    return false;
}

// Most values are optional texts, numbers and flags: the functions that store them are compiled once.
bool store_text(void* object, std::string_view text);
bool store_word(void* object, std::string_view text);
bool store_optional_text(void* object, std::string_view text);
void store_no_text(void* object);
void reset_text(void* object);
bool store_optional_integer(void* object, std::int64_t number);
bool store_optional_natural(void* object, std::uint64_t number);
bool store_optional_real(void* object, double number);
void store_no_integer(void* object);
void reset_integer(void* object);
bool store_optional_flag(void* object, bool flag);
void store_no_flag(void* object);
void reset_flag(void* object);

/// Stores a number of units.
template <class T, class N>
bool store_duration(void* object, N number) {
    std::int64_t count = 0;
    bool fits = false;
    if constexpr (std::floating_point<N>)
        fits = store_real<std::int64_t>(&count, number);
    else
        fits = store_whole<std::int64_t>(&count, number);
    if (fits) as<T>(object) = count;
    return fits;
}

/// The readers of an Optional or a Required.
template <class T>
constexpr SlotType make_wrapper_slot_type() {
    if constexpr (std::same_as<T, Optional<std::string>>) {
        return {.expected = "a text", .null = &store_no_text, .string = &store_optional_text, .reset = &reset_text};
    } else if constexpr (std::same_as<T, Optional<std::int64_t>>) {
        return {.expected = "an integer in range",
                .null = &store_no_integer,
                .integer = &store_optional_integer,
                .natural = &store_optional_natural,
                .real = &store_optional_real,
                .reset = &reset_integer};
    } else if constexpr (std::same_as<T, Optional<bool>>) {
        return {
            .expected = "true or false", .null = &store_no_flag, .boolean = &store_optional_flag, .reset = &reset_flag};
    } else if constexpr (is_optional_number<T>) {
        using V = typename T::value_type;
        SlotType type{.expected = SlotTypeOf<V>::value.expected};
        type.null = [](void* o) { as<T>(o).set_null(); };
        type.reset = [](void* o) { as<T>(o).reset(); };
        type.integer = [](void* o, std::int64_t n) { return store_optional<V>(o, n, &store_integer<V>); };
        type.natural = [](void* o, std::uint64_t n) { return store_optional<V>(o, n, &store_natural<V>); };
        type.real = [](void* o, double n) { return store_optional<V>(o, n, &store_real<V>); };
        return type;
    } else if constexpr (is_optional<T>) {
        return {.expected = "",
                .null = [](void* o) { as<T>(o).set_null(); },
                .inner = [](void* o) { return slot_of(as<T>(o).emplace()); },
                .reset = [](void* o) { as<T>(o).reset(); }};
    } else {
        static_assert(is_required<T>);
        return {.expected = "", .inner = [](void* o) { return slot_of(*as<T>(o)); }};
    }
}

/// The readers of a list, a map, or a described document.
template <class T>
constexpr SlotType make_compound_slot_type() {
    if constexpr (requires(T& t) {
                      t[std::string()];
                      t.begin()->second;
                  }) {
        return {.expected = "an object",
                .null = [](void* o) { as<T>(o).clear(); },
                .object = [](void* o) { as<T>(o).clear(); },
                .value = &SlotTypeOf<typename T::mapped_type>::value,
                .make = &next_entry<T>,
                .drop = [](void* o, std::string_view key) { as<T>(o).erase(std::string(key)); }};
    } else if constexpr (requires(T& t) { t.emplace_back(); }) {
        SlotType type{.expected = "a list",
                      .null = [](void* o) { as<T>(o).clear(); },
                      .array = [](void* o) { as<T>(o).clear(); },
                      .value = &SlotTypeOf<typename T::value_type>::value,
                      .make = &next_element<T>,
                      .drop = [](void* o, std::string_view) { as<T>(o).pop_back(); }};
        if constexpr (std::same_as<T, StringList>)
            type.string = [](void* o, std::string_view text) { return as<T>(o).assign(1, std::string(text)), true; };
        return type;
    } else {
        static_assert(Described<T>,
                      "globus: this type cannot be read from JSON. "
                      "Describe it with GLOBUS_MEMBERS.");
        SlotType type{.expected = "an object", .object = [](void*) {}, .members = &members_of<T>};
        if constexpr (requires(T& t) { t.read_text(std::string_view()); })
            type.string = [](void* o, std::string_view text) { return as<T>(o).read_text(text), true; };
        return type;
    }
}

template <class T>
constexpr SlotType make_slot_type() {
    if constexpr (std::same_as<T, bool>) {
        return {.expected = "true or false", .boolean = [](void* o, bool b) { return as<bool>(o) = b, true; }};
    } else if constexpr (std::integral<T>) {
        return {.expected = "an integer in range",
                .integer = &store_integer<T>,
                .natural = &store_natural<T>,
                .real = &store_real<T>};
    } else if constexpr (std::floating_point<T>) {
        return {
            .expected = "a number", .integer = &store_integer<T>, .natural = &store_natural<T>, .real = &store_real<T>};
    } else if constexpr (std::same_as<T, std::string>) {
        return {.expected = "a text", .string = &store_text};
    } else if constexpr (std::same_as<T, TextOrNumber>) {
        return {.expected = "a text or a number",
                .integer = [](void* o, std::int64_t n) { return as<T>(o).assign(std::to_string(n)), true; },
                .natural = [](void* o, std::uint64_t n) { return as<T>(o).assign(std::to_string(n)), true; },
                .string = [](void* o, std::string_view text) { return as<T>(o).assign(text), true; }};
    } else if constexpr (std::same_as<T, Timestamp>) {
        return {.expected = "a time as a text",
                .string = [](void* o, std::string_view text) { return as<Timestamp>(o) = text, true; }};
    } else if constexpr (is_duration<T>) {
        return {.expected = "an integer in range",
                .integer = &store_duration<T, std::int64_t>,
                .natural = &store_duration<T, std::uint64_t>,
                .real = &store_duration<T, double>};
    } else if constexpr (std::derived_from<T, Word>) {
        static_assert(std::is_standard_layout_v<T>);  // its address is that of its Word
        return {.expected = "a text", .string = &store_word};
    } else if constexpr (std::same_as<T, Secret>) {
        return {.expected = "a text",
                .string = [](void* o, std::string_view text) { return as<Secret>(o) = Secret(text), true; }};
    } else if constexpr (std::same_as<T, Json>) {
        return {.expected = "anything", .dom = true};
    } else if constexpr (is_optional<T> || is_required<T>) {
        return make_wrapper_slot_type<T>();
    } else {
        return make_compound_slot_type<T>();
    }
}

template <class T>
struct SlotTypeOf {
    static constexpr SlotType value = make_slot_type<T>();
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/impl/json_slots.ipp>
#endif

#endif  // GLOBUS_CORE_JSON_SLOTS_HPP
