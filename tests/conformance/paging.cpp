// SPDX-License-Identifier: Apache-2.0
#include "registry.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace conformance {
namespace {

/// A typed item holds what its type has members for: of those that are recorded, the values must be the same.
std::string difference_of_item(Json const& recorded, Json const& got) {
    if (!recorded.is_object() || !got.is_object()) return difference(recorded, got, "item");
    for (auto const& [name, value] : recorded.get_object())
        if (Json const* own = find(got, name); own != nullptr)
            if (auto words = difference(value, *own, "item/" + std::string(name)); !words.empty()) return words;
    return {};
}

/// The items of a walk: all of them, or how many they are with the first and the last.
std::string difference_of_items(Json const& recorded, std::vector<Json> const& got) {
    bool const all = recorded.is_array();
    std::size_t const count = all ? recorded.get_array().size() : member(recorded, "count").to_number<std::size_t>();
    if (got.size() != count) return std::to_string(got.size()) + " items, recorded are " + std::to_string(count);
    if (!all) {
        if (got.empty()) return {};
        auto words = difference_of_item(member(recorded, "first"), got.front());
        return words.empty() ? difference_of_item(member(recorded, "last"), got.back()) : words;
    }
    for (std::size_t i = 0; i != count; ++i)
        if (auto words = difference_of_item(recorded.get_array()[i], got[i]); !words.empty()) return words;
    return {};
}

/// An item that is typed when it comes back: the recording has a number for some, and members of types that services do not
/// send for others. So that each can be told, the member `name` has the whole of it as its text.
Json as_object(Json const& item, std::string const& name) {
    Object object = item.is_object() ? item.get_object() : Object();
    if (Json const* given = find(item, name); given == nullptr || !given->is_string())
        object[name] = boost::json::serialize(item);
    return object;
}
Json as_objects(Json const& items, std::string const& name) {
    if (items.is_object()) {  // how many they are, with the first and the last
        Object some = items.get_object();
        for (char const* end : {"first", "last"})
            if (Json const* item = find(items, end)) some[end] = as_object(*item, name);
        return some;
    }
    Array objects;
    for (Json const& item : items.as_array()) objects.push_back(as_object(item, name));
    return objects;
}

/// A page of Search whose `count` is not the number of its items: by that the reference reckons where the next page is.
bool has_miscounted_page(Json const& walk, std::string const& items_key) {
    if (!string_member(walk, "operation").starts_with("search.")) return false;
    for (Json const& page : member(walk, "pages").as_array()) {
        Json const* const items = find(page, items_key);
        Json const* const count = find(page, "count");
        if (items != nullptr && items->is_array() && count != nullptr && *count != Json(items->get_array().size()))
            return true;
    }
    return false;
}

std::string check_walk(Json const& walk, Json const& client, std::string const& items_key) {
    std::string name = string_member(walk, "operation");
    name = name.substr(name.find('.') + 1);
    auto const runner = runners().find(name);
    if (runner == runners().end()) throw Missing(name);
    if (!runner->second.walk) return name + " is not paginated";

    std::string const& item_text = runner->second.item_text;
    Call call;
    call.client = client;
    call.kwargs = member(walk, "kwargs");
    Array responses;
    for (Json const& page : member(walk, "pages").as_array()) {
        if (find(page, "status") != nullptr && find(page, "headers") != nullptr) {
            responses.push_back(page);
            continue;
        }
        Json document = page;
        if (Json const* items = find(page, items_key); items != nullptr && items->is_array())
            document.as_object()[items_key] = as_objects(*items, item_text);
        Object response;
        response["status"] = 200;
        response["json"] = document;
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
    if (Json const* items = find(walk, "items"))
        return difference_of_items(as_objects(*items, item_text), walked.items);
    return {};
}

}  // namespace

void run_paging(Report& report, Json const& section) {
    std::map<std::string, Json> clients;  // of each service's file, as operations are recorded with them
    std::map<std::string, std::string> items_keys;
    for (Json const& method : member(section, "methods").as_array())
        items_keys[string_member(method, "operation")] = string_member(method, "items_key", "data");
    for (Json const& walk : member(section, "walks").as_array()) {
        std::string const operation = string_member(walk, "operation");
        std::string const service = operation.substr(0, operation.find('.'));
        std::string const client_class =
            operation.substr(service.size() + 1, operation.rfind('.') - service.size() - 1);
        if (!clients.contains(client_class)) {
            Json const file = load(report.options().cases / (service + ".json"));
            for (Json const& client : member(file, "clients").as_array())
                clients[string_member(client, "class")] = {{"class", member(client, "class")},
                                                           {"kwargs", member(client, "recorded_with")}};
        }
        report.check(string_member(walk, "id"), [&] {
            std::string const& items_key = items_keys[operation];
            if (!has_miscounted_page(walk, items_key)) return check_walk(walk, clients[client_class], items_key);
            std::string words;
            try {
                words = check_walk(walk, clients[client_class], items_key);
            } catch (globus::Error const& error) {
                words = error.what();
            }
            if (!words.empty()) throw OnPurpose("page sizes", words);
            return words;
        });
    }
}

}  // namespace conformance
