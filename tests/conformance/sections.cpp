// SPDX-License-Identifier: Apache-2.0
#include "registry.hpp"
namespace conformance {
namespace {
void all_missing(Report& report, Json const& value, std::string const& what) {
    if (value.is_object()) {
        if (Json const* id = find(value, "id"); id != nullptr && id->is_string())
            report.check(text(*id), [&]() -> std::string { throw Missing(what); });
        for (auto const& [name, item] : value.get_object())
            if (name != "responses" && name != "requests") all_missing(report, item, what);
    } else if (value.is_array()) {
        for (Json const& item : value.get_array()) all_missing(report, item, what);
    }
}
}  // namespace
#define M(n) \
    void run_##n(Report& r, Json const& s) { all_missing(r, s, #n); }
M(retry) M(id_token)
}  // namespace conformance
