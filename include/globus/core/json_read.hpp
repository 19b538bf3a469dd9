// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_JSON_READ_HPP
#define GLOBUS_CORE_JSON_READ_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_slots.hpp>
#include <globus/core/values.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value_stack.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// How a document becomes a typed value without a DOM: Boost.JSON's parser calls one handler, the JsonReader, which keeps
// a stack of slots. The parser itself is instantiated once, whatever is read.

namespace globus::detail {

/// A list at the top of a document: its member's name, which is a constant, and how many elements it came with, those
/// that did not fit among them.
struct TopList {
    std::string_view name;
    std::size_t size;
};

/// A member at the top of a document that is a text, an integer or a flag, but should be something else.
struct OddMember {
    std::string_view name;  ///< a constant
    std::string text;       ///< the text, or how the number or flag is written
};

/// Counts what Boost.JSON takes for a DOM, and makes it.
class DomBuilder {
public:
    explicit DomBuilder(DocumentRoom& room) noexcept : room_(&room) {}

    /// True from the first value to the last.
    [[nodiscard]] bool building() const noexcept { return depth_ != 0; }
    /// A list or an object begins; the outermost becomes `target`.
    void enter(Json* target = nullptr);
    void leave_object(std::size_t n);
    void leave_array(std::size_t n);
    void key(std::string_view text);
    void string(std::string_view text);
    void integer(std::int64_t number) { push(), values_.push_int64(number); }
    void natural(std::uint64_t number) { push(), values_.push_uint64(number); }
    void real(double number) { push(), values_.push_double(number); }
    void boolean(bool value) { push(), values_.push_bool(value); }
    void null() { push(), values_.push_null(); }

private:
    /// A value comes onto the stack, where it waits for the end of its list or object.
    void push();
    void leave(std::size_t n);

    DocumentRoom* room_;
    boost::json::value_stack values_;
    Json* target_ = nullptr;
    std::size_t depth_ = 0;
    std::size_t waiting_ = 0;  ///< values on the stack
    std::size_t held_ = 0;     ///< that it has room for
};

/**
 * The handler of Boost.JSON's parser. A value that does not fit never ends the reading: what holds it does without, an
 * Optional and a member stay as they were, a list or a map gets no element. The first is kept as a sentence.
 */
class JsonReader {
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    JsonReader(Slot root, std::size_t memory) : next_(root), room_(memory) {}
    JsonReader(JsonReader const&) = delete;
    JsonReader& operator=(JsonReader const&) = delete;

    /// What was odd, and where; empty if nothing was.
    [[nodiscard]] std::string const& mismatch() const noexcept { return mismatch_; }
    /// True if a value was of another kind than described.
    [[nodiscard]] bool misfit() const noexcept { return misfit_; }
    /// True if the document itself was.
    [[nodiscard]] bool root_misfit() const noexcept { return root_misfit_; }
    [[nodiscard]] std::vector<TopList> const& lists() const noexcept { return lists_; }
    [[nodiscard]] std::vector<OddMember> const& odd_members() const noexcept { return odd_members_; }

    /// The memory that the document may take.
    [[nodiscard]] DocumentRoom& room() noexcept { return room_; }
    /// Says that the text that is read now is not Unicode, and was mended.
    void mended() noexcept { mended_ = true; }

    using ErrorCode = boost::system::error_code;

    bool on_document_begin(ErrorCode&) { return true; }
    bool on_document_end(ErrorCode&) { return true; }

    bool on_object_begin(ErrorCode&);
    bool on_object_end(std::size_t n, ErrorCode&);
    bool on_array_begin(ErrorCode&);
    bool on_array_end(std::size_t n, ErrorCode&);
    bool on_key_part(std::string_view part, std::size_t, ErrorCode&);
    bool on_key(std::string_view last, std::size_t, ErrorCode&);
    bool on_string_part(std::string_view part, std::size_t, ErrorCode&);
    bool on_string(std::string_view last, std::size_t, ErrorCode&);
    bool on_number_part(std::string_view part, ErrorCode&);
    bool on_int64(std::int64_t number, std::string_view, ErrorCode&);
    bool on_uint64(std::uint64_t number, std::string_view, ErrorCode&);
    bool on_double(double number, std::string_view text, ErrorCode&);
    bool on_bool(bool value, ErrorCode&);
    /// Of a list or map null is an empty one, and a member that is a document has none then.
    bool on_null(ErrorCode&);
    bool on_comment_part(std::string_view, ErrorCode&) { return true; }
    bool on_comment(std::string_view, ErrorCode&) { return true; }

private:
    /// An object or a list that has begun, as the member `key` or inside of it.
    struct Frame {
        Slot slot;  ///< none: it is skipped
        std::string_view key;
        std::size_t count;  ///< elements that have begun
    };

    static bool has_fraction(std::string_view number) noexcept;

