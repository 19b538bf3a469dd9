// A client that belongs to no app has no scopes that could grow.
// expect: static(_assert| assertion) failed.*this client belongs to no app
// expect: app.client<Service>
#include <globus/services/transfer.hpp>

using namespace globus;

using Transfer = Client<TransferService, AccessTokenPolicy>;

void call(Transfer const& transfer) {
#ifdef GLOBUS_REJECT
    transfer.add_app_data_access_scope("ae341a98-d274-11e5-b888-dbae3a8ba545");
#else
    (void)transfer;
#endif
}
