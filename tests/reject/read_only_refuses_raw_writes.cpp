// A client that only reads has no functions that write by a path.
// expect: static(_assert| assertion) failed.*it has no functions that take a path, but for `get` of ReadOnly
#include <globus/services/transfer.hpp>

using Service = globus::ReadOnly<globus::TransferService>;

void send(globus::Client<Service, globus::AccessTokenPolicy, globus::MockTransport> const& client) {
#ifdef GLOBUS_REJECT
    (void)client.post("v0.10/thing");
    (void)client.put("v0.10/thing");
    (void)client.patch("v0.10/thing");
    (void)client.delete_("v0.10/thing");
#else
    (void)client.get("v0.10/thing");
#endif
}
