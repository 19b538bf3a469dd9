// SPDX-License-Identifier: Apache-2.0
#include "registry.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace conformance {
namespace {

/// A typed item holds what its type has members for; that must be as recorded.
std::string difference_of_item(Json const& recorded, Json const& got) {
    if (!recorded.is_object() || !got.is_object()) return difference(recorded, got, "item");
    for (auto const& [name, value] : got.get_object())
        if (Json const* wanted = find(recorded, name); wanted == nullptr || *wanted != value)
            return "item/" + std::string(name) + " is " + boost::json::serialize(value);
    return {};
}

std::string check_walk(Json const& walk, Json const& client) {
    std::string name = string_member(walk, "operation");
    name = name.substr(name.find('.') + 1);
    auto const runner = runners().find(name);
    if (runner == runners().end()) throw Missing(name);
    if (!runner->second.walk) return name + " is not paginated";

    Call call;
    call.client = client;
    call.kwargs = member(walk, "kwargs");
    Array responses;
    for (Json const& page : member(walk, "pages").as_array()) {
        if (find(page, "status") != nullptr && find(page, "headers") != nullptr) {
            responses.push_back(page);
            continue;
        }
        Object response;
        response["status"] = 200;
        response["json"] = page;
        response["headers"] = {{"Content-Type", "application/json"}};
        responses.push_back(response);
    }
    Json const scripted = responses;
    script(call.mock, &scripted, nullptr);

    Walked walked;
    bool const by_pages = string_member(walk, "iterate") == "pages";
    auto words = check_call(walk, call.mock, [&] {
        runner->second.walk(call, by_pages, walked);
        return Answer();
    });
    if (!words.empty()) return words;
    if (Json const* pages = find(walk, "pages_yielded"))
        if (walked.pages != pages->to_number<std::size_t>())
            return std::to_string(walked.pages) + " pages, recorded are " + boost::json::serialize(*pages);
    if (Json const* items = find(walk, "items")) {
        auto const& wanted = items->as_array();
        if (walked.items.size() != wanted.size())
            return std::to_string(walked.items.size()) + " items, recorded are " + std::to_string(wanted.size());
        for (std::size_t i = 0; i != wanted.size(); ++i)
            if (words = difference_of_item(wanted[i], walked.items[i]); !words.empty()) return words;
    }
    return {};
}

}  // namespace

void run_paging(Report& report, Json const& section) {
    std::map<std::string, Json> clients;  // of each service's file, as operations are recorded with them
    for (Json const& walk : member(section, "walks").as_array()) {
        std::string const operation = string_member(walk, "operation");
        std::string const service = operation.substr(0, operation.find('.'));
        std::string const client_class = operation.substr(service.size() + 1, operation.rfind('.') - service.size() - 1);
        if (!clients.contains(client_class)) {
            Json const file = load(report.options().cases / (service + ".json"));
            for (Json const& client : member(file, "clients").as_array())
                clients[string_member(client, "class")] = {{"class", member(client, "class")},
                                                           {"kwargs", member(client, "recorded_with")}};
        }
        report.check(string_member(walk, "id"), [&] { return check_walk(walk, clients[client_class]); });
    }
}

}  // namespace conformance
