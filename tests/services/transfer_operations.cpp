// SPDX-License-Identifier: Apache-2.0
#include <globus/services/transfer.hpp>

#include <support/catch.hpp>

#include <boost/json/parse.hpp>

#include <string>
#include <vector>

using namespace globus;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;

Transfer client(MockTransport const& mock) { return Transfer{AccessTokenPolicy{"token"}, {.transport = mock}}; }

std::string path_of(http::Request const& request) {
    return request.url.substr(std::string("https://transfer.api.globus.org").size());
}

}  // namespace

TEST_CASE("ids of transfer operations are one segment each", "[transfer]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = "{}"}; });
    auto const transfer = client(mock);
    (void)transfer.get_endpoint_role({.endpoint_id = "a/b", .role_id = "c d?e"});
    CHECK(path_of(mock.requests().back()) == "/v0.10/endpoint/a%2Fb/role/c%20d%3Fe");
    (void)transfer.get_endpoint_server({.endpoint_id = "ü", .server_id = "42"});
    CHECK(path_of(mock.requests().back()) == "/v0.10/endpoint/%C3%BC/server/42");
    auto const count = mock.request_count();
    CHECK_THROWS_AS(transfer.delete_bookmark({.bookmark_id = ".."}), UsageError);
    char const* const unset = nullptr;  // as getenv() gives it
    CHECK_THROWS_AS(transfer.operation_ls({.endpoint_id = "x", .filter = unset}), UsageError);
    CHECK_THROWS_AS(TransferFilter(unset), UsageError);
    CHECK_THROWS_AS(SyncLevel(unset), UsageError);
    CHECK_THROWS_AS(transfer.delete_endpoint_acl_rule({.endpoint_id = "x", .rule_id = ""}), UsageError);
    CHECK(mock.request_count() == count);
}

TEST_CASE("a filter takes the words of a set, and texts", "[transfer]") {
    CHECK(TransferFilter{{"status", TaskStatus::active}}.text() == "status:ACTIVE");
    CHECK(TransferFilter{{"status", {TaskStatus::active, TaskStatus::failed}}, {"type", TaskType::delete_}}.text() ==
          "status:ACTIVE,FAILED/type:DELETE");
    CHECK(TransferFilter{{"type", {"file", FileType::dir}}, {"name", "~*.h5"}}.text() == "type:file,dir/name:~*.h5");
    CHECK(TransferFilter{}.add("a", StringList{"b", "c"}).add("d", {"e", "f"}).text() == "a:b,c/d:e,f");
}

TEST_CASE("the endpoint manager's task list takes one filter or several", "[transfer]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = R"({"DATA": []})"}; });
    auto const transfer = client(mock);
    (void)transfer.endpoint_manager_task_list({.filter_status = {"ACTIVE", "FAILED"},
                                               .filter_endpoint = "e",
                                               .filter_endpoint_use = "source",
                                               .filter_is_paused = false,
                                               .filter_completion_time = {"2024-01-01", "2024-02-01"}});
    CHECK(path_of(mock.requests().back()) ==
          "/v0.10/endpoint_manager/task_list?filter_status=ACTIVE%2CFAILED&filter_endpoint=e&filter_endpoint_use=source"
          "&filter_is_paused=False&filter_completion_time=2024-01-01%2C2024-02-01");
    CHECK_THROWS_AS(transfer.endpoint_manager_task_list({.filter_endpoint_use = "source"}), UsageError);
    (void)transfer.endpoint_manager_task_event_list({.task_id = "t", .filter_is_error = true});
    CHECK(path_of(mock.requests().back()) == "/v0.10/endpoint_manager/task/t/event_list?filter_is_error=1");
    CHECK(mock.request_count() == 2);
}

TEST_CASE("documents stand in the body", "[transfer]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = "{}"}; });
    auto const transfer = client(mock);
    auto const body = [&] { return boost::json::parse(mock.requests().back().body); };

    (void)transfer.add_endpoint_acl_rule(
        {.endpoint_id = "e",
         .rule_data =
             AccessRule{.principal_type = "group", .principal = "g", .path = "/shared/", .permissions = "rw"}});
    CHECK(body() == Json{{"DATA_TYPE", "access"},
                         {"principal_type", "group"},
                         {"principal", "g"},
                         {"path", "/shared/"},
                         {"permissions", "rw"}});
    (void)transfer.create_bookmark({.bookmark_data = Bookmark{.name = "b", .endpoint_id = "e", .path = "/~/"}});
    CHECK(body() == Json{{"DATA_TYPE", "bookmark"}, {"name", "b"}, {"endpoint_id", "e"}, {"path", "/~/"}});
    (void)transfer.endpoint_manager_cancel_tasks({.task_ids = {"one", "two"}, .message = "stop"});
    CHECK(body() == Json{{"message", "stop"}, {"task_id_list", {"one", "two"}}});

    (void)transfer.set_subscription_id({.collection_id = "c", .subscription_id = null});
    CHECK(mock.requests().back().body == R"({"subscription_id":null})");
    CHECK_THROWS_AS(transfer.set_subscription_id({.collection_id = "c"}), UsageError);

    (void)transfer.endpoint_manager_create_pause_rule({});
    CHECK_FALSE(mock.requests().back().has_body);
}

