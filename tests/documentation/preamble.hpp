// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_DOCUMENTATION_PREAMBLE_HPP
#define GLOBUS_TESTS_DOCUMENTATION_PREAMBLE_HPP

// What the C++ blocks of README.md take for granted: see snippets.py. Nothing of it is defined, since nothing runs.

#include <globus/globus.hpp>
#include <globus/sandbox.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <iostream>
#include <stop_token>
#include <string>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace page {

extern std::string const id, here, there, ada, client_id, token;
extern std::stop_source source;

extern UserApp<Native> const app;
extern Client<TransferService, AccessTokenPolicy> const transfer;
extern GroupsManager<Client<GroupsService, AccessTokenPolicy>> const manager;
extern Response<Task> const task;
extern TransferData data;
extern std::vector<File> list;

void do_something();
void look_before_doing_it_again();
void store(std::string const& submission_id);
template <class Client>
void my_program(Client const& transfer);

}  // namespace page

#endif  // GLOBUS_TESTS_DOCUMENTATION_PREAMBLE_HPP
