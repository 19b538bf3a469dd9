// SPDX-License-Identifier: Apache-2.0
// What nothing can be done without is a plain member; an answer that lacks it is refused when the document is used.

#include <globus/globus.hpp>

#include <support/catch.hpp>

#include <string>
#include <utility>

using namespace globus;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;

Transfer client(std::string answer) {
    MockTransport mock;
    mock.reply(200, std::move(answer));
    return Transfer{"token", {.transport = std::move(mock)}};
}

template <class Use>
std::string refusal(Use use) {
    try {
        use();
        return "";
    } catch (DecodeError const& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("An answer without what nothing can be done without is refused by that name", "[response]") {
    auto const transfer = client(R"({"name": "a.txt", "size": 5})");
    auto const file = transfer.operation_stat({.endpoint_id = "c", .path = "/a.txt"});
    CHECK_THAT(refusal([&] { (void)file->size; }), Catch::Matchers::ContainsSubstring("'type'"));
    CHECK_THAT(refusal([&] { (void)*file; }), Catch::Matchers::ContainsSubstring("'type'"));
    CHECK(file.json().at("size") == 5);

    auto const submission = client("{}").get_submission_id();
    CHECK_THAT(refusal([&] { (void)submission->value; }), Catch::Matchers::ContainsSubstring("'value'"));
}

TEST_CASE("A submission without a task id is refused, too: it cannot be waited for", "[response]") {
    auto const transfer = client(R"({"code": "Accepted", "message": "ok"})");
    TransferData data{.source_endpoint = "a", .destination_endpoint = "b", .submission_id = "s"};
    data.add_item({.source_path = "/a", .destination_path = "/b"});
    auto const accepted = transfer.submit_transfer(data);
    CHECK_THAT(refusal([&] { (void)accepted->task_id; }), Catch::Matchers::ContainsSubstring("'task_id'"));
    CHECK(accepted.json().at("code") == "Accepted");
}

TEST_CASE("An empty text is not a missing one", "[response]") {
    auto const file = client(R"({"name": "", "type": "file"})").operation_stat({.endpoint_id = "c", .path = "/"});
    CHECK(file->name.empty());
    CHECK(file->type == FileType::file);
}

TEST_CASE("A part of a document that was asked for is enough", "[response]") {
    auto const transfer = client(R"({"size": 5})");
    auto const file = transfer.operation_stat({.endpoint_id = "c", .path = "/a", .query_params = {{"fields", "size"}}});
    CHECK(file->size == 5);
    CHECK(file->name.empty());
}

TEST_CASE("In a list, an element without its name keeps the others readable", "[response]") {
    auto const transfer = client(R"({"DATA": [{"type": "file"}, {"name": "b", "type": "socket"}]})");
    auto const files = transfer.operation_ls({.endpoint_id = "c"});
    CHECK(files.size() == 2);
    CHECK(files[0].name.empty());
    CHECK(files[0].type == FileType::file);
    CHECK(files[1].name == "b");
    CHECK(files[1].type.known() == FileType::unknown);
    CHECK(files[1].type == "socket");
}
