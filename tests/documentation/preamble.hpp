// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_DOCUMENTATION_PREAMBLE_HPP
#define GLOBUS_TESTS_DOCUMENTATION_PREAMBLE_HPP

// What the C++ blocks of README.md and the guide take for granted: see snippets.py. Nothing of it is defined, since nothing runs.

#include <globus/globus.hpp>
#include <globus/sandbox.hpp>
#include <globus/services/transfer/local_endpoint.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace page {

extern std::string const id, here, there, ada, client_id, token, task_id, collection;
extern StringList const scopes;
extern std::stop_source source;

extern UserApp<Native> const app;
extern Client<GcsCollectionService, AccessTokenPolicy> const files;
extern Client<TransferService, AccessTokenPolicy> const transfer;
extern Client<AuthService, AccessTokenPolicy> const auth;
extern Client<GroupsService, AccessTokenPolicy> const groups;
extern Client<SearchService, AccessTokenPolicy> const search;
extern Client<FlowsService, AccessTokenPolicy> const flows;
extern Client<TimersService, AccessTokenPolicy> const timers;
extern Client<ComputeServiceV2, AccessTokenPolicy> const compute;
extern Client<ComputeServiceV3, AccessTokenPolicy> const compute_v3;
extern Client<TransferServiceV2, AccessTokenPolicy> const transfer_v2;
extern Client<SpecificFlowService, AccessTokenPolicy> const flow;
extern Client<GcsService, AccessTokenPolicy> const gcs;
extern Client<NativeAppAuthService, NullPolicy> const native;
extern Client<ConfidentialAppAuthService, BasicPolicy> const confidential;
extern GroupsManager<Client<GroupsService, AccessTokenPolicy>> const manager;
extern Response<Task> const task;
extern TransferData data;
extern std::vector<File> list;
extern std::uint64_t const offset;
extern std::span<std::byte> const buffer;

std::string ask_my_vault(std::string_view resource_server);
void do_something();
void look_before_doing_it_again();
void store(std::string const& submission_id);
template <class Client>
void my_program(Client const& transfer);

}  // namespace page

#endif  // GLOBUS_TESTS_DOCUMENTATION_PREAMBLE_HPP
