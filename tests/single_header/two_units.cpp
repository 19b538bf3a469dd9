// SPDX-License-Identifier: Apache-2.0
// Two files of one program include the single headers: everything in them is inline, or defined in a third.
#include <globus/globus.hpp>

#include <string>

std::string sandbox_address();

int main() {
    bool const local = sandbox_address().starts_with("http://127.0.0.1:");
    return local && globus::TransferService::name == std::string("transfer") ? 0 : 1;
}
