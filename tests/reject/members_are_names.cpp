// What GLOBUS_MEMBERS lists are names of members.
// expect: GLOBUS_MEMBERS lists the names of the struct's own members, and nothing else
// errors: 2
#include <globus/core/json.hpp>

struct Place {
    globus::Optional<std::string> name = {};
};
struct Visit {
    Place place = {};
    int days = 0;
#ifdef GLOBUS_REJECT
    GLOBUS_MEMBERS(Visit, place.name, days);
#else
    GLOBUS_MEMBERS(Visit, place, days);
#endif
};

constexpr auto first = Visit::members::keys[0];
