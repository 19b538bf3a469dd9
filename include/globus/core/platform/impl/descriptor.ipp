// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_DESCRIPTOR_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_DESCRIPTOR_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/descriptor.hpp>

#include <unistd.h>

#include <utility>

namespace globus::detail {

GLOBUS_DECL Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

GLOBUS_DECL Descriptor::~Descriptor() {
    if (number_ >= 0) ::close(number_);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_DESCRIPTOR_IPP
