// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_EXAMPLES_SETTING_HPP
#define GLOBUS_EXAMPLES_SETTING_HPP

#include <globus/core/error.hpp>

#include <cstdlib>
#include <string>

/// An environment variable, without which an example cannot run.
inline std::string setting(char const* name, char const* otherwise = nullptr) {
    char const* const value = std::getenv(name);
    if (value == nullptr && otherwise == nullptr) throw globus::UsageError(std::string("set ") + name);
    return value != nullptr ? value : otherwise;
}

#endif  // GLOBUS_EXAMPLES_SETTING_HPP
