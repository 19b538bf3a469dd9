// Who renews is one of the two kinds of OAuth2 client.
// expect: static(_assert| assertion) failed.*K is not a kind of OAuth2 client
// expect: RefreshPolicy<Native> for one with a client id only
#include <globus/oauth/refresh_policy.hpp>

struct Stranger {};

#ifdef GLOBUS_REJECT
using Kind = Stranger;
#else
using Kind = globus::Native;
#endif

using Policy = globus::RefreshPolicy<Kind>;
static_assert(sizeof(Policy) != 0);