    /// The slot of the value that begins now, which is of the kind that `Takes` is for. What a list or a map has no place
    /// for gets no object.
    template <auto Takes>
    Slot take() {
        if (stack_.empty() || stack_.back().slot.type == nullptr || stack_.back().slot.type->make == nullptr)
            return std::exchange(next_, Slot{});
        Frame& parent = stack_.back();
        ++parent.count;
        SlotType const& type = *parent.slot.type->value;
        bool const fits = type.*Takes != nullptr || type.inner != nullptr || type.reset != nullptr || type.dom;
        if (!fits) return {nullptr, &type};
        return parent.slot.type->make(parent.slot.object, entry_key_, room_);
    }
    /// The same, gone inside Optional and Required.
    template <auto Takes>
    Slot enter() {
        Slot slot = take<Takes>();
        if (slot.object == nullptr) return optional_ = Slot{}, slot;
        optional_ = slot.type->reset != nullptr ? slot : Slot{};
        while (slot.type->inner != nullptr) {
            slot = slot.type->inner(slot.object);
            if (slot.type->reset != nullptr) optional_ = slot;
        }
        return slot;
    }
    /// True if the value that comes goes somewhere.
    [[nodiscard]] bool is_read() const noexcept;
    bool begins_dom(Slot slot);

    /// Begins an object or a list.
    void push(Slot slot);
    /// Ends an object or a list: what comes next is beside it.
    void pop();
    static bool is_map(Slot slot) noexcept;
    [[nodiscard]] bool in_map() const noexcept { return !stack_.empty() && is_map(stack_.back().slot); }
    /// True if the value that is read is a member of the document itself.
    [[nodiscard]] bool at_top() const noexcept;
    TopList& top_list();

    /// A value that does not fit. @param text  what it is, if that fits into a word
    void refuse(Slot slot, char const* found, std::string_view text = {});
    void tell(std::string what);
    void tell_mended(Slot slot);
    [[nodiscard]] std::string where() const;
    /// Where the value that is read stands, unless its name says it: ", at DATA[3].name".
    [[nodiscard]] std::string path() const;

    /// Adds a part of a text that comes in several.
    void append(std::string_view part);
    std::string_view whole(std::string_view last);

    Slot next_;
    DocumentRoom room_;
    DomBuilder dom_{room_};
    std::vector<Frame> stack_;
    std::string part_;                   ///< of a text that comes in several
    std::string_view key_;               ///< of the member that is read; a constant
    std::string entry_key_;              ///< of the entry of a map that is read
    std::vector<std::string> map_keys_;  ///< of the entries that the lists and objects of the stack are
    std::vector<TopList> lists_;
    std::vector<OddMember> odd_members_;
    std::string mismatch_;
    bool misfit_ = false, root_misfit_ = false;
    bool mended_ = false;    ///< the text that is read
    bool fraction_ = false;  ///< the number that is read has one, or an exponent
    Slot optional_;          ///< that the present value is inside of
};

/**
 * Reads a document, whole or in pieces as they come, into `root`.
 *
 * Texts that are not Unicode are mended, as parse_json does it.
 */
class JsonDocumentReader {
public:
    /// The memory that a document may take unless somebody says otherwise: three times the usual limit of an answer.
    static constexpr std::size_t usual_memory = 3 * (std::size_t{64} << 20);

    /// @param memory  bytes that what is read may take; more is a DecodeError
    explicit JsonDocumentReader(Slot root, std::size_t memory = usual_memory) : parser_(options(), root, memory) {}

    /// Says how long the document will be, in bytes, so that its lists need not grow step by step. Nobody is bound to it.
    void expect(std::size_t total) noexcept { total_ = total; }
    /// Takes a piece. @throws DecodeError  if it is not JSON
    void write(std::string_view piece) { write(piece, true); }
    /// Takes the last piece, or all. @throws DecodeError  if it is not JSON, or not all of it
    void finish(std::string_view piece = {});

    /// What was odd, and where; empty if nothing was.
    [[nodiscard]] std::string const& mismatch() const noexcept { return parser_.handler().mismatch(); }
    /// True if a value was of another kind than described.
    [[nodiscard]] bool misfit() const noexcept { return parser_.handler().misfit(); }
    /// True if the document itself was.
    [[nodiscard]] bool root_misfit() const noexcept { return parser_.handler().root_misfit(); }
    /// The lists at the top of the document.
    [[nodiscard]] std::vector<TopList> const& lists() const noexcept { return parser_.handler().lists(); }
    /// The members at the top that are something else than described, as texts.
    [[nodiscard]] std::vector<OddMember> const& odd_members() const noexcept { return parser_.handler().odd_members(); }

private:
    static boost::json::parse_options options();
    void write(std::string_view piece, bool more);
    /// Gives the parser what comes, each text as Unicode; what ends in the middle of a character waits for more.
    void mend(std::string_view text, bool more);
    void parse(std::string_view text, bool more);

    boost::json::basic_parser<JsonReader> parser_;
    std::string cut_;        ///< the beginning of a character whose end has not come
    std::size_t read_ = 0;   ///< bytes that the parser has
    std::size_t total_ = 0;  ///< that it will have, if somebody said so
    std::size_t whole_ = 0;  ///< the same, if all of it is there
};

}  // namespace globus::detail

namespace globus {

/**
 * Reads a described type, or a list or map of such, from JSON text.
 *
 * Missing members stay absent, unknown ones are ignored, null is an empty list or map, nesting is limited to 128 levels.
 * What is no Unicode in a text reads as U+FFFD.
 * @throws DecodeError  for text that is not JSON, and for a member of another type than described
 */
template <class T>
[[nodiscard]] T from_json(std::string_view text) {
    T value{};
    detail::JsonDocumentReader reader(detail::slot_of(value), std::numeric_limits<std::size_t>::max());
    reader.finish(text);
    if (reader.misfit()) throw DecodeError(reader.mismatch(), std::string(text));
    return value;
}

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/core/impl/json_read.ipp>
#endif

#endif  // GLOBUS_CORE_JSON_READ_HPP
