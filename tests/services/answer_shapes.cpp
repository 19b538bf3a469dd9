// SPDX-License-Identifier: Apache-2.0
// Every answer that was recorded of a service, or that a service's own description publishes, fits its type as a whole.
#include "support/answer_shapes.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

using namespace globus;
namespace fs = std::filesystem;

namespace {

Json load(fs::path const& file) {
    boost::json::parse_options options;
    options.max_depth = 200;
    return boost::json::parse(file_text(file.string()), {}, options);
}

Json const* find(Json const& object, std::string_view name) {
    return object.is_object() ? object.get_object().if_contains(name) : nullptr;
}

std::string text_of(Json const& object, std::string_view name) {
    Json const* const found = find(object, name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

/// Reads an answer as an operation does; fails where it does not fit.
void check_answer(std::string const& client, std::string const& method, std::string const& what, Json const& answer) {
    auto const service = answer_readers().find(client);
    REQUIRE(service != answer_readers().end());
    auto const reader = service->second.find(method);
    INFO(client << "." << method << " (" << what << "): " << boost::json::serialize(answer).substr(0, 2000));
    REQUIRE(reader != service->second.end());
    CHECK(reader->second(boost::json::serialize(answer)) == "");
}

/// Reads what each operation of a recording was answered. What is made up to be odd is no answer of a service's.
std::size_t check_recording(fs::path const& folder) {
    std::size_t count = 0;
    for (char const* name : {"auth", "transfer", "groups", "search", "flows", "timers", "compute", "gcs"}) {
        fs::path const file = folder / (std::string(name) + ".json");
        if (!fs::exists(file)) continue;
        Json const recording = load(file);
        for (Json const& operation : recording.at("operations").as_array()) {
            Json const* const answer = find(operation, "response");
            Json const* const json = answer != nullptr ? find(*answer, "json") : nullptr;
            std::string const client = text_of(operation, "client"), method = text_of(operation, "method");
            auto const service = answer_readers().find(client);
            if (json == nullptr || service == answer_readers().end() || !service->second.contains(method)) continue;
            check_answer(client, method, text_of(*answer, "source"), *json);
            ++count;
        }
    }
    return count;
}

}  // namespace

TEST_CASE("every recorded answer fits the type of its operation", "[services][answers]") {
    CHECK(check_recording(fs::path(GLOBUS_TESTS_DIR) / "conformance/excerpt") > 20);
}

TEST_CASE("every answer of the whole recording fits the type of its operation", "[services][answers]") {
    char const* const folder = std::getenv("GLOBUS_CONTRACT_DIR");
    if (folder == nullptr || !fs::exists(fs::path(folder) / "transfer.json")) {
        WARN("skipped: GLOBUS_CONTRACT_DIR names no folder with the whole recording");
        return;
    }
    CHECK(check_recording(folder) > 200);
}

TEST_CASE("every published answer fits the type of its operation", "[services][answers]") {
    std::size_t count = 0;
    Json const published = load(fs::path(GLOBUS_TESTS_DIR) / "services/published_answers.json");
    for (Json const& shape : published.as_array()) {
        check_answer(text_of(shape, "client"), text_of(shape, "method"), "published", shape.at("answer"));
        ++count;
    }
    CHECK(count > 150);
}
