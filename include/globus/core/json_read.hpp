// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_JSON_READ_HPP
#define GLOBUS_CORE_JSON_READ_HPP

#include <globus/core/error.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/values.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value_stack.hpp>
#include <boost/system/error_code.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// How a document becomes a typed value without a DOM: Boost.JSON's parser calls
// one handler, the JsonReader. It keeps a stack of slots, each an object and
// the table of what can be done with an object of its type. The tables are made
// from the described members, so the parser itself is instantiated once,
// whatever is read.

namespace globus::detail {

struct SlotType;

/// An object that the next JSON value goes to; `type` null: the value is
/// skipped.
struct Slot {
    void* object = nullptr;
    SlotType const* type = nullptr;
};

/// One member of a described type: its name on the wire, its type, and where it
/// lies in the object.
struct SlotMember {
    std::string_view name;
    SlotType const* type;
    std::size_t offset;
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
    [[nodiscard]] SlotMember const* find(std::string_view name) const noexcept {
        for (std::size_t b = hash(name) & mask; buckets[b] != 0; b = (b + 1) & mask)
            if (SlotMember const& member = members[buckets[b] - 1]; member.name == name) return &member;
        return nullptr;
    }
};

/// What can be read into an object of one type. A null entry: that kind of
/// value does not fit.
struct SlotType {
    char const* expected;                    ///< in words, for messages
    void (*null)(void*) = nullptr;           ///< JSON null
    bool (*boolean)(void*, bool) = nullptr;  ///< each returns false if the value does not fit
    bool (*integer)(void*, std::int64_t) = nullptr;
    bool (*natural)(void*, std::uint64_t) = nullptr;
    bool (*real)(void*, double) = nullptr;
    bool (*string)(void*, std::string_view) = nullptr;
    void (*object)(void*) = nullptr;                    ///< '{' begins
    void (*array)(void*) = nullptr;                     ///< '[' begins
    SlotMembers const& (*members)() = nullptr;          ///< of a described type
    Slot (*member)(void*, std::string_view) = nullptr;  ///< of a map
    Slot (*element)(void*, double) = nullptr;           ///< of a list; the part of the text that is read, 0 if unknown
    std::size_t element_size = 0;                       ///< bytes of an element of a list
    Slot (*inner)(void*) = nullptr;                     ///< Optional and Required: the slot of the value inside
    void (*reset)(void*) = nullptr;                     ///< Optional: makes it absent again
    bool dom = false;                                   ///< a Json: takes anything
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

template <class T>
bool store_integer(void* object, std::int64_t number) {
    if constexpr (std::integral<T>)
        if (!std::in_range<T>(number)) return false;
    as<T>(object) = static_cast<T>(number);
    return true;
}
template <class T>
bool store_natural(void* object, std::uint64_t number) {
    if constexpr (std::integral<T>)
        if (!std::in_range<T>(number)) return false;
    as<T>(object) = static_cast<T>(number);
    return true;
}
template <class T>
bool store_real(void* object, double number) {
    if constexpr (std::integral<T>) {
        constexpr double limit = 1125899906842624.0;  // 2^50: what Boost.JSON reads is
                                                      // not exact in the last bits
        if (!(number > -limit && number < limit) || number != static_cast<double>(static_cast<std::int64_t>(number)))
            return false;
        return store_integer<T>(object, static_cast<std::int64_t>(number));
    } else {
        if (!(number - number == 0)) return false;
        as<T>(object) = static_cast<T>(number);
        return true;
    }
}

template <class V>
inline constexpr bool is_readable_member = !std::same_as<V, AdditionalFields> && !requires { V::value.data(); };

/// The table of a described type, made when the first object of it is read.
template <class T>
struct MemberTable {
    static constexpr std::size_t bucket_count() {
        std::size_t count = 4;
        while (count < 3 * T::members::size) count *= 2;
        return count;
    }

