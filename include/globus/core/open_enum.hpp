// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_OPEN_ENUM_HPP
#define GLOBUS_CORE_OPEN_ENUM_HPP

#include <globus/core/config.hpp>
#include <globus/core/text_at.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace globus {

namespace detail {

/// A word of an OpenEnum. It is one class, so that reading and printing are compiled once.
class Word {
public:
    /// The word as the service writes it; empty if there is none.
    [[nodiscard]] std::string const& text() const noexcept GLOBUS_LIFETIMEBOUND { return text_; }
    /// True if there is no word.
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
    operator std::string const&() const noexcept { return text_; }

    friend std::string const& to_string(Word const& word) noexcept { return word.text_; }
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, Word const& word) {
        return out << std::string_view(word.text_);
    }

protected:
    Word() = default;
    explicit Word(std::string text) noexcept : text_(std::move(text)) {}

    std::string text_;

private:
    friend bool store_word(void* object, std::string_view text);
};

/// The place of a word in a list; 0, where the list has an empty word, if it is not there.
[[nodiscard]] std::size_t place_of_word(std::string_view word, std::span<std::string_view const> words) noexcept;
/// @throws UsageError  for a word that is not in a list, which it names
void require_known_word(std::string_view word, std::span<std::string_view const> words);

}  // namespace detail

/**
 * A word of a set that the service may enlarge: the words that we know are constants, and any other word is kept.
 *
 *     if (task->status == TaskStatus::succeeded) ...
 *     switch (task->status.known()) {
 *         case TaskStatus::active: ...
 *         case TaskStatus::unknown: std::cout << "a new status: " << task->status;
 *     }
 *     .role = GroupRole::manager                 // what is sent
 *     .role = GroupRole::word("observer")        // a word that this library does not know
 *
 * A set is described by a struct with the constants and, at the same places, the words:
 *
 *     struct TaskStatusWords {
 *         enum Known : unsigned char { unknown, active, inactive, succeeded, failed };
 *         static constexpr std::string_view words[] = {"", "ACTIVE", "INACTIVE", "SUCCEEDED", "FAILED"};
 *     };
 *     using TaskStatus = OpenEnum<TaskStatusWords>;
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
template <class Words>
class OpenEnum : public detail::Word, public Words {
public:
    /// The constants; `unknown` stands for every other word, and for none.
    using Known = typename Words::Known;

    /// No word.
    OpenEnum() = default;
    /// A word that we know; no word for `unknown`.
    OpenEnum(Known known) : Word(std::string(Words::words[static_cast<std::size_t>(known)])) {}
    /// A word that we know, by its text. @throws UsageError  for any other: word() takes those; for a null pointer
    template <class Text>
        requires(std::convertible_to<Text const&, std::string_view> && !std::derived_from<Text, Word>)
    OpenEnum(Text const& text, detail::CodeLine where = detail::CodeLine::here()) {
        if constexpr (std::is_pointer_v<Text>)
            text_ = detail::text_at(text, where);
        else
            text_ = std::string_view(text);
        detail::require_known_word(text_, Words::words);
    }
    /// Any word, whether we know it or not.
    [[nodiscard]] static OpenEnum word(std::string text) {
        OpenEnum made;
        made.text_ = std::move(text);
        return made;
    }

    /// The constant of this word, for a switch; `unknown` if there is none.
    [[nodiscard]] Known known() const noexcept {
        return static_cast<Known>(detail::place_of_word(text_, Words::words));
    }

    friend bool operator==(OpenEnum const& a, OpenEnum const& b) noexcept { return a.text_ == b.text_; }
    friend bool operator==(OpenEnum const& a, Known b) noexcept { return a.known() == b; }
    /// True if the word has this text.
    template <class Text>
        requires(std::convertible_to<Text const&, std::string_view> && !std::derived_from<Text, Word>)
    friend bool operator==(OpenEnum const& a, Text const& b) noexcept {
        return a.text_ == std::string_view(b);
    }
    /// By the texts.
    friend std::strong_ordering operator<=>(OpenEnum const& a, OpenEnum const& b) noexcept {
        return a.text_ <=> b.text_;
    }
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/core/impl/open_enum.ipp>
#endif

#endif  // GLOBUS_CORE_OPEN_ENUM_HPP
