// What an app consists of has a function for its part; a map is none.
// expect: static(_assert| assertion) failed.*one of the parts is none of these: a login flow, such as CommandLineLoginFlow
// expect: a token storage, such as JsonTokenStorage
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>

#ifdef GLOBUS_REJECT
using Storage = globus::TokenDataByResourceServer;
#else
using Storage = globus::MemoryTokenStorage;
#endif

static_assert(sizeof(globus::UserApp<globus::Native, globus::NoLoginFlow, Storage, globus::MockTransport>) != 0);