    MemberTable() {
        T object{};
        T::members::for_each(object, [&]<class M, class V>(M, V& member) {
            if constexpr (is_readable_member<V>) {
                std::size_t const offset = static_cast<std::size_t>(reinterpret_cast<char const*>(&member) -
                                                                    reinterpret_cast<char const*>(&object));
                add({wire_of<T>(M::key).name, &SlotTypeOf<V>::value, offset});
            }
        });
    }
    void add(SlotMember member) {
        members[size++] = member;
        std::size_t b = SlotMembers::hash(member.name) & table.mask;
        while (buckets[b] != 0) b = (b + 1) & table.mask;
        buckets[b] = static_cast<std::uint8_t>(size);
    }

    SlotMember members[T::members::size + 1] = {};
    std::uint8_t buckets[bucket_count()] = {};
    std::size_t size = 0;
    SlotMembers table{members, buckets, bucket_count() - 1};
};

template <class T>
SlotMembers const& members_of() {
    static_assert(T::members::size < 255);
    static MemberTable<T> const made;
    return made.table;
}

/// Adds an element. A list that grows long is given room for as many as the
/// rest of the text will have.
template <class T>
Slot next_element(void* object, double part_read) {
    T& list = as<T>(object);
    if constexpr (requires { list.reserve(1); })
        if (list.size() == list.capacity() && list.size() >= 64 && part_read > 0)
            list.reserve(list.size() + 16 +
                         static_cast<std::size_t>(static_cast<double>(list.size()) * (1.02 / part_read - 1.0)));
    return slot_of(list.emplace_back());
}

/// Optional texts, numbers and flags are the most of all values: they are
/// stored without a detour.
template <class T>
concept Scalar = std::integral<T> || std::floating_point<T> || std::same_as<T, std::string>;

template <class T>
inline constexpr bool is_optional_scalar = false;
template <Scalar T>
inline constexpr bool is_optional_scalar<Optional<T>> = true;

/// Stores into an Optional by `store(void*, value)`, which says whether the
/// value fits.
template <class T, class V, class F>
bool store_optional(void* object, V value, F store) {
    auto& optional = as<Optional<T>>(object);
    if (store(&optional.emplace(), value)) return true;
    optional.reset();
    return false;
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
        return {.expected = "a text",
                .string = [](void* o, std::string_view text) { return as<std::string>(o).assign(text), true; }};
    } else if constexpr (std::same_as<T, Secret>) {
        return {.expected = "a text",
                .string = [](void* o, std::string_view text) { return as<Secret>(o) = Secret(text), true; }};
    } else if constexpr (std::same_as<T, Json>) {
        return {.expected = "anything", .dom = true};
    } else if constexpr (is_optional_scalar<T>) {
        using V = typename T::value_type;
        SlotType type{.expected = SlotTypeOf<V>::value.expected};
        type.null = [](void* o) { as<T>(o).set_null(); };
        type.reset = [](void* o) { as<T>(o).reset(); };
        if constexpr (std::same_as<V, bool>) {
            type.boolean = [](void* o, bool b) { return as<T>(o).emplace() = b, true; };
        } else if constexpr (std::same_as<V, std::string>) {
            type.string = [](void* o, std::string_view text) { return as<T>(o).emplace().assign(text), true; };
        } else {
            type.integer = [](void* o, std::int64_t n) { return store_optional<V>(o, n, &store_integer<V>); };
            type.natural = [](void* o, std::uint64_t n) { return store_optional<V>(o, n, &store_natural<V>); };
            type.real = [](void* o, double n) { return store_optional<V>(o, n, &store_real<V>); };
        }
        return type;
    } else if constexpr (is_optional<T>) {
        return {.expected = "",
                .null = [](void* o) { as<T>(o).set_null(); },
                .inner = [](void* o) { return slot_of(as<T>(o).emplace()); },
                .reset = [](void* o) { as<T>(o).reset(); }};
    } else if constexpr (is_required<T>) {
        return {.expected = "", .inner = [](void* o) { return slot_of(*as<T>(o)); }};
    } else if constexpr (requires(T& t) {
                             t[std::string()];
                             t.begin()->second;
                         }) {
        return {.expected = "an object",
                .object = [](void* o) { as<T>(o).clear(); },
                .member = [](void* o, std::string_view key) { return slot_of(as<T>(o)[std::string(key)]); }};
    } else if constexpr (requires(T& t) { t.emplace_back(); }) {
        return {.expected = "a list",
                .array = [](void* o) { as<T>(o).clear(); },
                .element = &next_element<T>,
                .element_size = sizeof(typename T::value_type)};
    } else {
        static_assert(Described<T>,
                      "globus: this type cannot be read from JSON. "
                      "Describe it with GLOBUS_MEMBERS.");
        return {.expected = "an object", .object = [](void*) {}, .members = &members_of<T>};
    }
}

template <class T>
struct SlotTypeOf {
    static constexpr SlotType value = make_slot_type<T>();
};

/// The handler of Boost.JSON's parser. It keeps the first mismatch as a
/// sentence and reads on.
class JsonReader {
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    explicit JsonReader(Slot root) : next_(root) {}

