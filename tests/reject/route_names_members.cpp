// The route is checked against the members.
// expect: static(_assert| assertion) failed.*the route of this operation names something that is not among its members
#include <globus/services/transfer.hpp>

struct Peek {
    using service = globus::TransferService;
    using result = globus::Json;
#ifdef GLOBUS_REJECT
    static constexpr auto route = globus::get("/v0.10/peek/{endpont_id}");
#else
    static constexpr auto route = globus::get("/v0.10/peek/{endpoint_id}");
#endif
    globus::Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(Peek, endpoint_id);
};

void peek(globus::Client<globus::TransferService, globus::AccessTokenPolicy, globus::MockTransport> const& client) {
    (void)client.send(Peek{.endpoint_id = "id"});
}
