// A policy of one's own that lacks a function is told which ones it needs.
// expect: static(_assert| assertion) failed.*A is not an authorizer for T
// expect: bool unauthorized
#include <globus/services/transfer.hpp>

struct Forgetful {
    using credential = globus::BearerCredential;
    template <class T>
    globus::Authorization authorize(T const&, globus::AuthContext const&) const {
        return {globus::Secret("Bearer mine"), 0};
    }
#ifndef GLOBUS_REJECT
    template <class T>
    bool unauthorized(globus::Authorization const&, T const&, globus::AuthContext const&) const {
        return false;
    }
#endif
};

static_assert(sizeof(globus::Client<globus::TransferService, Forgetful, globus::MockTransport>) != 0);