    /// What did not fit, and where; empty if all did.
    [[nodiscard]] std::string const& mismatch() const noexcept { return mismatch_; }
    /// True if something did not fit that is not an Optional.
    [[nodiscard]] bool misfit() const noexcept { return misfit_; }
    /// The lists at the top of the document, by their members' names.
    [[nodiscard]] std::vector<std::string_view> const& lists() const noexcept { return lists_; }

    /// Tells what part of the text is read, so that lists can be given room.
    void part_read(double part) noexcept { part_read_ = part; }
    /// Tells how many bytes of the text are there. The lists of a short text do not become large: "[{},{},..." could make
    /// a thousand times its size.
    void bytes_read(std::size_t bytes) noexcept { room_ = (std::size_t{16} << 20) + 16 * bytes; }

    using ErrorCode = boost::system::error_code;

    bool on_document_begin(ErrorCode&) { return true; }
    bool on_document_end(ErrorCode&) { return true; }

    bool on_object_begin(ErrorCode&) {
        if (dom_depth_ != 0) return ++dom_depth_, begin_dom_object();
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom) return dom_ = slot, dom_depth_ = 1, begin_dom_object();
        if (slot.type != nullptr && slot.type->object != nullptr)
            slot.type->object(slot.object);
        else
            refuse(slot, "an object");
        stack_.push_back({fitting(slot, slot.type != nullptr && slot.type->object != nullptr), key_});
        return true;
    }
    bool on_object_end(std::size_t n, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_object(n), leave_dom();
        leave();
        return true;
    }
    bool on_array_begin(ErrorCode&) {
        if (dom_depth_ != 0) return ++dom_depth_, begin_dom_object();
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom) return dom_ = slot, dom_depth_ = 1, begin_dom_object();
        bool const fits = slot.type != nullptr && slot.type->array != nullptr;
        if (fits)
            slot.type->array(slot.object);
        else
            refuse(slot, "a list");
        if (fits && stack_.size() == 1 && stack_[0].slot.type != nullptr && stack_[0].slot.type->members != nullptr)
            lists_.push_back(key_);
        stack_.push_back({fitting(slot, fits), key_});
        return true;
    }
    bool on_array_end(std::size_t n, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_array(n), leave_dom();
        leave();
        return true;
    }
    bool on_key_part(std::string_view part, std::size_t, ErrorCode&) {
        if (dom_depth_ != 0)
            values_.push_chars(part);
        else
            part_.append(part);
        return true;
    }
    bool on_key(std::string_view last, std::size_t, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_key(last), true;
        std::string_view const key = whole(last);
        Slot const parent = stack_.back().slot;
        next_ = Slot{};
        if (parent.type != nullptr && parent.type->members != nullptr) {
            if (SlotMember const* member = parent.type->members().find(key); member != nullptr) {
                next_ = {static_cast<char*>(parent.object) + member->offset, member->type};
                key_ = member->name;
            }
        } else if (parent.type != nullptr && parent.type->member != nullptr) {
            next_ = parent.type->member(parent.object, key);
        }
        part_.clear();
        return true;
    }
    bool on_string_part(std::string_view part, std::size_t, ErrorCode&) {
        if (dom_depth_ != 0)
            values_.push_chars(part);
        else
            part_.append(part);
        return true;
    }
    bool on_string(std::string_view last, std::size_t, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_string(last), true;
        Slot const slot = enter();
        std::string_view const text = whole(last);
        if (slot.type != nullptr && slot.type->dom)
            as<Json>(slot.object) = text;
        else if (slot.type != nullptr && (slot.type->string == nullptr || !slot.type->string(slot.object, text)))
            refuse(slot, "a text");
        part_.clear();
        return true;
    }
    bool on_number_part(std::string_view, ErrorCode&) { return true; }
    bool on_int64(std::int64_t number, std::string_view, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_int64(number), true;
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom)
            as<Json>(slot.object) = number;
        else if (slot.type != nullptr && (slot.type->integer == nullptr || !slot.type->integer(slot.object, number)))
            refuse(slot, "an integer");
        return true;
    }
    bool on_uint64(std::uint64_t number, std::string_view, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_uint64(number), true;
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom)
            as<Json>(slot.object) = number;
        else if (slot.type != nullptr && (slot.type->natural == nullptr || !slot.type->natural(slot.object, number)))
            refuse(slot, "an integer");
        return true;
    }
    bool on_double(double number, std::string_view, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_double(number), true;
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom)
            as<Json>(slot.object) = number;
        else if (slot.type != nullptr && (slot.type->real == nullptr || !slot.type->real(slot.object, number)))
            refuse(slot, "a number");
        return true;
    }
    bool on_bool(bool value, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_bool(value), true;
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom)
            as<Json>(slot.object) = value;
        else if (slot.type != nullptr && (slot.type->boolean == nullptr || !slot.type->boolean(slot.object, value)))
            refuse(slot, "true or false");
        return true;
    }
    bool on_null(ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_null(), true;
        Slot const slot = take();
        optional_ = Slot{};
        if (slot.type != nullptr && slot.type->null != nullptr)
            slot.type->null(slot.object);
        else if (slot.type != nullptr && slot.type->dom)
            as<Json>(slot.object) = nullptr;
        else
            refuse(slot, "null");
        return true;
    }
    bool on_comment_part(std::string_view, ErrorCode&) { return true; }
    bool on_comment(std::string_view, ErrorCode&) { return true; }

