// A transport has one function.
// expect: static(_assert| assertion) failed.*T is not a transport
// expect: http::Response send\(http::Request const&\) const
#include <globus/services/transfer.hpp>

struct Silent {};

#ifdef GLOBUS_REJECT
using T = Silent;
#else
using T = globus::MockTransport;
#endif

static_assert(sizeof(globus::Client<globus::TransferService, globus::AccessTokenPolicy, T>) != 0);