TEST_CASE("what is answered is typed", "[transfer]") {
    MockTransport mock;
    auto const transfer = client(mock);
    mock.reply(200, R"({"DATA": [{"id": 7, "hostname": "h", "port": 2811}, {"id": "u-u"}], "endpoint": "e"})");
    auto const servers = transfer.endpoint_server_list({.endpoint_id = "e"});
    REQUIRE(servers->DATA.size() == 2);
    CHECK(*servers->DATA[0].id == 7);
    CHECK(*servers->DATA[0].port == 2811);
    CHECK(*servers->DATA[1].id == "u-u");

    mock.reply(201, R"({"code": "Created", "access_id": "rule-1", "message": "done", "DATA_TYPE": "x"})");
    CHECK(*transfer.add_endpoint_acl_rule({.endpoint_id = "e", .rule_data = AccessRule{}})->access_id == "rule-1");

    mock.reply(200, R"({"pause_rules": [{"id": "p", "pause_ls": true, "identity_id": null}],
                        "source_pause_message": "maintenance"})");
    auto const info = transfer.task_pause_info({.task_id = "t"});
    REQUIRE(info->pause_rules.size() == 1);
    CHECK(*info->pause_rules[0].pause_ls);
    CHECK(info->pause_rules[0].identity_id.is_null());
    CHECK(*info->source_pause_message == "maintenance");
}

TEST_CASE("pages of transfer operations follow their marks", "[transfer][paging]") {
    MockTransport mock;
    auto const transfer = client(mock);

    SECTION("a mark that is a number") {
        mock.reply(200, R"({"DATA": [{"source_path": "/a"}], "marker": 0, "next_marker": 93979})");
        mock.reply(200, R"({"DATA": [{"source_path": "/b"}], "marker": 93979, "next_marker": null})");
        std::vector<std::string> paths;
        for (SuccessfulTransfer const& file : transfer.paginate(TaskSuccessfulTransfers{.task_id = "t"}))
            paths.push_back(*file.source_path);
        CHECK(paths == std::vector<std::string>{"/a", "/b"});
        CHECK(mock.requests().at(1).url.ends_with("?marker=93979"));
    }
    SECTION("the last key") {
        mock.reply(200, R"({"DATA": [{"task_id": "1"}], "has_next_page": true, "last_key": "complete,x"})");
        mock.reply(200, R"({"DATA": [{"task_id": "2"}], "has_next_page": false, "last_key": "complete,y"})");
        int count = 0;
        for (Task const& task : transfer.paginate(EndpointManagerTaskList{}))
            CHECK(task.task_id == std::to_string(++count));
        CHECK(count == 2);
        CHECK(mock.requests().at(1).url.ends_with("?last_key=complete%2Cx"));
    }
    SECTION("a token") {
        mock.reply(200, R"({"shared_endpoints": [{"id": "1"}], "next_token": "n"})");
        mock.reply(200, R"({"shared_endpoints": [{"id": "2"}]})");
        int count = 0;
        for (Endpoint const& guest : transfer.paginate(GetSharedEndpointList{.endpoint_id = "e", .max_results = 1}))
            CHECK(guest.id == std::to_string(++count));
        CHECK(count == 2);
        CHECK(mock.requests().at(1).url.ends_with("?max_results=1&next_token=n"));
    }
}

TEST_CASE("what may be repeated is repeated", "[transfer][retry]") {
    MockTransport mock;
    auto const transfer = client(mock);
    SECTION("pausing the tasks of others is") {
        mock.reply(503).reply(200, "{}");
        (void)transfer.endpoint_manager_pause_tasks({.task_ids = {"t"}, .message = "m"});
        CHECK(mock.request_count() == 2);
    }
    SECTION("giving a role is not") {
        mock.reply(503, R"({"code": "ServiceUnavailable", "message": "m", "request_id": "r"})");
        try {
            (void)transfer.add_endpoint_role({.endpoint_id = "e", .role_data = EndpointRole{}});
            FAIL("a 503 was taken for a success");
        } catch (TransferApiError const& error) {
            CHECK(error.code() == "ServiceUnavailable");
        }
        CHECK(mock.request_count() == 1);
    }
}
