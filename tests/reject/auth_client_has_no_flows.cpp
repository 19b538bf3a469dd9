// A client whose policy holds no OAuth2 client has no OAuth2 flows.
// expect: use of deleted function|call to deleted member function
// expect: an AuthClient has no OAuth2 flows
#include <globus/services/auth.hpp>

void log_in(globus::Client<globus::AuthService, globus::AccessTokenPolicy, globus::MockTransport> const& user,
            globus::Client<globus::NativeAppAuthService, globus::NullPolicy, globus::MockTransport> const& app) {
#ifdef GLOBUS_REJECT
    user.oauth2_start_flow({.requested_scopes = "openid"});
#else
    (void)app.oauth2_start_flow({.requested_scopes = "openid"});
#endif
    (void)user, (void)app;
}
