// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_V2_IMPL_PAYLOADS_IPP
#define GLOBUS_SERVICES_TRANSFER_V2_IMPL_PAYLOADS_IPP

#include <globus/core/config.hpp>
#include <globus/services/transfer/payloads.hpp>
#include <globus/services/transfer_v2/payloads.hpp>

namespace globus::transfer_v2 {

GLOBUS_DECL void TunnelCreateDocument::check() const {
    globus::detail::check_id("initiator_stream_access_point", *initiator_stream_access_point);
    globus::detail::check_id("listener_stream_access_point", *listener_stream_access_point);
}

}  // namespace globus::transfer_v2

#endif  // GLOBUS_SERVICES_TRANSFER_V2_IMPL_PAYLOADS_IPP
