// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_OPERATIONS_HPP
#define GLOBUS_SERVICES_TRANSFER_OPERATIONS_HPP

// The operations of Globus Transfer. https://docs.globus.org/api/transfer/

#include <globus/services/transfer/access.hpp>
#include <globus/services/transfer/bookmarks.hpp>
#include <globus/services/transfer/endpoint_manager.hpp>
#include <globus/services/transfer/endpoints.hpp>
#include <globus/services/transfer/files.hpp>
#include <globus/services/transfer/tasks.hpp>
#include <globus/services/transfer/tunnels.hpp>

#endif  // GLOBUS_SERVICES_TRANSFER_OPERATIONS_HPP
