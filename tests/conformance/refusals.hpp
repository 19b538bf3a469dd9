// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_CONFORMANCE_REFUSALS_HPP
#define GLOBUS_TESTS_CONFORMANCE_REFUSALS_HPP

#include "recording.hpp"

#include <exception>

namespace conformance {

/// True if the values of a case or a step, which the reference takes, are such that `thrown` refuses them on purpose: then
/// the rule is noted.
[[nodiscard]] bool refused_on_purpose(Json const& recorded, std::exception_ptr const& thrown);

}  // namespace conformance

#endif  // GLOBUS_TESTS_CONFORMANCE_REFUSALS_HPP
