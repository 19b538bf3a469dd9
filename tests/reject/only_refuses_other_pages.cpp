// A client of listed operations is told so where it begins to walk over the pages of another.
// expect: static(_assert| assertion) failed.*cut down by ReadOnly<S> or Only<S, Operations...>
// expect: this operation is not among those that are left
// expect: Only<.*GetTask>.*EndpointSearch
#include <globus/services/transfer.hpp>

using Service = globus::Only<globus::TransferService, globus::TaskList, globus::GetTask>;

void walk(globus::Client<Service, globus::AccessTokenPolicy, globus::MockTransport> const& client) {
#ifdef GLOBUS_REJECT
    (void)client.paginate(globus::EndpointSearch{});
#else
    (void)client.paginate(globus::TaskList{});
#endif
}
