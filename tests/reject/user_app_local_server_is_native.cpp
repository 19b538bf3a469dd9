// The redirect to a local server is for apps without a secret.
// expect: static(_assert| assertion) failed.*only an app without a secret may be redirected to a local server
// expect: Use Native, or CommandLineLoginFlow
#include <globus/app/local_server_login_flow.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>

#ifdef GLOBUS_REJECT
using Kind = globus::Confidential;
#else
using Kind = globus::Native;
#endif

static_assert(
    sizeof(globus::UserApp<Kind, globus::LocalServerLoginFlow, globus::MemoryTokenStorage, globus::MockTransport>) !=
    0);
