// Transfer takes tokens; an app that acts for itself gets one by its credentials.
// expect: static(_assert| assertion) failed.*this service takes a token
// expect: Use ClientCredentialsPolicy, or RefreshPolicy<Confidential>
#include <globus/services/transfer.hpp>

#ifdef GLOBUS_REJECT
using Policy = globus::BasicPolicy;
#else
using Policy = globus::ClientCredentialsPolicy;
#endif

static_assert(sizeof(globus::Client<globus::TransferService, Policy, globus::MockTransport>) != 0);
