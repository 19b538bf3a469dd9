// A client of listed operations sends nothing by a path, since no list names it.
// expect: static(_assert| assertion) failed.*it has no functions that take a path, but for `get` of ReadOnly
#include <globus/services/transfer.hpp>

#ifdef GLOBUS_REJECT
using Service = globus::Only<globus::TransferService, globus::GetTask>;
#else
using Service = globus::TransferService;
#endif

void send(globus::Client<Service, globus::AccessTokenPolicy, globus::MockTransport> const& client) {
    (void)client.get("v0.10/thing");
    (void)client.request({.path = "v0.10/thing"});
}
