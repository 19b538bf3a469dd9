// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_QUERY_PARAMS_IPP
#define GLOBUS_CLIENT_IMPL_QUERY_PARAMS_IPP

#include <globus/client/query_params.hpp>
#include <globus/core/config.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

GLOBUS_DECL QueryValue::QueryValue(std::string text) { texts_.push_back(std::move(text)); }
GLOBUS_DECL QueryValue::QueryValue(std::string_view text) : QueryValue(std::string(text)) {}
GLOBUS_DECL QueryValue::QueryValue(char const* text) : QueryValue(std::string(text)) {}
GLOBUS_DECL QueryValue::QueryValue(std::vector<std::string> texts) : texts_(std::move(texts)) {}
GLOBUS_DECL QueryValue::QueryValue(Removed) noexcept {}
GLOBUS_DECL QueryValue::QueryValue(QueryValue const&) = default;
GLOBUS_DECL QueryValue::QueryValue(QueryValue&&) noexcept = default;
GLOBUS_DECL QueryValue& QueryValue::operator=(QueryValue const&) = default;
GLOBUS_DECL QueryValue& QueryValue::operator=(QueryValue&&) noexcept = default;
GLOBUS_DECL QueryValue::~QueryValue() = default;

GLOBUS_DECL QueryParams::QueryParams() noexcept = default;
GLOBUS_DECL QueryParams::QueryParams(std::initializer_list<std::pair<std::string, QueryValue>> parameters)
    : vector(parameters) {}
GLOBUS_DECL QueryParams::QueryParams(QueryParams const&) = default;
GLOBUS_DECL QueryParams::QueryParams(QueryParams&&) noexcept = default;
GLOBUS_DECL QueryParams& QueryParams::operator=(QueryParams const&) = default;
GLOBUS_DECL QueryParams& QueryParams::operator=(QueryParams&&) noexcept = default;
GLOBUS_DECL QueryParams::~QueryParams() = default;

}  // namespace globus

#endif  // GLOBUS_CLIENT_IMPL_QUERY_PARAMS_IPP
