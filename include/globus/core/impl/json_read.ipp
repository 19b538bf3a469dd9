// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_JSON_READ_IPP
#define GLOBUS_CORE_IMPL_JSON_READ_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_read.hpp>
#include <globus/core/json_slots.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/one_line.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/values.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

/// Counts what Boost.JSON takes for a DOM, and makes it.
class DomBuilder {
public:
    explicit DomBuilder(DocumentRoom& room) noexcept : room_(&room) {}

    /// True from the first value to the last.
    [[nodiscard]] bool building() const noexcept { return depth_ != 0; }
    /// Begins a list or an object; the outermost one becomes `target`.
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
    /// Notes that a value is on the stack, where it waits for the end of its list or object.
    void push();
    void leave(std::size_t n);

    DocumentRoom* room_;
    boost::json::value_stack values_;
    Json* target_ = nullptr;
    std::size_t depth_ = 0;
    std::size_t waiting_ = 0;  ///< values on the stack
    std::size_t held_ = 0;     ///< values that the stack has room for
};

/**
 * The handler of Boost.JSON's parser. A value that does not fit never ends the reading: an Optional and a member stay
 * as they were, and a list or a map gets no element. A sentence about the first such value is kept.
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
    /// True if the document itself was of another kind.
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
        Slot slot;  ///< if it is empty, the value is skipped
        std::string_view key;
        std::size_t count;  ///< elements that have begun
    };

    static bool has_fraction(std::string_view number) noexcept;

    /// The slot of the value that begins now, which is of the kind that `Takes` is for. It has no object if the list or
    /// map has no place for such a value.
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
    /// The same, but the slot inside of Optional and Required.
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
    /// True if the value that comes now is kept.
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

    /// Notes a value that does not fit. @param text  the value itself, if it is short
    void refuse(Slot slot, char const* found, std::string_view text = {});
    void tell(std::string what);
    void tell_mended(Slot slot);
    [[nodiscard]] std::string where() const;
    /// Where the value that is read now stands, unless its name says so: ", at DATA[3].name".
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

GLOBUS_DECL void DomBuilder::enter(Json* target) {
    if (depth_++ != 0) return;
    target_ = target;
    values_.reset(target->storage());
}

GLOBUS_DECL void DomBuilder::leave_object(std::size_t n) {
    if (n != 0) room_->take(n * (sizeof(boost::json::key_value_pair) + 8) + 48);
    values_.push_object(n);
    leave(2 * n);
}

GLOBUS_DECL void DomBuilder::leave_array(std::size_t n) {
    if (n != 0) room_->take(n * sizeof(Json) + 32);
    values_.push_array(n);
    leave(n);
}

GLOBUS_DECL void DomBuilder::key(std::string_view text) {
    push();
    room_->take(text.size() + 40);
    values_.push_key(text);
}

GLOBUS_DECL void DomBuilder::string(std::string_view text) {
    push();
    room_->take_text(text.size());
    values_.push_string(text);
}

GLOBUS_DECL void DomBuilder::push() {
    if (++waiting_ <= held_) return;
    held_ = std::max(2 * held_, std::size_t{16});
    room_->take(held_ * sizeof(Json));
}

GLOBUS_DECL void DomBuilder::leave(std::size_t n) {
    waiting_ -= n;
    push();
    if (--depth_ != 0) return;
    *target_ = values_.release();
    waiting_ = 0;
}

GLOBUS_DECL bool JsonReader::on_object_begin(ErrorCode&) {
    if (dom_.building()) return dom_.enter(), true;
    Slot slot = enter<&SlotType::object>();
    if (begins_dom(slot)) return true;
    if (slot.type != nullptr && slot.type->object != nullptr)
        slot.type->object(slot.object);
    else
        refuse(std::exchange(slot, Slot{}), "an object");
    push(slot);
    return true;
}

GLOBUS_DECL bool JsonReader::on_object_end(std::size_t n, ErrorCode&) {
    if (dom_.building())
        dom_.leave_object(n);
    else
        pop();
    return true;
}

GLOBUS_DECL bool JsonReader::on_array_begin(ErrorCode&) {
    if (dom_.building()) return dom_.enter(), true;
    Slot slot = enter<&SlotType::array>();
    if (begins_dom(slot)) return true;
    if (slot.type != nullptr && slot.type->array != nullptr) {
        slot.type->array(slot.object);
        if (at_top()) top_list().size = 0;
    } else {
        refuse(std::exchange(slot, Slot{}), "a list");
    }
    push(slot);
    return true;
}

GLOBUS_DECL bool JsonReader::on_array_end(std::size_t n, ErrorCode&) {
    if (dom_.building()) return dom_.leave_array(n), true;
    bool const fits = stack_.back().slot.type != nullptr;
    pop();
    if (fits && at_top()) top_list().size = n;
    return true;
}

GLOBUS_DECL bool JsonReader::on_key_part(std::string_view part, std::size_t, ErrorCode&) {
    if (dom_.building() || stack_.back().slot.type != nullptr) append(part);
    return true;
}

GLOBUS_DECL bool JsonReader::on_key(std::string_view last, std::size_t, ErrorCode&) {
    if (std::exchange(mended_, false)) tell("the answer has a member whose name is not Unicode");
    if (dom_.building()) return dom_.key(whole(last)), part_.clear(), true;
    Slot const parent = stack_.back().slot;
    next_ = Slot{};
    if (parent.type == nullptr) return true;
    std::string_view const key = whole(last);
    if (parent.type->members != nullptr) {
        if (SlotMember const* member = parent.type->members().find(key); member != nullptr) {
            next_ = {static_cast<char*>(parent.object) + member->offset, member->type};
            key_ = member->name;
        }
    } else if (parent.type->make != nullptr) {
        entry_key_ = key;
    }
    part_.clear();
    return true;
}

GLOBUS_DECL bool JsonReader::on_string_part(std::string_view part, std::size_t, ErrorCode&) {
    if (dom_.building() || is_read()) append(part);
    return true;
}

GLOBUS_DECL bool JsonReader::on_string(std::string_view last, std::size_t, ErrorCode&) {
    std::string_view const text = part_.empty() ? last : whole(last);
    if (dom_.building()) {
        if (std::exchange(mended_, false)) tell(where() + " is not Unicode" + path());
        dom_.string(text);
    } else {
        Slot const slot = enter<&SlotType::string>();
        if (std::exchange(mended_, false)) tell_mended(slot);
        if (slot.type != nullptr) {
            room_.take_text(text.size());
            if (slot.type->dom)
                as<Json>(slot.object) = text;
            else if (slot.type->string == nullptr || !slot.type->string(slot.object, text))
                refuse(slot, "a text", text);
        }
    }
    part_.clear();
    return true;
}

GLOBUS_DECL bool JsonReader::on_number_part(std::string_view part, ErrorCode&) {
    fraction_ = fraction_ || has_fraction(part);
    return true;
}

GLOBUS_DECL bool JsonReader::on_int64(std::int64_t number, std::string_view, ErrorCode&) {
    if (dom_.building()) return dom_.integer(number), true;
    Slot const slot = enter<&SlotType::integer>();
    if (slot.type != nullptr && slot.type->dom)
        as<Json>(slot.object) = number;
    else if (slot.type != nullptr && (slot.type->integer == nullptr || !slot.type->integer(slot.object, number)))
        refuse(slot, "an integer", std::to_string(number));
    return true;
}

GLOBUS_DECL bool JsonReader::on_uint64(std::uint64_t number, std::string_view, ErrorCode&) {
    if (dom_.building()) return dom_.natural(number), true;
    Slot const slot = enter<&SlotType::natural>();
    if (slot.type != nullptr && slot.type->dom)
        as<Json>(slot.object) = number;
    else if (slot.type != nullptr && (slot.type->natural == nullptr || !slot.type->natural(slot.object, number)))
        refuse(slot, "an integer", std::to_string(number));
    return true;
}

GLOBUS_DECL bool JsonReader::on_double(double number, std::string_view text, ErrorCode&) {
    // An integer of more than 64 bits comes here, too. It is refused, since not all of it is left.
    bool const whole = !std::exchange(fraction_, false) && !has_fraction(text);
    if (dom_.building()) return dom_.real(number), true;
    Slot const slot = enter<&SlotType::real>();
    if (slot.type != nullptr && slot.type->dom)
        as<Json>(slot.object) = number;
    else if (slot.type != nullptr && (slot.type->real == nullptr || whole || !slot.type->real(slot.object, number)))
        refuse(slot, whole ? "an integer" : "a number");
    return true;
}

GLOBUS_DECL bool JsonReader::on_bool(bool value, ErrorCode&) {
    if (dom_.building()) return dom_.boolean(value), true;
    Slot const slot = enter<&SlotType::boolean>();
    if (slot.type != nullptr && slot.type->dom)
        as<Json>(slot.object) = value;
    else if (slot.type != nullptr && (slot.type->boolean == nullptr || !slot.type->boolean(slot.object, value)))
        refuse(slot, "true or false", value ? "true" : "false");
    return true;
}

GLOBUS_DECL bool JsonReader::on_null(ErrorCode&) {
    if (dom_.building()) return dom_.null(), true;
    Slot slot = take<&SlotType::null>();
    optional_ = Slot{};
    while (slot.type != nullptr && slot.type->null == nullptr && slot.type->inner != nullptr)
        slot = slot.type->inner(slot.object);  // it is a Required
    if (slot.type == nullptr) return true;
    if (slot.type->null != nullptr)
        slot.type->null(slot.object);
    else if (slot.type->dom)
        as<Json>(slot.object) = nullptr;
    else if (slot.type->members == nullptr || stack_.empty() || stack_.back().slot.type->members == nullptr)
        refuse(slot, "null");
    return true;
}

GLOBUS_DECL bool JsonReader::has_fraction(std::string_view number) noexcept {
    return number.find_first_of(".eE") != std::string_view::npos;
}

GLOBUS_DECL bool JsonReader::is_read() const noexcept {
    return next_.type != nullptr ||
           (!stack_.empty() && stack_.back().slot.type != nullptr && stack_.back().slot.type->make != nullptr);
}

GLOBUS_DECL bool JsonReader::begins_dom(Slot slot) {
    if (slot.type == nullptr || !slot.type->dom) return false;
    return dom_.enter(&as<Json>(slot.object)), true;
}

GLOBUS_DECL void JsonReader::push(Slot slot) {
    if (in_map()) map_keys_.push_back(entry_key_);
    stack_.push_back({slot, key_, 0});
}

GLOBUS_DECL void JsonReader::pop() {
    key_ = stack_.back().key;
    stack_.pop_back();
    if (in_map()) map_keys_.pop_back();
}

GLOBUS_DECL bool JsonReader::is_map(Slot slot) noexcept {
    return slot.type != nullptr && slot.type->make != nullptr && slot.type->object != nullptr;
}

GLOBUS_DECL bool JsonReader::at_top() const noexcept {
    return stack_.size() == 1 && stack_[0].slot.type != nullptr && stack_[0].slot.type->members != nullptr;
}

GLOBUS_DECL TopList& JsonReader::top_list() {
    for (TopList& list : lists_)
        if (list.name == key_) return list;
    return lists_.emplace_back(TopList{key_, 0});
}

GLOBUS_DECL void JsonReader::refuse(Slot slot, char const* found, std::string_view text) {
    if (slot.type == nullptr) return;
    misfit_ = true;
    root_misfit_ = root_misfit_ || stack_.empty();
    if (mismatch_.empty()) tell(where() + " should be " + slot.type->expected + " but is " + found + path());
    if (optional_.type != nullptr)
        optional_.type->reset(optional_.object);
    else if (in_map() || (slot.object != nullptr && !stack_.empty() && stack_.back().slot.type->drop != nullptr))
        stack_.back().slot.type->drop(stack_.back().slot.object, entry_key_);
    constexpr std::size_t longest = 4096;
    if (!at_top() || text.empty() || text.size() > longest || slot.type == &SlotTypeOf<Secret>::value) return;
    std::erase_if(odd_members_, [&](OddMember const& odd) { return odd.name == key_; });
    odd_members_.push_back({key_, std::string(text)});
}

GLOBUS_DECL void JsonReader::tell(std::string what) {
    if (mismatch_.empty()) mismatch_ = std::move(what);
}

GLOBUS_DECL void JsonReader::tell_mended(Slot slot) {
    tell(slot.type != nullptr ? where() + " is not Unicode" + path() : "the answer has a text that is not Unicode");
}

GLOBUS_DECL std::string JsonReader::where() const {
    return key_.empty() ? "the answer" : "the answer's member '" + std::string(key_) + '\'';
}

GLOBUS_DECL std::string JsonReader::path() const {
    std::string path;
    std::size_t maps = 0;
    for (std::size_t i = 0; i != stack_.size() && path.size() < 1000; ++i) {
        Frame const& frame = stack_[i];
        if (frame.slot.type == nullptr) break;
        bool const last = i + 1 == stack_.size();
        if (frame.slot.type->array != nullptr) {
            path.append(1, '[').append(std::to_string(frame.count - 1)).append(1, ']');
            continue;
        }
        if (!path.empty()) path += '.';
        if (!is_map(frame.slot))
            path += last ? key_ : stack_[i + 1].key;
        else
            path += last ? entry_key_ : map_keys_[maps++];
    }
    return path.empty() || path == key_ ? "" : ", at " + one_line(path, 200);
}

GLOBUS_DECL void JsonReader::append(std::string_view part) {
    std::size_t const size = part_.size() + part.size();
    if (size > part_.capacity()) part_.reserve(room_.grow(part_.capacity(), size, 1));
    part_ += part;
}

GLOBUS_DECL std::string_view JsonReader::whole(std::string_view last) {
    if (part_.empty()) return last;
    append(last);
    return part_;
}

struct JsonDocumentReader::Parser {
    Parser(Slot root, std::size_t memory) : parser(options(), root, memory) {}

    static boost::json::parse_options options() {
        boost::json::parse_options options = json_options();
        options.allow_invalid_utf8 = true;  // the parser need not look: the text has been mended
        return options;
    }

    boost::json::basic_parser<JsonReader> parser;
};

GLOBUS_DECL JsonDocumentReader::JsonDocumentReader(Slot root, std::size_t memory)
    : parser_(std::make_unique<Parser>(root, memory)) {}

GLOBUS_DECL JsonDocumentReader::~JsonDocumentReader() = default;

GLOBUS_DECL std::string const& JsonDocumentReader::mismatch() const noexcept {
    return parser_->parser.handler().mismatch();
}

GLOBUS_DECL bool JsonDocumentReader::misfit() const noexcept { return parser_->parser.handler().misfit(); }

GLOBUS_DECL bool JsonDocumentReader::root_misfit() const noexcept { return parser_->parser.handler().root_misfit(); }

GLOBUS_DECL std::vector<TopList> const& JsonDocumentReader::lists() const noexcept {
    return parser_->parser.handler().lists();
}

GLOBUS_DECL std::vector<OddMember> const& JsonDocumentReader::odd_members() const noexcept {
    return parser_->parser.handler().odd_members();
}

GLOBUS_DECL void JsonDocumentReader::finish(std::string_view piece) {
    constexpr std::size_t step = std::size_t{64} << 10;
    if (read_ == 0) total_ = whole_ = piece.size();
    for (; piece.size() > step; piece.remove_prefix(step)) write(piece.substr(0, step), true);
    write(piece, false);
}

GLOBUS_DECL void JsonDocumentReader::write(std::string_view piece, bool more) {
    if (cut_.empty()) return mend(piece, more);
    std::string const joined = std::exchange(cut_, {}).append(piece);
    mend(joined, more);
}

GLOBUS_DECL void JsonDocumentReader::mend(std::string_view text, bool more) {
    OddText const odd = find_odd_text(text);
    if (odd.length == 0) return parse(text, more);
    parse(text.substr(0, odd.at), true);
    text.remove_prefix(odd.at);
    if (!odd.cut) parser_->parser.handler().mended();
    std::string mended;
    cut_ = text.substr(append_mended(mended, text, more));
    parse(mended, more);
}

GLOBUS_DECL void JsonDocumentReader::parse(std::string_view text, bool more) {
    boost::system::error_code error;
    parser_->parser.handler().room().text_bytes(std::max(whole_, read_ + text.size()));
    std::size_t const used = parser_->parser.write_some(more, text.data(), text.size(), error);
    if (error)
        throw DecodeError(
            "the answer is not valid JSON: " + error.message() + " at byte " + std::to_string(read_ + used), {},
            error == boost::json::error::incomplete ? DecodeError::Damage::cut_off : DecodeError::Damage::none);
    read_ += used;
    if (total_ != 0)
        parser_->parser.handler().room().part_read(static_cast<double>(read_) / static_cast<double>(total_));
    if (used != text.size())
        throw DecodeError("the answer has text after its JSON document, at byte " + std::to_string(read_));
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_JSON_READ_IPP
