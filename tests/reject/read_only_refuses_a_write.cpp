// A client that only reads has no function that writes.
// expect: static(_assert| assertion) failed.*cut down by ReadOnly<S> or Only<S, Operations...>
// expect: this operation is not among those that are left
// expect: ReadOnly<(globus::)?TransferService>
// expect: DeleteEndpoint
#include <globus/services/transfer.hpp>

using Service = globus::ReadOnly<globus::TransferService>;

void tidy(globus::Client<Service, globus::AccessTokenPolicy, globus::MockTransport> const& client) {
#ifdef GLOBUS_REJECT
    (void)client.delete_endpoint({.endpoint_id = "id"});
#else
    (void)client.get_endpoint({.endpoint_id = "id"});
#endif
}
