// An operation is sent by a client of its own service.
// expect: use of deleted function|call to deleted member function
// expect: this operation belongs to another service: use a Client of that service
#include <globus/services/auth.hpp>
#include <globus/services/transfer.hpp>

void ask(globus::Client<globus::TransferService, globus::AccessTokenPolicy, globus::MockTransport> const& transfer) {
#ifdef GLOBUS_REJECT
    transfer.send(globus::auth::Userinfo{});
#else
    (void)transfer.send(globus::transfer::GetTask{.task_id = "id"});
#endif
}
