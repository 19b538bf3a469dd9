// SPDX-License-Identifier: Apache-2.0
// One odd value in an answer: reads and writes stay usable, and page walks go on.
#include <globus/services/groups.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/streamed.hpp"

#include <cstddef>
#include <new>
#include <string>

using namespace globus;

namespace {

template <class S>
using ClientOf = Client<S, AccessTokenPolicy, MockTransport, NoRetry>;

}  // namespace

TEST_CASE("odd answers: what was done is told in spite of an odd answer", "[client][odd]") {
    for (char const* body :
         {R"({"name": 5, "id": "g"})", R"({"id": "g", "name": "\ud800"})", "{\"id\": \"g\", \"name\": \"\xff\"}",
          R"({"id": "g", "my_memberships": null})", R"({"id": "g", "my_memberships": [1, null, "x"]})",
          R"({"id": "g", "policies": []})", "[]", "null", "\"done\"", "5"})
        for (bool const keep_text : {true, false}) {
            INFO(body);
            MockTransport transport;
            transport.reply(201, body);
            ClientOf<GroupsService> const groups{"t", {.transport = transport}};
            auto const made = groups.create_group({.data = Json{{"name", "n"}}}, {.keep_text = keep_text});
            CHECK_NOTHROW(*made);
            if (*body == '{') CHECK(made->id == "g");
        }
}

TEST_CASE("odd answers: a walk over pages goes on", "[client][odd]") {
    for (char const* odd : {R"({"task_id": 5})", "5", "null", "[]", R"({"task_id": "x", "label": "\udc00"})",
                            R"({"task_id": "x", "files": 1e30})", R"({"task_id": "x", "event_list": null})"}) {
        INFO(odd);
        MockTransport transport;
        transport.reply(200, "{\"DATA\": [{\"task_id\": \"a\"}, " + std::string(odd) + "], \"total\": 4}")
            .reply(200, R"({"DATA": [{"task_id": "c"}, {"task_id": "d"}], "total": "4"})");
        ClientOf<TransferService> const transfer{"t", {.transport = transport}};
        std::string ids;
        for (Task const& task : transfer.paginate(TaskList{})) ids += task.task_id.empty() ? "?" : task.task_id;
        CHECK(ids.starts_with("a"));
        CHECK(ids.ends_with("cd"));
        CHECK(transport.requests()[1].url.find("offset=2") != std::string::npos);  // as the service counts them
    }
}

TEST_CASE("odd answers: a page says that another one follows by a text or number, too", "[client][odd]") {
    for (char const* more : {"true", "\"true\"", "1"})
        for (char const* mark : {"\"7\"", "7"}) {
            MockTransport transport;
            transport
                .reply(200, std::string(R"({"DATA": [{}], "has_next_page": )") + more + ", \"last_key\": " + mark + "}")
                .reply(200, R"({"DATA": [{}], "has_next_page": "false"})");
            ClientOf<TransferService> const transfer{"t", {.transport = transport}};
            int items = 0;
            for (auto const& item : transfer.paginate(EndpointManagerTaskList{})) items += sizeof item != 0;
            CHECK(items == 2);
            CHECK(transport.requests().at(1).url.find("last_key=7") != std::string::npos);
        }
}

TEST_CASE("odd answers: a length that is claimed gives no memory", "[client][odd]") {
    std::string body = "{\"DATA\": [";
    for (int i = 0; i != 1000; ++i) body += "{\"task_id\": \"t\"}, ";
    body += "{}], \"total\": 1001}";
    for (char const* length : {"9000000000000000000", "18446744073709551615", "99999999999999999999999", "3000000000",
                               "1", "0", "-5", "x", ""})
        for (std::size_t const step : {std::size_t{100}, std::size_t{4096}, body.size()}) {
            INFO(length << ' ' << step);
            auto const page = streamed<TaskPage>({.pieces = pieces_of(body, step), .length = length});
            CHECK(page->DATA.size() == 1001);
            CHECK(page->DATA.capacity() * sizeof(Task) <= (std::size_t{20} << 20));
        }
}
