// What is a part of an answer goes with it; clang sees that.
// only: clang
// expect: -Wdangling
#include <globus/http/mock_transport.hpp>
#include <globus/services/transfer.hpp>

#include <string>
#include <string_view>

#ifdef __clang__
#pragma clang diagnostic error "-Wdangling"
#endif

using Transfer = globus::Client<globus::TransferService, globus::NullPolicy, globus::MockTransport>;

std::size_t length_of_id(Transfer const& transfer) {
#ifdef GLOBUS_REJECT
    std::string_view const id = transfer.get_task({.task_id = "t"}).request_id();
#else
    auto const task = transfer.get_task({.task_id = "t"});
    std::string_view const id = task.request_id();
#endif
    return id.size();
}
