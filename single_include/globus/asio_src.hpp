// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_ASIO_SRC_HPP
#define GLOBUS_ASIO_SRC_HPP

/**
 * The definitions of the asynchronous face of the SDK, for the one source file of a program that compiles them. They are
 * apart from those of `globus/src.hpp`, so that a program that never waits this way does not pay for them.
 *
 * The one file must not include anything of globus before this header.
 */

#ifndef GLOBUS_SEPARATE_COMPILATION
#define GLOBUS_SEPARATE_COMPILATION
#endif
#ifdef GLOBUS_CORE_CONFIG_HPP
#error "globus: <globus/asio_src.hpp> comes first in its file"
#endif
#define GLOBUS_ASIO_SOURCE

#include <globus/asio.hpp>

#endif  // GLOBUS_ASIO_SRC_HPP
