// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_JSON_HPP
#define GLOBUS_CORE_JSON_HPP

// Described types as JSON text, both ways: to_json(value) and from_json<T>(text).

#include <globus/core/json_read.hpp>
#include <globus/core/json_write.hpp>

#endif  // GLOBUS_CORE_JSON_HPP
