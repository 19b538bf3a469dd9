// A member that GLOBUS_MEMBERS leaves out would never be sent or read.
// expect: decomposes into 3 elements
// expect: GLOBUS_MEMBERS lists the names of the struct's own members, and nothing else: all of them
#include <globus/core/json.hpp>

struct Bookmark {
    globus::Optional<std::string> name = {};
    globus::Optional<std::string> path = {};
    bool pinned = false;
#ifdef GLOBUS_REJECT
    GLOBUS_MEMBERS(Bookmark, name, path);
#else
    GLOBUS_MEMBERS(Bookmark, name, path, pinned);
#endif
};

std::string sent(Bookmark const& bookmark) { return globus::to_json(bookmark); }
