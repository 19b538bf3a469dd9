// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SANDBOX_SRC_HPP
#define GLOBUS_SANDBOX_SRC_HPP

/**
 * The sandbox's definitions, for the one source file of a program that compiles them.
 *
 * Define GLOBUS_SANDBOX_SEPARATE_COMPILATION for the whole program; globus/sandbox.hpp then only declares.
 */
#ifndef GLOBUS_SANDBOX_SEPARATE_COMPILATION
#define GLOBUS_SANDBOX_SEPARATE_COMPILATION
#endif

#include <globus/sandbox/impl/server.ipp>

#endif  // GLOBUS_SANDBOX_SRC_HPP
