// Only an operation with pages is paginated.
// expect: use of deleted function|call to deleted member function
// expect: this operation is not paginated: call it by its name or by `send`
#include <globus/services/transfer.hpp>

void walk(globus::Client<globus::TransferService, globus::AccessTokenPolicy, globus::MockTransport> const& client) {
#ifdef GLOBUS_REJECT
    client.paginate(globus::transfer::GetTask{.task_id = "id"});
#else
    (void)client.paginate(globus::transfer::TaskList{});
#endif
}
