// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_REQUIREMENTS_HPP
#define GLOBUS_CORE_REQUIREMENTS_HPP

// What this library needs of the compiler and of Boost. Every header of globus comes here before anything else of its
// own, so that whoever forgot -std=c++20 reads one sentence. libcurl and OpenSSL are looked at where they are used.

// There is no such file: a compiler goes on after #error, but not after a file that is missing.
#define GLOBUS_DETAIL_STOP <globus-stops-at-the-error-above>

#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#error "globus needs C++20: compile with -std=c++20 or newer (g++ 11, clang 14 or newer)"
#include GLOBUS_DETAIL_STOP
#elif !defined(__cpp_exceptions)
#error "globus reports errors by exceptions: compile without -fno-exceptions"
#include GLOBUS_DETAIL_STOP
#elif !defined(__cpp_rtti)
#error "globus tells errors apart by their types: compile without -fno-rtti"
#include GLOBUS_DETAIL_STOP
#elif defined(_WIN32)
#error "globus needs a POSIX system: on Windows, build in the Windows Subsystem for Linux"
#include GLOBUS_DETAIL_STOP
#elif !__has_include(<boost/version.hpp>)
#error "globus needs the headers of Boost 1.79 or newer: install them, or name their directory with -I"
#include GLOBUS_DETAIL_STOP
#endif

#include <boost/version.hpp>
#if BOOST_VERSION < 107900
#error "globus needs Boost 1.79 or newer: name the directory of a newer one with -I"
#include GLOBUS_DETAIL_STOP
#endif

#include <version>
#if defined(_LIBCPP_VERSION) && !defined(__cpp_lib_jthread)
#error "globus needs std::stop_token: with libc++ 18 or newer, compile and link with -fexperimental-library"
#include GLOBUS_DETAIL_STOP
#endif

#endif  // GLOBUS_CORE_REQUIREMENTS_HPP
