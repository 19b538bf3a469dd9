// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_SECRET_IPP
#define GLOBUS_CORE_IMPL_SECRET_IPP

#include <globus/core/config.hpp>
#include <globus/core/secret.hpp>

#include <string>
#include <utility>

namespace globus::detail {

GLOBUS_DECL void wipe(std::string& text) noexcept {
    text.resize(text.capacity());  // this never allocates, and makes the bytes behind the end part of the text
    volatile char* bytes = text.data();
    for (std::size_t i = 0; i != text.size(); ++i) bytes[i] = 0;
    text.clear();
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL Secret& Secret::operator=(Secret const& other) {
    if (this != &other) {
        std::string copy = other.text_;
        detail::wipe(text_);
        text_ = std::move(copy);
    }
    return *this;
}

GLOBUS_DECL Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        detail::wipe(text_);
        text_ = std::move(other.text_);
        detail::wipe(other.text_);
    }
    return *this;
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_SECRET_IPP
