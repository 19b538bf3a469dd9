// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_HPP
#define GLOBUS_APP_HPP

// What a program writes around its clients: login flows and re-authorisation.

#include <globus/app/command_line_login_flow.hpp>
#include <globus/app/gare.hpp>
#include <globus/app/local_server_login_flow.hpp>
#include <globus/app/login_flow.hpp>

#endif  // GLOBUS_APP_HPP
