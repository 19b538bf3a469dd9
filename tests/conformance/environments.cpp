// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <globus/client/environment.hpp>
#include <globus/http/url.hpp>
#include <globus/services/gcs/service.hpp>
#include <globus/services/transfer/service.hpp>

#include <cstdlib>
#include <optional>
#include <vector>

namespace conformance {
namespace {

/// Environment variables for as long as it lives.
class Variables {
public:
    explicit Variables(Json const& variables) {
        for (auto const& [name, value] : variables.as_object()) {
            names_.emplace_back(name);
            setenv(names_.back().c_str(), std::string(value.as_string()).c_str(), 1);
        }
    }
    Variables(Variables const&) = delete;
    Variables& operator=(Variables const&) = delete;
    ~Variables() {
        for (std::string const& name : names_) unsetenv(name.c_str());
    }

private:
    std::vector<std::string> names_;
};

/// The text between quotes after `name=`, as in TransferClient(environment='preview').
std::optional<std::string> argument(std::string const& call, std::string const& name) {
    auto const at = call.find(name + "='");
    if (at == std::string::npos) return std::nullopt;
    auto const begin = at + name.size() + 2;
    return call.substr(begin, call.find('\'', begin) - begin);
}

globus::Environment environment_of(std::string const& call) {
    auto const given = argument(call, "environment");
    return given && !given->empty() ? globus::Environment(*given) : globus::Environment::current();
}

std::string service_of(std::string call) {
    call = call.substr(0, call.find("Client"));
    if (call == "Timers") return "timer";
    if (call == "SpecificFlow") return "flows";
    call[0] = static_cast<char>(call[0] - 'A' + 'a');
    return call;
}

/// A call is written as text in the recording; it says which of our functions stands for it.
Json result_of(std::string const& call, Json const& expected) {
    if (call.starts_with("GCSClient(")) {
        auto const quote = call.find('\'');
        globus::GcsService const service{call.substr(quote + 1, call.find('\'', quote + 1) - quote - 1)};
        return Object{{"base_url", service.base_url()}, {"environment", globus::Environment::current().name()}};
    }
    if (call.starts_with("get_webapp_url(")) {
        auto const quote = call.find('\'');
        auto const environment = quote == std::string::npos
                                     ? globus::Environment::current()
                                     : globus::Environment(call.substr(quote + 1, call.rfind('\'') - quote - 1));
        return Json(environment.service_url("app"));
    }
    if (call == "RequestsTransport()") {
        auto const timeout = globus::Environment::http_timeout();
        return Object{{"http_timeout", timeout ? Json(timeout->count()) : Json()}};
    }
    if (call.starts_with("RequestsTransport(")) throw Misfit("a transport's options are read from no environment");
    if (call.find("base_url=") != std::string::npos) {  // its value is recorded in the result only
        Call made;
        made.client = {{"kwargs", {{"base_url", member(expected, "base_url")}}}};
        return Object{{"base_url", make_client<globus::TransferService>(made).base_url()},
                      {"environment", globus::Environment::current().name()}};
    }
    auto const environment = environment_of(call);
    return Object{{"base_url", environment.service_url(service_of(call))}, {"environment", environment.name()}};
}

std::string check(Json const& recorded) {
    Json const& expected = member(recorded, "result");
    if (find(member(recorded, "env"), "GLOBUS_SDK_VERIFY_SSL") != nullptr || find(expected, "verify_ssl") != nullptr)
        return difference(expected, Object{{"verify_ssl", true}});  // certificates are verified, whatever it says
    Variables const variables(member(recorded, "env"));
    std::exception_ptr thrown;
    Json got;
    try {
        got = result_of(string_member(recorded, "do"), expected);
    } catch (Misfit const& misfit) {
        return misfit.what();
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown || find(expected, "error") != nullptr) return difference_of_error(member(expected, "error"), thrown);
    if (find(expected, "base_url") != nullptr) {
        Object wanted = expected.as_object();  // a base URL ends with a slash here, whatever the caller writes
        wanted["base_url"] = globus::http::check_base_url(string_member(expected, "base_url"));
        return difference(wanted, got);
    }
    return difference(expected, got);
}

}  // namespace

void run_environments(Report& report, Json const& section) {
    for (auto const& [environment, urls] : member(section, "environments").as_object())
        for (auto const& [service, recorded] : urls.as_object()) {
            std::string const url = globus::Environment(std::string(environment)).service_url(service);
            std::string const wanted = text(recorded);
            report.check("environments." + std::string(environment) + '.' + std::string(service),
                         [&] { return url == wanted ? "" : url + ", recorded is " + wanted; });
        }
    for (Json const& recorded : member(section, "cases").as_array())
        report.check(string_member(recorded, "id"), [&] { return check(recorded); });
}

}  // namespace conformance
