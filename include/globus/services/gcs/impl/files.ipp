// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_FILES_IPP
#define GLOBUS_SERVICES_GCS_IMPL_FILES_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/services/gcs/files.hpp>

#include <string>
#include <system_error>

namespace globus {

GLOBUS_DECL LocalFileError::LocalFileError(std::string const& path, std::string const& what, std::error_code code)
    : Error(path + " cannot be " + what + ": " + code.message()), path_(path), code_(code) {}

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_IMPL_FILES_IPP