private:
    /// An object or a list that has begun, as the member `key` or inside of it.
    struct Frame {
        Slot slot;
        std::string_view key;
    };

    /// The slot of the value that begins now.
    Slot take() {
        if (!stack_.empty()) {
            Slot const parent = stack_.back().slot;
            if (parent.type != nullptr && parent.type->element != nullptr) {
                elements_ += parent.type->element_size;
                if (elements_ <= room_) return parent.type->element(parent.object, part_read_);
                misfit_ = true;
                if (mismatch_.empty()) mismatch_ = "the answer has more items than a text of its length can describe";
                return {};
            }
        }
        return std::exchange(next_, Slot{});
    }
    /// The same, gone inside Optional and Required.
    Slot enter() {
        Slot slot = take();
        if (slot.type == nullptr) return slot;
        optional_ = slot.type->reset != nullptr ? slot : Slot{};
        while (slot.type->inner != nullptr) {
            slot = slot.type->inner(slot.object);
            if (slot.type->reset != nullptr) optional_ = slot;
        }
        return slot;
    }
    /// Ends an object or a list: what comes next is beside it.
    void leave() {
        key_ = stack_.back().key;
        stack_.pop_back();
    }
    static Slot fitting(Slot slot, bool fits) { return fits ? slot : Slot{}; }

    /// A value that does not fit: an Optional stays absent, anything else makes
    /// the whole unusable.
    void refuse(Slot slot, char const* found) {
        if (slot.type == nullptr) return;
        if (optional_.type != nullptr)
            optional_.type->reset(optional_.object);
        else
            misfit_ = true;
        if (!mismatch_.empty()) return;
        mismatch_ = "the answer";
        if (!key_.empty()) (mismatch_ += "'s member '").append(key_) += '\'';
        while (slot.type->inner != nullptr) slot = slot.type->inner(slot.object);
        mismatch_.append(" should be ").append(slot.type->expected).append(" but is ").append(found);
    }
    std::string_view whole(std::string_view last) {
        return part_.empty() ? last : std::string_view(part_.append(last));
    }

    bool begin_dom_object() {
        if (dom_depth_ == 1) values_.reset(dom_storage());
        return true;
    }
    boost::json::storage_ptr dom_storage() const { return as<Json>(dom_.object).storage(); }
    bool leave_dom() {
        if (--dom_depth_ == 0) as<Json>(dom_.object) = values_.release();
        return true;
    }

    Slot next_;
    double part_read_ = 0;
    std::size_t elements_ = 0;  ///< bytes that the elements of all lists take
    std::size_t room_ = std::size_t{16} << 20;
    std::vector<Frame> stack_;
    std::string part_;
    std::string_view key_;  ///< of the member that is read; a constant
    std::vector<std::string_view> lists_;
    std::string mismatch_;
    bool misfit_ = false;
    Slot optional_;  ///< that the present value is inside of
    boost::json::value_stack values_;
    Slot dom_;
    std::size_t dom_depth_ = 0;
};

