// An app is Native or Confidential; its id alone does not say which.
// expect: static(_assert| assertion) failed.*K is not a kind of OAuth2 client
// expect: Use Native for an app that users install, or Confidential
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>

#ifdef GLOBUS_REJECT
using Kind = std::string;
#else
using Kind = globus::Native;
#endif

static_assert(sizeof(globus::UserApp<Kind, globus::NoLoginFlow, globus::MemoryTokenStorage, globus::MockTransport>) !=
              0);
