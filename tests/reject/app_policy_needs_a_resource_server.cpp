// A Globus Connect Server endpoint has a resource server of its own, which nobody can guess.
// expect: static(_assert| assertion) failed.*this service has no resource server of its own
// expect: Give the policy the resource server and its scopes
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/transfer.hpp>

using App = globus::UserApp<globus::Native, globus::NoLoginFlow, globus::MemoryTokenStorage, globus::MockTransport>;

#ifdef GLOBUS_REJECT
using Service = globus::GcsService;
#else
using Service = globus::TransferService;
#endif

auto make(App const& app) { return globus::AppPolicy(app, Service{}); }
