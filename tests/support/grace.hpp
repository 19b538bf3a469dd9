// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_GRACE_HPP
#define GLOBUS_TESTS_SUPPORT_GRACE_HPP

#include <chrono>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GLOBUS_TESTS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GLOBUS_TESTS_SANITIZED 1
#endif
#endif

#ifdef GLOBUS_TESTS_SANITIZED
inline constexpr bool sanitized = true;
#undef GLOBUS_TESTS_SANITIZED
#else
inline constexpr bool sanitized = false;
#endif

/// How much later than its limit a call may end.
inline constexpr std::chrono::milliseconds grace{sanitized ? 1000 : 250};

#endif  // GLOBUS_TESTS_SUPPORT_GRACE_HPP
