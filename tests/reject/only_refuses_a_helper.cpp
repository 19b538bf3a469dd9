// A function of several requests needs all of them.
// expect: static(_assert| assertion) failed.*cut down by ReadOnly<S> or Only<S, Operations...>
// expect: GetSubmissionId
#include <globus/services/transfer.hpp>

#ifdef GLOBUS_REJECT
using Service = globus::Only<globus::TransferService, globus::SubmitTransfer>;
#else
using Service = globus::Only<globus::TransferService, globus::SubmitTransfer, globus::GetSubmissionId>;
#endif

void copy(globus::Client<Service, globus::AccessTokenPolicy, globus::MockTransport> const& client,
          globus::TransferData& data) {
    (void)client.submit_transfer(data);
}
