// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SANDBOX_HPP
#define GLOBUS_SANDBOX_HPP

#include <globus/sandbox/server.hpp>

#ifndef GLOBUS_SANDBOX_SEPARATE_COMPILATION
#include <globus/sandbox/impl/server.ipp>
#endif

#endif  // GLOBUS_SANDBOX_HPP
