// An app keeps its tokens in one place.
// expect: static(_assert| assertion) failed.*two of the parts are login flows, token storages or transports
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>

#ifdef GLOBUS_REJECT
using Second = globus::JsonTokenStorage;
#else
using Second = globus::MockTransport;
#endif

static_assert(sizeof(globus::UserApp<globus::Native, globus::MemoryTokenStorage, globus::NoLoginFlow, Second>) != 0);