/// Reads a document, whole or in pieces as they come.
class JsonDocumentReader {
public:
    explicit JsonDocumentReader(Slot root) : parser_(options(), root) {}

    /// Says how long the document will be, in bytes, so that its lists need not
    /// grow step by step.
    void expect(std::size_t total) noexcept { total_ = total; }
    /// Takes a piece. @throws DecodeError  if it is not JSON
    void write(std::string_view piece) { write(piece, true); }
    /// Takes the last piece, or all. @throws DecodeError  if it is not JSON, or
    /// not all of it
    void finish(std::string_view piece = {}) {
        constexpr std::size_t step = std::size_t{64} << 10;
        if (total_ == 0) total_ = piece.size();
        for (; piece.size() > step; piece.remove_prefix(step)) write(piece.substr(0, step), true);
        write(piece, false);
    }

    /// What did not fit, and where; empty if all did.
    [[nodiscard]] std::string const& mismatch() const noexcept { return parser_.handler().mismatch(); }
    /// True if something did not fit that is not an Optional.
    [[nodiscard]] bool misfit() const noexcept { return parser_.handler().misfit(); }
    /// The lists at the top of the document, by their members' names, which are constants.
    [[nodiscard]] std::vector<std::string_view> const& lists() const noexcept { return parser_.handler().lists(); }

private:
    static boost::json::parse_options options() {
        boost::json::parse_options options;
        options.max_depth = 128;
        return options;
    }
    void write(std::string_view piece, bool more) {
        boost::system::error_code error;
        parser_.handler().bytes_read(read_ + piece.size());
        std::size_t const used = parser_.write_some(more, piece.data(), piece.size(), error);
        if (error)
            throw DecodeError(
                "the answer is not valid JSON: " + error.message() + " at byte " + std::to_string(read_ + used), {},
                error == boost::json::error::incomplete ? DecodeError::Damage::malformed : DecodeError::Damage::none);
        read_ += used;
        if (total_ != 0) parser_.handler().part_read(static_cast<double>(read_) / static_cast<double>(total_));
        if (used != piece.size())
            throw DecodeError("the answer has text after its JSON document, at byte " + std::to_string(read_));
    }

    boost::json::basic_parser<JsonReader> parser_;
    std::size_t read_ = 0;
    std::size_t total_ = 0;
};

}  // namespace globus::detail

namespace globus {

/**
 * Reads a described type, or a list or map of such, from JSON text.
 *
 * Missing members stay absent, unknown ones are ignored, nesting is limited to
 * 128 levels.
 * @throws DecodeError  for text that is not JSON, and for a member of another
 * type than described
 */
template <class T>
[[nodiscard]] T from_json(std::string_view text) {
    T value{};
    detail::JsonDocumentReader reader(detail::slot_of(value));
    reader.finish(text);
    if (!reader.mismatch().empty()) throw DecodeError(reader.mismatch(), std::string(text));
    return value;
}

}  // namespace globus

#endif  // GLOBUS_CORE_JSON_READ_HPP
