// SPDX-License-Identifier: Apache-2.0
#include "globus_api.hpp"

#include <globus/services/auth.hpp>
#include <globus/services/transfer.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

using namespace globus;
using namespace std::chrono_literals;

/// The connections, which the clients of all users share, and the app.
struct GlobusAPI::Globus {
    CurlTransport transport = {};
    Client<ConfidentialAppAuthService, BasicPolicy> auth;

    [[nodiscard]] auto of(std::string const& access_token) const {
        return Client<TransferService, AccessTokenPolicy>(AccessTokenPolicy(access_token), {.transport = transport});
    }
};

GlobusAPI::GlobusAPI(std::string client_id, std::string client_secret)
    : globus_(std::make_shared<Globus>(Globus{
          .auth = {ConfidentialAppAuthService{}, BasicPolicy(std::move(client_id), std::move(client_secret))}})) {}

std::string GlobusAPI::transfer(std::string const& source, std::string const& destination,
                                std::vector<std::pair<std::string, std::string>> const& files, bool encrypt,
                                std::string const& access_token) {
    TransferData data{.source_endpoint = source, .destination_endpoint = destination, .label = "DataFed"};
    data.verify_checksum = true;
    data.encrypt_data = encrypt;
    data.notify_on_succeeded = false;
    for (auto const& [from, to] : files)
        data.add_item({.source_path = from, .destination_path = to, .recursive = from.ends_with('/')});
    return globus_->of(access_token).submit_transfer(data)->task_id;
}

bool GlobusAPI::checkTransferStatus(std::string const& task_id, std::string const& access_token, XfrStatus& status,
                                    std::string& message) {
    using Kind = TaskVerdict::Kind;
    // One look: a fault that cannot heal, such as a file that is not there, ends the wait before the task's deadline.
    auto const verdict =
        globus_->of(access_token).task_wait({.task_id = task_id, .timeout = 10ms, .on_fault = OnFault::fail_fast});
    bool const moving = verdict.task.bytes_transferred.value_or(0) > 0 || verdict.task.files.value_or(0) > 0;
    status = verdict.kind == Kind::succeeded                     ? XS_SUCCEEDED
             : verdict.kind == Kind::inactive                    ? XS_INACTIVE
             : verdict.ended() || verdict.kind == Kind::faulting ? XS_FAILED
             : moving                                            ? XS_ACTIVE
                                                                 : XS_INIT;
    message.clear();
    if (status == XS_FAILED)
        message = verdict.faults.empty()
                      ? std::string(to_string(verdict.kind))
                      : verdict.faults[0].code.value_or("") + ": " + verdict.faults[0].details.value_or("");
    return status == XS_FAILED;
}

void GlobusAPI::cancelTask(std::string const& task_id, std::string const& access_token) {
    (void)globus_->of(access_token).cancel_task({.task_id = task_id});
}

void GlobusAPI::getEndpointInfo(std::string const& endpoint_id, std::string const& access_token, EndpointInfo& info) {
    auto const endpoint = globus_->of(access_token).get_endpoint({.endpoint_id = endpoint_id});
    auto const left = endpoint->expires_in ? std::chrono::seconds(*endpoint->expires_in) : -1s;
    info.never_expires = left < 0s;  // as collections of Globus Connect Server 5
    info.activated = info.never_expires || endpoint->activated.value_or(false);
    auto const until = std::chrono::system_clock::now() + std::min<std::chrono::seconds>(left, 87600h);
    info.expiration = info.never_expires ? 0 : static_cast<std::uint32_t>(std::chrono::system_clock::to_time_t(until));
    info.force_encryption = endpoint->force_encryption.value_or(false);
    info.supports_encryption =
        info.force_encryption ||
        (!endpoint->DATA.empty() && endpoint->DATA[0].scheme.value_or("gsiftp") == std::string_view("gsiftp"));
}

void GlobusAPI::refreshAccessToken(std::string const& refresh_token, std::string& access_token,
                                   std::uint32_t& expires_in) {
    auto const answer = globus_->auth.oauth2_refresh_token({.refresh_token = refresh_token});
    Token const& token = answer->by_resource_server("transfer.api.globus.org");
    access_token = token.access_token.reveal();
    expires_in = static_cast<std::uint32_t>(token.lifetime);
}
