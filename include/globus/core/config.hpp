// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_CONFIG_HPP
#define GLOBUS_CORE_CONFIG_HPP

#include <globus/core/requirements.hpp>

// Header-only or compiled. What is not a template is declared in a header and defined in its `impl/*.ipp`, which the
// header includes at its end if GLOBUS_BODIES is defined:
//
// - header-only, which is the default: in every file, and the definitions are inline;
// - with GLOBUS_SEPARATE_COMPILATION, defined for all files of a program: in the one file that includes
//   <globus/src.hpp>.

#ifdef GLOBUS_SEPARATE_COMPILATION
#define GLOBUS_DECL
#ifdef GLOBUS_SOURCE
#define GLOBUS_BODIES
#endif
#else
#define GLOBUS_DECL inline
#define GLOBUS_BODIES
#endif

/// For a class that shared objects throw to each other: with hidden visibility each would have a type of its own, and a
/// handler in one would not catch what another throws.
#if defined(__GNUC__) && !defined(_WIN32)
#define GLOBUS_VISIBLE __attribute__((visibility("default")))
#else
#define GLOBUS_VISIBLE
#endif

/// For a member function, after its qualifiers: what it returns must not outlive the object. Clang warns of code that
/// keeps a part of a temporary.
#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(clang::lifetimebound)
#define GLOBUS_LIFETIMEBOUND [[clang::lifetimebound]]
#endif
#endif
#ifndef GLOBUS_LIFETIMEBOUND
#define GLOBUS_LIFETIMEBOUND
#endif

#endif  // GLOBUS_CORE_CONFIG_HPP
