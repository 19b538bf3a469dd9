// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_CONFORMANCE_RECORDING_HPP
#define GLOBUS_TESTS_CONFORMANCE_RECORDING_HPP

// What is recorded: cases as JSON, and how a request of ours is compared with one of them.

#include <globus/core/values.hpp>
#include <globus/http/message.hpp>
#include <globus/http/mock_transport.hpp>

#include <boost/json/value.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conformance {

using globus::Json;
using Object = boost::json::object;
using Array = boost::json::array;

/// The library has nothing that this case could be run on.
class Missing : public std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// A recorded value does not go into our types.
class Misfit : public std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// A recorded call that this library has no way to write, or refuses: it differs by a rule of differences.json.
class OnPurpose : public std::runtime_error {
public:
    OnPurpose(std::string rule, std::string const& words) : std::runtime_error(words), rule_(std::move(rule)) {}
    [[nodiscard]] std::string const& rule() const noexcept { return rule_; }

private:
    std::string rule_;
};

/// JSON as deep as recordings have it. An integer that 64 bits cannot hold becomes {"$type": "integer", "value": its text}.
[[nodiscard]] Json parse(std::string const& text);
/// The opposite.
[[nodiscard]] std::string written(Json const& value);
[[nodiscard]] Json load(std::filesystem::path const& file);

/// The member of an object, or nullptr.
[[nodiscard]] Json const* find(Json const& object, std::string_view name);
/// The same, null where there is none.
[[nodiscard]] Json const& member(Json const& object, std::string_view name);
[[nodiscard]] std::string string_member(Json const& object, std::string_view name, std::string_view otherwise = {});

/// What is special about tagged values: {"$type": ..., "value": ...}.
[[nodiscard]] std::string_view type_of(Json const& tagged);
/// True for {"$payload": Class, "kwargs": ..., "calls": ...}.
[[nodiscard]] bool is_payload(Json const& tagged);
/// A tagged value as ordinary JSON; what is missing is left out of lists and objects.
[[nodiscard]] Json plain(Json const& tagged);
/// A tagged value as the one text it is sent as.
[[nodiscard]] std::string text(Json const& tagged);
/// The same of a member; empty if there is none.
[[nodiscard]] std::string text_member(Json const& object, std::string_view name);
[[nodiscard]] std::string base64_decode(std::string_view text);

/// The access token that recorded requests, wherever they stand in `recorded`, were sent with; empty if with none.
[[nodiscard]] std::string access_token_of(Json const& recorded);

/// OperationLs -> operation_ls
[[nodiscard]] std::string snake_case(std::string_view name);
/// True if `text` is what `pattern` says, where * is any text.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view text);

/// Scripts the recorded answers; `otherwise` answers everything if there are none.
void script(globus::MockTransport const& mock, Json const* responses, Json const* otherwise);
[[nodiscard]] globus::http::Response response_of(Json const& recorded);

/// How values may differ from those that were recorded.
struct Comparing {
    std::set<std::string> made_uuids = {};  ///< recorded values that stand for any UUID that is made up
    std::set<std::string> unordered = {};   ///< "query.ids": the value is a set, joined by commas
    bool real_answers = false;              ///< answers are those that services really send: they fit their types

    /// Of the case that is run.
    struct Case {
        std::set<std::string> times = {};                  ///< given to it, as they were given
        std::map<std::string, std::string> integers = {};  ///< "2.0" that was given where we take an integer: "2"
        bool empty_list = false;                           ///< one was given to it
        std::set<std::string> rules = {};                  ///< of differences.json, by which it differs
    };
    Case of_case = {};
};
[[nodiscard]] Comparing& comparing();
/// The case that is run differs here by a rule of differences.json; the rest of it is still compared.
void on_purpose(std::string_view rule);
/// True if a text in `value` is one of a scope that RFC 6749, section 3.3 does not allow.
[[nodiscard]] bool has_forbidden_scope(Json const& value);

/// Where `got` differs from what was recorded, in words; empty if it does not.
[[nodiscard]] std::string difference(Json const& expected, Json const& got, std::string const& where = {});
[[nodiscard]] std::string difference(Json const& expected, globus::http::Request const& got);
[[nodiscard]] std::string difference_of_requests(Json const& expected, std::vector<globus::http::Request> const& got);
/// Name-value pairs: the order of names does not matter, that of one name's values does.
using Pairs = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string difference_of_pairs(Json const& expected, Pairs got, std::string const& where);

}  // namespace conformance

#endif  // GLOBUS_TESTS_CONFORMANCE_RECORDING_HPP
