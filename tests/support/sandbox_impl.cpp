// SPDX-License-Identifier: Apache-2.0
// The sandbox, compiled once for all programs that define GLOBUS_SANDBOX_SEPARATE_COMPILATION.
#include <globus/sandbox/src.hpp>
