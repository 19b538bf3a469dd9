// The functions that do not block are declared in every client, and come with a header of their own.
// alone: the header that matters is not to come by another way
// expect: static(_assert| assertion) failed.*the functions that do not block need #include <globus/asio.hpp>
#include <globus/services/transfer.hpp>

using namespace globus;

void call(Client<TransferService, AccessTokenPolicy> const& transfer) {
#ifdef GLOBUS_REJECT
    transfer.async_send(OperationLs{.endpoint_id = "x"}, 1);
#else
    (void)transfer;
#endif
}
