// An AuthClient acts for a user; an app's own credentials belong to another client.
// expect: static(_assert| assertion) failed.*an AuthService client acts for a user by a token
// expect: Use ConfidentialAppAuthService with BasicPolicy
#include <globus/services/auth.hpp>

#ifdef GLOBUS_REJECT
using Policy = globus::BasicPolicy;
#else
using Policy = globus::AccessTokenPolicy;
#endif

static_assert(sizeof(globus::Client<globus::AuthService, Policy, globus::MockTransport>) != 0);
