// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_CONFORMANCE_REGISTRY_HPP
#define GLOBUS_TESTS_CONFORMANCE_REGISTRY_HPP

// What each service's file registers: how its methods are called, how its documents are built.

#include "recording.hpp"
#include "report.hpp"

#include <globus/core/json_write.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/mock_transport.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

/// A recorded call, to be made over `mock`.
struct Call {
    Json client = {};  ///< {"class": ..., "kwargs": {...}}
    Json kwargs = Object();
    Json params = Array();  ///< of the method, as recorded
    globus::MockTransport mock = {};
};

/// What a call returned, in the recording's words.
struct Answer {
    Json result = {};                               ///< {"http_status": 200, ...}, or a value of its own
    std::map<std::string, std::size_t> lists = {};  ///< the lists of the document, by their names on the wire
    Json document = {};                             ///< as the caller gets it
    std::string mismatch = {};                      ///< what did not fit the typed document
};

/// What a walk over pages gave until it ended or failed.
struct Walked {
    std::vector<Json> items = {};
    std::size_t pages = 0;
};

struct Runner {
    std::function<Answer(Call const&)> run;
    std::function<void(Call const&, bool by_pages, Walked&)> walk = {};
    std::string item_text = {};  ///< a member of the walk's items that may be any text
};

/// By "TransferClient.operation_ls".
[[nodiscard]] std::map<std::string, Runner, std::less<>>& runners();

using Builder = std::function<globus::Document(Json const& kwargs, Json const& calls)>;
/// By "TransferData".
[[nodiscard]] std::map<std::string, Builder, std::less<>>& builders();
/// Builds a tagged payload. @throws Missing  if nobody registered its class
[[nodiscard]] globus::Document payload_document(Json const& tagged);

/// A scenario's own way to run, by the beginning of its id. The longest that fits is taken.
using Scenario = std::function<void(Json const& scenario)>;  ///< throws Failed if it goes otherwise than recorded
[[nodiscard]] std::map<std::string, Scenario, std::less<>>& scenarios();
class Failed : public std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// Throws Failed if `words` says anything.
inline void expect_none(std::string const& words) {
    if (!words.empty()) throw Failed(words);
}

/// Runs `call` and compares what it sends, returns or throws with a recorded case.
[[nodiscard]] std::string check_call(Json const& recorded, globus::MockTransport const& mock,
                                     std::function<Answer()> const& call);
/// Runs `f` and compares what it throws with the recorded error.
[[nodiscard]] std::string difference_of_error(Json const& recorded, std::exception_ptr const& thrown);
[[nodiscard]] std::string difference_of_result(Json const& recorded, Answer const& answer);
/// What our transport throws where the reference's had `cause`, which is the name of a class of Python's requests.
[[nodiscard]] globus::NetworkError network_error_of(std::string const& cause);
/// The reference's name of the class of an exception of ours.
[[nodiscard]] std::string class_of(std::exception const& error);

// One a file.
void add_auth();
void add_transfer();
void add_groups();
void add_search();
void add_flows();
void add_timers();
void add_compute();
void add_gcs();
void add_app_scopes();

void run_operations(Report& report, Json const& service);
void run_paging(Report& report, Json const& section);
void run_payloads(Report& report, Json const& section);
void run_errors(Report& report, Json const& section);
void run_urls(Report& report, Json const& section);
void run_environments(Report& report, Json const& section);
void run_base(Report& report, Json const& section);
void run_retry(Report& report, Json const& section);
void run_scopes(Report& report, Json const& section);
void run_tokenstorage(Report& report, Json const& section);
void run_id_token(Report& report, Json const& section);
void run_local_endpoint(Report& report, Json const& section);
void run_app(Report& report, Json const& section);

}  // namespace conformance

#endif  // GLOBUS_TESTS_CONFORMANCE_REGISTRY_HPP
