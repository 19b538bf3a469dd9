// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_QUERY_PARAMS_HPP
#define GLOBUS_CLIENT_QUERY_PARAMS_HPP

#include <globus/core/config.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// As the value of a QueryParams entry, removes that parameter from a request.
struct Removed {};
/// What to write for it: `.query_params = {{"limit", globus::removed}}`.
inline constexpr Removed removed{};

/// The value of one query or form parameter: texts to be sent, one parameter each.
class QueryValue {
public:
    /// One parameter, encoded when it is sent.
    QueryValue(std::string text);
    QueryValue(std::string_view text);
    QueryValue(char const* text);
    /// The parameter once for each text. No text at all is Removed.
    QueryValue(std::vector<std::string> texts);
    /// "True" or "False".
    template <std::same_as<bool> B>
    QueryValue(B flag) : QueryValue(flag ? "True" : "False") {}
    /// The number in decimal digits.
    template <std::integral I>
        requires(!std::same_as<I, bool>)
    QueryValue(I number) : QueryValue(std::to_string(number)) {}
    /// No parameter of that name, not even the operation's own.
    QueryValue(Removed) noexcept;
    QueryValue(QueryValue const&);
    QueryValue(QueryValue&&) noexcept;
    QueryValue& operator=(QueryValue const&);
    QueryValue& operator=(QueryValue&&) noexcept;
    ~QueryValue();

    /// The values, before they are encoded; empty: the parameter is removed.
    [[nodiscard]] std::vector<std::string> const& texts() const noexcept { return texts_; }
    friend bool operator==(QueryValue const&, QueryValue const&) = default;

private:
    std::vector<std::string> texts_;
};

/**
 * Parameters that an operation has no member for, in order. An entry replaces the operation's own of the same name.
 *
 *     client.get_task({.task_id = id, .query_params = {{"fields", "status,label"}}});
 */
class QueryParams : public std::vector<std::pair<std::string, QueryValue>> {
public:
    using std::vector<std::pair<std::string, QueryValue>>::vector;
    QueryParams() noexcept;
    /// In this order.
    QueryParams(std::initializer_list<std::pair<std::string, QueryValue>> parameters);
    QueryParams(QueryParams const&);
    QueryParams(QueryParams&&) noexcept;
    QueryParams& operator=(QueryParams const&);
    QueryParams& operator=(QueryParams&&) noexcept;
    ~QueryParams();
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/client/impl/query_params.ipp>
#endif

#endif  // GLOBUS_CLIENT_QUERY_PARAMS_HPP
