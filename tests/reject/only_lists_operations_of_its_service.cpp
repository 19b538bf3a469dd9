// The list has operations of that service.
// expect: static(_assert| assertion) failed.*something in the list is not an operation of S
#include <globus/services/auth.hpp>
#include <globus/services/transfer.hpp>

#ifdef GLOBUS_REJECT
using Operation = globus::auth::Userinfo;
#else
using Operation = globus::GetTask;
#endif

static_assert(sizeof(globus::Only<globus::TransferService, Operation>) != 0);
