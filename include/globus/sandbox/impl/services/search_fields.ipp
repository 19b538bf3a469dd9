// SPDX-License-Identifier: Apache-2.0
// The fields that the entries of an index have, and of what types they are.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_FIELDS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_FIELDS_IPP

#include <globus/sandbox/impl/services/search_call.ipp>
#include <globus/sandbox/impl/services/search_query.ipp>

namespace globus::sandbox::detail {

/// The type of a field by its first value. [doc] "long" and "text". [guess] the others, and that a date is text
inline char const* field_type(json::value const& value) {
    if (value.is_bool()) return "boolean";
    if (value.is_int64() || value.is_uint64()) return "long";
    return value.is_double() ? "double" : "text";
}

/// The fields of an index by their full names. [guess] they are those of the entries that are there now
inline std::map<std::string, char const*> fields_of_index(SearchCall const& in) {
    std::map<std::string, char const*> out;
    for (auto const& [key, entry] : documents_of(in.world, entries_of(in.call)))
        each_value(entry.at("content"), "", [&](json::value const& value, std::string const& field) {
            if (!value.is_null()) out.emplace(field, field_type(value));
        });
    return out;
}

/// The types of all fields, or of one. [doc] for writers, admins and owners
inline Reply index_mapping(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in.token) return in.refused;
    if (in.index() == nullptr || !in.has_role({"owner", "admin", "writer"})) return in.refused;
    json::object mappings;
    for (auto const& [field, type] : fields_of_index(in))
        if (call.holes.size() < 2 || field == call.holes[1]) mappings[field] = type;
    if (call.holes.size() == 2 && mappings.empty()) return in.missing();
    return Reply::of(200, json::object{{"@version", "2017-09-01"}, {"mappings", std::move(mappings)}});
}

/// How many fields an index has, and may have. [doc] the members, and for whom. [guess] a thousand; more are not refused
inline Reply index_field_budget(World& world, Call& call) {
    static constexpr std::size_t budget = 1000;
    SearchCall in(world, call);
    if (!in.token) return in.refused;
    if (in.index() == nullptr || !in.has_role({"owner", "admin", "writer"})) return in.refused;
    std::size_t const used = std::min(budget, fields_of_index(in).size());
    return Reply::of(200, json::object{{"budget", budget}, {"used", used}, {"remaining", budget - used}});
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_FIELDS_IPP
