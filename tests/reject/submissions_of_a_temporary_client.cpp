// The submissions of a large transfer hold on to their client.
// expect: use of deleted function|call to deleted member function
// expect: the range needs the client: give it a name that lives as long
#include <globus/services/transfer.hpp>

#include <utility>

using Transfer = globus::Client<globus::TransferService, globus::AccessTokenPolicy, globus::MockTransport>;

void submit(Transfer const& client, globus::TransferData data) {
#ifdef GLOBUS_REJECT
    (void)Transfer(client).submit_all(std::move(data), 10);
#else
    (void)client.submit_all(std::move(data), 10);
#endif
}
