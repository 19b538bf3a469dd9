// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_VISIBILITY_HPP
#define GLOBUS_CORE_VISIBILITY_HPP

/// A class that shared objects throw at each other: with hidden visibility each has a type of its own, and a handler in
/// one does not know what another throws.
#if defined(__GNUC__) && !defined(_WIN32)
#define GLOBUS_VISIBLE __attribute__((visibility("default")))
#else
#define GLOBUS_VISIBLE
#endif

#endif  // GLOBUS_CORE_VISIBILITY_HPP
