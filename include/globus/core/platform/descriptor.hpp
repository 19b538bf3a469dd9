// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_DESCRIPTOR_HPP
#define GLOBUS_CORE_PLATFORM_DESCRIPTOR_HPP

#include <globus/core/config.hpp>

#include <utility>

namespace globus::detail {

/// A file descriptor that is closed at its end.
class Descriptor {
public:
    explicit Descriptor(int number = -1) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }
    /// The number, which the caller closes.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

private:
    int number_;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/descriptor.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_DESCRIPTOR_HPP
