// A policy is an authorizer, a transport or a retry policy.
// expect: static(_assert| assertion) failed.*ClientWith.*not exactly one of these
#include <globus/client/client_with.hpp>
#include <globus/services/transfer.hpp>

#ifdef GLOBUS_REJECT
using Policy = globus::Confidential;
#else
using Policy = globus::RefreshPolicy<globus::Confidential>;
#endif

static_assert(sizeof(globus::ClientWith<globus::TransferService, Policy>) != 0);
