// The login client of a confidential app is reached with HTTP Basic only.
// expect: static(_assert| assertion) failed.*S is reached with the client id and secret of a confidential app
// expect: Use BasicPolicy
#include <globus/services/auth.hpp>

#ifdef GLOBUS_REJECT
using Policy = globus::AccessTokenPolicy;
#else
using Policy = globus::BasicPolicy;
#endif

static_assert(sizeof(globus::Client<globus::ConfidentialAppAuthService, Policy, globus::MockTransport>) != 0);
