// A native app only names itself.
// expect: static(_assert| assertion) failed.*the login client of a native app
// expect: Use NullPolicy
#include <globus/services/auth.hpp>

#ifdef GLOBUS_REJECT
using Policy = globus::AccessTokenPolicy;
#else
using Policy = globus::NullPolicy;
#endif

static_assert(sizeof(globus::Client<globus::NativeAppAuthService, Policy, globus::MockTransport>) != 0);
