// A UserApp is told how to ask its user; a token storage in that place is none.
// expect: static(_assert| assertion) failed.*F is not a login flow
// expect: Use CommandLineLoginFlow, LocalServerLoginFlow or NoLoginFlow
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>

#ifdef GLOBUS_REJECT
using App = globus::UserApp<globus::Native, globus::MemoryTokenStorage>;
#else
using App = globus::UserApp<globus::Native, globus::NoLoginFlow, globus::MemoryTokenStorage, globus::MockTransport>;
#endif

static_assert(sizeof(App) != 0);
