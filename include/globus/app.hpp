// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_HPP
#define GLOBUS_APP_HPP

// What a program uses around its clients: UserApp and ClientApp, token storage, login flows and re-authorisation, and
// CurlTransport, which apps use by default.
// SqliteTokenStorage has a header of its own, which needs libsqlite3: globus/app/sqlite_token_storage.hpp.

#include <globus/app/app_policy.hpp>
#include <globus/app/client_app.hpp>
#include <globus/app/command_line_login_flow.hpp>
#include <globus/app/consents.hpp>
#include <globus/app/gare.hpp>
#include <globus/app/json_token_storage.hpp>
#include <globus/app/local_server_login_flow.hpp>
#include <globus/app/login_flow.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/stored_refresh_policy.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/app/validating_token_storage.hpp>
#include <globus/http/curl_transport.hpp>

#endif  // GLOBUS_APP_HPP
