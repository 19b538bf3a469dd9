// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SRC_HPP
#define GLOBUS_SRC_HPP

/**
 * The definitions of the SDK, for the one source file of a program that compiles them.
 *
 * Define GLOBUS_SEPARATE_COMPILATION for the whole program: its other files then have only declarations, and compile in
 * half the time. The one file must not include anything of globus before this header. CMake's target globus::compiled
 * does all of this.
 */

#ifndef GLOBUS_SEPARATE_COMPILATION
#define GLOBUS_SEPARATE_COMPILATION
#endif
#ifdef GLOBUS_CORE_CONFIG_HPP
#error "globus: <globus/src.hpp> comes first in its file"
#endif
#define GLOBUS_SOURCE

#include <globus/globus.hpp>

#endif  // GLOBUS_SRC_HPP
