// A CurlTransport blocks.
// alone: the header that matters is not to come by another way
// expect: static(_assert| assertion) failed.*the functions that do not block need a client with an AsioTransport
#include <globus/asio.hpp>
#include <globus/services/transfer.hpp>

using namespace globus;

template <class Transport>
using Transfer = Client<TransferService, AccessTokenPolicy, Transport>;

template <class Transport>
void call(Transfer<Transport> const& transfer) {
    transfer.async_send(OperationLs{.endpoint_id = "x"}, [](auto const&, auto const&) {});
}
template void call(Transfer<AsioTransport> const&);
#ifdef GLOBUS_REJECT
template void call(Transfer<CurlTransport> const&);
#endif
