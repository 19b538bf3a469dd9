// A listing of all that is below a path holds on to its client.
// expect: use of deleted function|call to deleted member function
// expect: the range needs the client: give it a name that lives as long
#include <globus/services/transfer.hpp>

using Transfer = globus::Client<globus::TransferService, globus::AccessTokenPolicy, globus::MockTransport>;

void walk(Transfer const& client) {
#ifdef GLOBUS_REJECT
    (void)Transfer(client).recursive_ls({.endpoint_id = "id"});
#else
    (void)client.recursive_ls({.endpoint_id = "id"});
#endif
}
