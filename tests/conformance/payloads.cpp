// SPDX-License-Identifier: Apache-2.0
#include "registry.hpp"

namespace conformance {
namespace {

std::string check_payload(std::string const& name, Json const& recorded) {
    Object tagged;
    tagged["$payload"] = name;
    tagged["kwargs"] = member(recorded, "kwargs");
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
            report.check(string_member(recorded, "id"),
                         [&] { return check_payload(string_member(payload, "class"), recorded); });
}

}  // namespace conformance
