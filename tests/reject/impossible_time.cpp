// A time that there is not does not compile as a literal.
// expect: there_is_no_such_time
// errors: 2
#include <globus/core/timestamp.hpp>

using namespace globus;

#ifdef GLOBUS_REJECT
Timestamp const deadline = "2026-02-30T00:00:00Z"_time;
#else
Timestamp const deadline = "2026-02-28T00:00:00Z"_time;
#endif
