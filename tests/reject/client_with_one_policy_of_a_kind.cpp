// A client has one transport.
// expect: static(_assert| assertion) failed.*ClientWith.*two of the policies are transports
#include <globus/client/client_with.hpp>
#include <globus/services/transfer.hpp>

#ifdef GLOBUS_REJECT
using Other = globus::AnyTransport;
#else
using Other = globus::NoRetry;
#endif

static_assert(
    sizeof(globus::ClientWith<globus::TransferService, globus::MockTransport, globus::AccessTokenPolicy, Other>) != 0);
