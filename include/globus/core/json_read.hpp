// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_JSON_READ_HPP
#define GLOBUS_CORE_JSON_READ_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_slots.hpp>

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// How a document becomes a typed value without a DOM: Boost.JSON's parser calls one handler, which keeps a stack of
// slots. The parser itself is instantiated once, whatever is read.

namespace globus::detail {

/// A list at the top of a document: its member's name, which is a constant, and how many elements it came with,
/// including those that did not fit.
struct TopList {
    std::string_view name;
    std::size_t size;
};

/// A member at the top of a document that is a text, an integer or a flag, but should be something else.
struct OddMember {
    std::string_view name;  ///< a constant
    std::string text;       ///< the text, or how the number or flag is written
};

/**
 * A reader of a document, whole or in pieces as they come, into `root`.
 *
 * Texts that are not Unicode are mended, as parse_json does it.
 */
class JsonDocumentReader {
public:
    /// The default limit of the memory that a document may take: three times the usual limit of an answer.
    static constexpr std::size_t usual_memory = 3 * (std::size_t{64} << 20);

    /// @param memory  bytes that the result may take; more is a DecodeError
    explicit JsonDocumentReader(Slot root, std::size_t memory = usual_memory);
    JsonDocumentReader(JsonDocumentReader const&) = delete;
    JsonDocumentReader& operator=(JsonDocumentReader const&) = delete;
    ~JsonDocumentReader();

    /// Says how long the document will be, in bytes, so that its lists need not grow step by step. It is only a hint.
    void expect(std::size_t total) noexcept { total_ = total; }
    /// Takes a piece. @throws DecodeError  if it is not JSON
    void write(std::string_view piece) { write(piece, true); }
    /// Takes the last piece, or the whole text. @throws DecodeError  if it is not JSON, or not all of it
    void finish(std::string_view piece = {});

    /// What was odd, and where; empty if nothing was.
    [[nodiscard]] std::string const& mismatch() const noexcept;
    /// True if a value was of another kind than described.
    [[nodiscard]] bool misfit() const noexcept;
    /// True if the document itself was.
    [[nodiscard]] bool root_misfit() const noexcept;
    /// The lists at the top of the document.
    [[nodiscard]] std::vector<TopList> const& lists() const noexcept;
    /// The members at the top that are not of the kind described, as texts.
    [[nodiscard]] std::vector<OddMember> const& odd_members() const noexcept;

private:
    struct Parser;

    void write(std::string_view piece, bool more);
    /// Passes a piece to the parser, with each text mended; an incomplete character at its end waits for more.
    void mend(std::string_view text, bool more);
    void parse(std::string_view text, bool more);

    std::unique_ptr<Parser> const parser_;
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
 * Missing members stay absent, unknown ones are ignored, null is an empty list or map, nesting is limited to 128
 * levels. What is not Unicode in a text reads as U+FFFD.
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
