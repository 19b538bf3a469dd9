// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_JSON_READ_HPP
#define GLOBUS_CORE_JSON_READ_HPP

#include <globus/core/error.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value_stack.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// How a document becomes a typed value without a DOM: Boost.JSON's parser calls one handler, the JsonReader. It keeps
// a stack of slots, each an object and the table of what can be done with an object of its type. The tables are made
// from the described members, so the parser itself is instantiated once, whatever is read.

namespace globus::detail {

struct SlotType;

/// An object that the next JSON value goes to; `type` null: the value is skipped.
struct Slot {
    void* object = nullptr;
    SlotType const* type = nullptr;
};

/// What can be read into an object of one type. A null entry: that kind of value does not fit.
struct SlotType {
    char const* expected;           ///< in words, for messages
    void (*null)(void*) = nullptr;  ///< JSON null
    bool (*boolean)(void*, bool) = nullptr;
    bool (*integer)(void*, std::int64_t) = nullptr;  ///< each returns false if the value does not fit
    bool (*natural)(void*, std::uint64_t) = nullptr;
    bool (*real)(void*, double) = nullptr;
    bool (*string)(void*, std::string_view) = nullptr;
    void (*object)(void*) = nullptr;  ///< '{' begins
    void (*array)(void*) = nullptr;   ///< '[' begins
    Slot (*member)(void*, std::string_view) = nullptr;
    Slot (*element)(void*) = nullptr;
    Slot (*inner)(void*) = nullptr;  ///< Optional and Required: the slot of the value inside
    bool dom = false;                ///< a Json: takes anything
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
        constexpr double limit = 9007199254740992.0;  // 2^53: above it a double no longer holds every integer
        if (!(number >= -limit && number <= limit) || number != static_cast<double>(static_cast<std::int64_t>(number)))
            return false;
        return store_integer<T>(object, static_cast<std::int64_t>(number));
    } else {
        if (!(number - number == 0)) return false;
        as<T>(object) = static_cast<T>(number);
        return true;
    }
}

template <class T>
Slot member_slot(void* object, std::string_view key) {
    Slot slot;
    T::members::for_each(as<T>(object), [&]<class M, class V>(M, V& value) {
        if constexpr (!std::same_as<V, AdditionalFields> && !requires { V::value.data(); }) {
            constexpr std::string_view name = wire_of<T>(M::key).name;
            if (slot.type == nullptr && key == name) slot = slot_of(value);
        }
    });
    return slot;
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
    } else if constexpr (std::same_as<T, Json>) {
        return {.expected = "anything", .dom = true};
    } else if constexpr (is_optional<T>) {
        return {.expected = "",
                .null = [](void* o) { as<T>(o) = globus::null; },
                .inner = [](void* o) { return slot_of(as<T>(o).emplace()); }};
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
                .element = [](void* o) { return slot_of(as<T>(o).emplace_back()); }};
    } else {
        static_assert(Described<T>, "globus: this type cannot be read from JSON. Describe it with GLOBUS_MEMBERS.");
        return {.expected = "an object", .object = [](void*) {}, .member = &member_slot<T>};
    }
}

template <class T>
struct SlotTypeOf {
    static constexpr SlotType value = make_slot_type<T>();
};

/// The handler of Boost.JSON's parser. It keeps the first mismatch as a sentence and reads on.
class JsonReader {
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    explicit JsonReader(Slot root) : next_(root) {}

    /// What did not fit, and where; empty if all did.
    [[nodiscard]] std::string const& mismatch() const noexcept { return mismatch_; }

    using ErrorCode = boost::json::error_code;

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
        stack_.push_back(fitting(slot, slot.type != nullptr && slot.type->object != nullptr));
        return true;
    }
    bool on_object_end(std::size_t n, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_object(n), leave_dom();
        stack_.pop_back();
        return true;
    }
    bool on_array_begin(ErrorCode&) {
        if (dom_depth_ != 0) return ++dom_depth_, begin_dom_object();
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom) return dom_ = slot, dom_depth_ = 1, begin_dom_object();
        if (slot.type != nullptr && slot.type->array != nullptr)
            slot.type->array(slot.object);
        else
            refuse(slot, "a list");
        stack_.push_back(fitting(slot, slot.type != nullptr && slot.type->array != nullptr));
        return true;
    }
    bool on_array_end(std::size_t n, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_array(n), leave_dom();
        stack_.pop_back();
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
        Slot const parent = stack_.empty() ? Slot{} : stack_.back();
        next_ =
            parent.type != nullptr && parent.type->member != nullptr ? parent.type->member(parent.object, key) : Slot{};
        if (next_.type != nullptr) key_.assign(key);
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
    /// The slot of the value that begins now.
    Slot take() {
        if (!stack_.empty()) {
            Slot const parent = stack_.back();
            if (parent.type != nullptr && parent.type->element != nullptr) return parent.type->element(parent.object);
        }
        return std::exchange(next_, Slot{});
    }
    /// The same, gone inside Optional and Required.
    Slot enter() {
        Slot slot = take();
        while (slot.type != nullptr && slot.type->inner != nullptr) slot = slot.type->inner(slot.object);
        return slot;
    }
    static Slot fitting(Slot slot, bool fits) { return fits ? slot : Slot{}; }

    void refuse(Slot slot, char const* found) {
        if (slot.type == nullptr || !mismatch_.empty()) return;
        while (slot.type->inner != nullptr) slot = slot.type->inner(slot.object);
        mismatch_ = "the answer's member '" + key_ + "' should be " + slot.type->expected + " but is " + found;
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
    std::vector<Slot> stack_;
    std::string part_;
    std::string key_;
    std::string mismatch_;
    boost::json::value_stack values_;
    Slot dom_;
    std::size_t dom_depth_ = 0;
};

/// Reads `text` into `root`. Throws DecodeError if it is not JSON; returns what did not fit, or nothing.
inline std::string read_json(std::string_view text, Slot root) {
    boost::json::parse_options options;
    options.max_depth = 128;
    boost::json::basic_parser<JsonReader> parser(options, root);
    boost::json::error_code error;
    std::size_t const used = parser.write_some(false, text.data(), text.size(), error);
    if (error)
        throw DecodeError("the answer is not valid JSON: " + error.message() + " at byte " + std::to_string(used),
                          std::string(text));
    if (used != text.size())
        throw DecodeError("the answer has text after its JSON document, at byte " + std::to_string(used),
                          std::string(text));
    return parser.handler().mismatch();
}

}  // namespace globus::detail

namespace globus {

/**
 * Reads a described type, or a list or map of such, from JSON text.
 *
 * Missing members stay absent, unknown ones are ignored, nesting is limited to 128 levels.
 * @throws DecodeError  for text that is not JSON, and for a member of another type than described
 */
template <class T>
[[nodiscard]] T from_json(std::string_view text) {
    T value{};
    std::string const mismatch = detail::read_json(text, detail::slot_of(value));
    if (!mismatch.empty()) throw DecodeError(mismatch, std::string(text));
    return value;
}

}  // namespace globus

#endif  // GLOBUS_CORE_JSON_READ_HPP
