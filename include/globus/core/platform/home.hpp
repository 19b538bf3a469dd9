// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_HOME_HPP
#define GLOBUS_CORE_PLATFORM_HOME_HPP

#include <globus/core/config.hpp>

#include <string>

namespace globus::detail {

/// The user's home directory: HOME, or else what the password database says, for programs that a batch system or cron
/// starts without HOME. It is empty if neither knows one.
std::string home_directory();

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/home.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_HOME_HPP
