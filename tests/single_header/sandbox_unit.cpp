// SPDX-License-Identifier: Apache-2.0
#include <globus/globus.hpp>
#include <globus/sandbox.hpp>

#include <string>

std::string sandbox_address();

std::string sandbox_address() { return globus::sandbox::Server().base_url(); }
