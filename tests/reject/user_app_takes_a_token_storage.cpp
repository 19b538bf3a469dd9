// Tokens go to a token storage; a map is none.
// expect: static(_assert| assertion) failed.*S is not a token storage
// expect: Use JsonTokenStorage, SqliteTokenStorage or MemoryTokenStorage
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>

#ifdef GLOBUS_REJECT
using Storage = globus::TokenDataByResourceServer;
#else
using Storage = globus::MemoryTokenStorage;
#endif

static_assert(sizeof(globus::UserApp<globus::Native, globus::NoLoginFlow, Storage, globus::MockTransport>) != 0);
