// A list without names is that of a struct without members.
// expect: GLOBUS_MEMBERS lists the names of the struct's own members, and nothing else: all of them
#include <globus/core/json.hpp>

struct Marker {
#ifdef GLOBUS_REJECT
    int value = 0;
#endif
    GLOBUS_MEMBERS(Marker);
};

std::string sent(Marker const& marker) { return globus::to_json(marker); }
