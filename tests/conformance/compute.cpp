// SPDX-License-Identifier: Apache-2.0
#include "registry.hpp"

namespace conformance {

void add_compute() {}

}  // namespace conformance
