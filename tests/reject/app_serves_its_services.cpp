// An app that names its services has no clients of others.
// expect: static(_assert| assertion) failed.*this app names its services, and this one is not among them
// expect: Add it to the app's type
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/services/search.hpp>
#include <globus/services/transfer.hpp>

using App = globus::UserApp<globus::Native, globus::TransferService, globus::NoLoginFlow, globus::MemoryTokenStorage,
                            globus::MockTransport>;

auto client_of(App const& app) {
#ifdef GLOBUS_REJECT
    return app.client<globus::SearchService>();
#else
    return app.client<globus::TransferService>();
#endif
}
