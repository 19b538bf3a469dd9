// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_UPLOAD_IPP
#define GLOBUS_SERVICES_GCS_IMPL_UPLOAD_IPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/services/gcs/attempts.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/upload_run.hpp>

namespace globus::detail {

GLOBUS_DECL Uploaded upload_file(FileAccess const& access, Upload const& what, CallOptions const& options) {
    JointCall const call = access.begin_call(options);
    UploadRun run(access, what, options, call.options());
    make_attempts(access, run);
    return run.finish();
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_UPLOAD_IPP
