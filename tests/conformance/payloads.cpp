// SPDX-License-Identifier: Apache-2.0
#include "registry.hpp"

namespace conformance {
namespace {

/// Arguments, less those that are None where that means left out.
Json given(Json const& kwargs, Json const& params) {
    Object out;
    for (auto const& [name, value] : kwargs.as_object()) {
        bool left_out = false;
        for (Json const& param : params.as_array()) {
            Json const* otherwise = find(param, "default");
            left_out = left_out || (value.is_null() && string_member(param, "name") == std::string_view(name) &&
                                    otherwise != nullptr && otherwise->is_null());
        }
        if (!left_out) out[name] = value;
    }
    return out;
}

std::string check_payload(Json const& payload, Json const& recorded) {
    Object tagged;
    tagged["$payload"] = member(payload, "class");
    tagged["kwargs"] = given(member(recorded, "kwargs"), member(payload, "params"));
    if (Json const* calls = find(recorded, "calls")) tagged["calls"] = *calls;
    Json document;
    std::exception_ptr thrown;
    try {
        document = plain(tagged);
    } catch (Missing const&) {
        throw;
    } catch (Misfit const& misfit) {
        if (find(recorded, "error") != nullptr) return {};  // our types do not even hold it
        return misfit.what();
    } catch (OnPurpose const&) {
        throw;
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown || find(recorded, "error") != nullptr) return difference_of_error(member(recorded, "error"), thrown);
    return difference(member(recorded, "json"), document);
}

}  // namespace

void run_payloads(Report& report, Json const& section) {
    for (Json const& payload : member(section, "classes").as_array())
        for (Json const& recorded : member(payload, "cases").as_array())
            report.check(string_member(recorded, "id"), [&] { return check_payload(payload, recorded); });
}

}  // namespace conformance
