// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_SECRET_HPP
#define GLOBUS_CORE_SECRET_HPP

#include <globus/core/config.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace globus {

namespace detail {

/// Overwrites `text` with zeros in a way that the optimiser must not drop.
void wipe(std::string& text) noexcept;

}  // namespace detail

/**
 * A token, client secret, password or code verifier.
 *
 * No stream or formatter takes it, it does not convert to anything on its own, and its memory is wiped when it is
 * destroyed or replaced. `reveal()` is the only way to read it, and is easy to search for in a review.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class Secret {
public:
    Secret() = default;
    /// Takes the text over and wipes where it was. Copies of the caller's are not wiped.
    Secret(std::string text) : text_(std::move(text)) { detail::wipe(text); }
    /// A null pointer, as std::getenv gives for a variable that is not set, is an empty secret.
    Secret(char const* text) : text_(text != nullptr ? text : "") {}
    /// A copy of the text, which stays where it is.
    Secret(std::string_view text) : text_(text) {}

    /// Each copy wipes itself. A secret that was moved from is empty, and wiped at once.
    Secret(Secret const&) = default;
    Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { detail::wipe(other.text_); }
    /// Wipes the text that it replaces.
    Secret& operator=(Secret const& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret() { detail::wipe(text_); }

    /// The text itself, as long as this object lives. Nothing wipes what is copied from it.
    [[nodiscard]] std::string const& reveal() const noexcept GLOBUS_LIFETIMEBOUND { return text_; }
    /// True if none was given, and after a move.
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    /// Compares every byte whatever comes first, so that the time taken reveals only the length.
    friend bool operator==(Secret const& a, Secret const& b) noexcept {
        if (a.text_.size() != b.text_.size()) return false;
        unsigned char difference = 0;
        for (std::size_t i = 0; i != a.text_.size(); ++i)
            difference = static_cast<unsigned char>(difference | (a.text_[i] ^ b.text_[i]));
        return difference == 0;
    }

    template <class Char, class Traits>
    friend void operator<<(std::basic_ostream<Char, Traits>&, Secret const&) = delete;  // a secret is not printed

private:
    std::string text_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/core/impl/secret.ipp>
#endif

#endif  // GLOBUS_CORE_SECRET_HPP
