// A ClientApp acts for itself: there is nobody to ask.
// expect: static(_assert| assertion) failed.*a ClientApp acts for itself and never asks a user
// expect: Use UserApp to act for a user
#include <globus/app/client_app.hpp>
#include <globus/app/command_line_login_flow.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/http/mock_transport.hpp>

#ifdef GLOBUS_REJECT
using App = globus::ClientApp<globus::CommandLineLoginFlow, globus::MockTransport>;
#else
using App = globus::ClientApp<globus::MemoryTokenStorage, globus::MockTransport>;
#endif

static_assert(sizeof(App) != 0);
