// SPDX-License-Identifier: Apache-2.0
#include "clock.hpp"
#include "refusals.hpp"
#include "registry.hpp"

#include <globus/core/error.hpp>
#include <globus/http/errors.hpp>
#include <globus/oauth/api_error.hpp>

#include <boost/json/serialize.hpp>

#include <cxxabi.h>
#include <cstdlib>
#include <memory>
#include <typeinfo>

namespace conformance {

std::map<std::string, Runner, std::less<>>& runners() {
    static std::map<std::string, Runner, std::less<>> all;
    return all;
}

std::map<std::string, Builder, std::less<>>& builders() {
    static std::map<std::string, Builder, std::less<>> all;
    return all;
}

std::map<std::string, Scenario, std::less<>>& scenarios() {
    static std::map<std::string, Scenario, std::less<>> all;
    return all;
}

globus::Document payload_document(Json const& tagged) {
    auto const builder = builders().find(string_member(tagged, "$payload"));
    if (builder == builders().end()) throw Missing("payload " + string_member(tagged, "$payload"));
    return builder->second(member(tagged, "kwargs"), member(tagged, "calls"));
}

globus::NetworkError network_error_of(std::string const& cause) {
    using Kind = globus::NetworkError::Kind;
    using Sent = globus::NetworkError::Sent;
    struct Row {
        char const* cause;
        Kind kind;
        Sent sent;
    };
    static constexpr Row rows[] = {
        {"ConnectTimeout", Kind::timeout, Sent::no},
        {"ReadTimeout", Kind::timeout, Sent::yes},
        {"Timeout", Kind::timeout, Sent::yes},
        {"ConnectionError", Kind::connect, Sent::no},
        {"SSLError", Kind::tls, Sent::no},
        {"ProxyError", Kind::connect, Sent::no},
        {"ChunkedEncodingError", Kind::protocol, Sent::yes},
        {"ContentDecodingError", Kind::protocol, Sent::yes},
        {"InvalidURL", Kind::local, Sent::no},
        {"TooManyRedirects", Kind::redirect, Sent::yes},
        {"RequestException", Kind::protocol, Sent::yes},
    };
    for (Row const& row : rows)
        if (cause == row.cause) return {row.kind, row.sent, cause};
    throw Missing("a network error of the cause " + cause);
}

/// The reference has a class where this library has a kind.
static std::string class_of_network_error(globus::NetworkError const& error) {
    using Kind = globus::NetworkError::Kind;
    switch (error.kind()) {
        case Kind::timeout:
            return error.sent() == globus::NetworkError::Sent::no ? "GlobusConnectionTimeoutError"
                                                                  : "GlobusTimeoutError";
        case Kind::resolve:
        case Kind::connect:
        case Kind::tls:
        case Kind::interrupted:
            return "GlobusConnectionError";
        default:
            return "NetworkError";
    }
}

std::string class_of(std::exception const& error) {
    if (auto const* network = dynamic_cast<globus::NetworkError const*>(&error))
        return class_of_network_error(*network);
    int status = 0;
    std::unique_ptr<char, decltype(&std::free)> const readable(
        abi::__cxa_demangle(typeid(error).name(), nullptr, nullptr, &status), &std::free);
    std::string name = readable ? readable.get() : typeid(error).name();
    name = name.substr(name.rfind(':') + 1);
    if (name == "UsageError") return "GlobusSDKUsageError";
    if (name == "ApiError") return "GlobusAPIError";
    if (name == "GcsApiError") return "GCSAPIError";
    if (auto const api = name.find("ApiError"); api != std::string::npos) return name.substr(0, api) + "APIError";
    return name;
}

namespace {

/// True if an error of ours says what the reference's says. Where the reference lets an error of Python's own through,
/// any of ours is as good.
bool same_class(std::string const& recorded, globus::Error const& error) {
    if (class_of(error) == recorded) return true;
    return !recorded.starts_with("Globus") && !recorded.ends_with("APIError");
}

std::string optional_text(std::string const& text) { return text.empty() ? "none" : text; }

}  // namespace

std::string difference_of_error(Json const& recorded, std::exception_ptr const& thrown) {
    std::string const wanted = string_member(recorded, "class");
    if (!thrown) return "nothing is thrown, recorded is " + wanted;
    try {
        std::rethrow_exception(thrown);
    } catch (globus::Error const& error) {  // anything else is unexpected, whatever the recording says
        if (wanted.empty()) return class_of(error) + " is thrown: " + error.what();
        if (!same_class(wanted, error))
            return class_of(error) + " is thrown (" + error.what() + "), recorded is " + wanted + " (" +
                   string_member(recorded, "message") + ')';
        auto const* api = dynamic_cast<globus::ApiError const*>(&error);
        if (Json const* status = find(recorded, "http_status"); status != nullptr && status->is_int64())
            if (api == nullptr || api->http_status() != status->get_int64()) return "the error's status differs";
        if (find(recorded, "code") != nullptr && api != nullptr &&
            optional_text(api->code()) != string_member(recorded, "code", "none"))
            return "the error's code is " + api->code() + ", recorded is " + string_member(recorded, "code", "none");
    }
    return {};
}

std::string difference_of_result(Json const& recorded, Answer const& answer) {
    if (!recorded.is_object() || !type_of(recorded).empty())
        return difference(plain(recorded), answer.result, "result");
    for (auto const& [name, value] : recorded.get_object()) {
        if (name == "class" || name == "iter_key") continue;
        if (name == "iter_count") {
            std::string const key = string_member(recorded, "iter_key");
            auto const list = answer.lists.find(key);
            if (list == answer.lists.end()) return "the document has no list \"" + key + '"';
            if (list->second != value.to_number<std::size_t>())
                return "the document has " + std::to_string(list->second) + " items in \"" + key + "\", recorded are " +
                       boost::json::serialize(value);
            continue;
        }
        Json const* got = find(answer.result, name);
        if (got == nullptr) return "the result has no " + std::string(name);
        if (auto words = difference(value, *got, "result/" + std::string(name)); !words.empty()) return words;
    }
    return {};
}

std::string check_call(Json const& recorded, globus::MockTransport const& mock, std::function<Answer()> const& call) {
    std::exception_ptr thrown;
    Answer answer;
    try {
        answer = call();
    } catch (Missing const&) {
        throw;
    } catch (Misfit const& misfit) {
        return misfit.what();
    } catch (OnPurpose const&) {
        throw;
    } catch (...) {
        thrown = std::current_exception();
    }
    bool const expects_error = find(recorded, "error") != nullptr;
    std::string const error = difference_of_error(member(recorded, "error"), thrown);
    if (thrown && !error.empty() && refused_on_purpose(recorded, thrown)) return {};
    if (expects_error || thrown) {
        if (!error.empty()) return error;
        if (!expects_error) return "an error";
    }
    if (Json const* requests = find(recorded, "requests"))
        if (auto words = difference_of_requests(*requests, mock.requests()); !words.empty()) return words;
    if (Json const* sleeps = find(recorded, "sleeps")) {
        Array waited;
        for (double const seconds : waits()) waited.push_back(seconds);
        if (auto words = difference(*sleeps, waited, "sleeps"); !words.empty()) return words;
    }
    if (expects_error) return {};
    if (auto words = difference_of_result(member(recorded, "result"), answer); !words.empty()) return words;
    return {};
}

namespace {

/// What the method's answers are: those of the case, or the operation's own for every request.
std::string check_case(Json const& operation, Json const& client, Json const& recorded) {
    std::string const name = string_member(operation, "client") + '.' + string_member(operation, "method");
    auto const runner = runners().find(name);
    if (runner == runners().end()) throw Missing(name);
    Call call;
    call.client = find(recorded, "client") != nullptr ? member(recorded, "client") : client;
    call.kwargs = member(recorded, "kwargs");
    call.params = member(operation, "params");
    script(call.mock, find(recorded, "responses"), find(operation, "response"));
    Answer last;
    Json with_answers = recorded;
    if (find(recorded, "responses") == nullptr) with_answers.as_object()["responses"] = {member(operation, "response")};
    std::string words = check_call(with_answers, call.mock, [&] { return last = runner->second.run(call); });
    if (!words.empty()) return words;
    // A document that the service really sends fits its type.
    bool const real = comparing().real_answers &&
                      string_member(member(operation, "response"), "source").starts_with("sdk testing data");
    if (real && find(recorded, "responses") == nullptr && !last.mismatch.empty())
        return "the answer does not fit its type: " + last.mismatch;
    return {};
}

std::string check_scenario(Json const& scenario) {
    std::string const id = string_member(scenario, "id");
    Scenario const* best = nullptr;
    std::size_t length = 0;
    for (auto const& [prefix, run] : scenarios())
        if (id.starts_with(prefix) && prefix.size() >= length) {
            best = &run;
            length = prefix.size();
        }
    if (best == nullptr) {
        std::string const family = id.substr(0, id.rfind('.'));
        throw Missing("scenario " + family);
    }
    comparing().unordered.clear();
    if (Json const* unordered = find(scenario, "unordered_values"))
        for (Json const& name : unordered->as_array()) comparing().unordered.insert(text(name));
    try {
        (*best)(scenario);
    } catch (Failed const& failed) {
        comparing().unordered.clear();
        return failed.what();
    }
    comparing().unordered.clear();
    return {};
}

}  // namespace

void run_operations(Report& report, Json const& service) {
    std::map<std::string, Json> clients;
    for (Json const& client : member(service, "clients").as_array()) {
        Object spec;
        spec["class"] = member(client, "class");
        spec["kwargs"] = member(client, "recorded_with");
        if (Json const* inner =
                find(member(client, "recorded_with"), "client"))  // GroupsManager(client): as that client
            spec["kwargs"] = Json(member(clients[string_member(*inner, "$client")], "kwargs"));
        clients[string_member(client, "class")] = spec;
    }
    for (Json const& operation : member(service, "operations").as_array())
        for (Json const& recorded : member(operation, "cases").as_array())
            report.check(string_member(recorded, "id"),
                         [&] { return check_case(operation, clients[string_member(operation, "client")], recorded); });
    if (Json const* list = find(service, "scenarios"))
        for (Json const& scenario : list->as_array())
            report.check(string_member(scenario, "id"), [&] { return check_scenario(scenario); });
}

}  // namespace conformance
