// SPDX-License-Identifier: Apache-2.0
#include "local_globus.h"

#include <globus/facade.hpp>

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
namespace facade = globus::facade;

static_assert(__cplusplus < 202002L, "this file is for C++17");

namespace {

struct Stop {
    void operator()(local_globus* local) const { local_globus_stop(local); }
};
using Local = std::unique_ptr<local_globus, Stop>;

facade::Options options_of(Local const& local) {
    facade::Options options;
    options.base_url = options.auth_url = local_globus_url(local.get());
    options.app_name = "facade test";
    options.timeout = 20s;
    return options;
}
facade::Client client_of(Local const& local) {
    facade::Options options = options_of(local);
    options.access_token = local_globus_token(local.get());
    return facade::Client(std::move(options));
}

template <class F>
int code_of(F const& function) {
    try {
        function();
        return 0;
    } catch (facade::Error const& error) {
        return error.code();
    }
}

}  // namespace

TEST_CASE("facade: from C", "[facade]") {
    Local const local(local_globus_start());
    CHECK(use_from_c(local.get()) == 0);
}

TEST_CASE("facade: files and their errors", "[facade]") {
    Local const local(local_globus_start());
    facade::Client const client = client_of(local);
    std::string const source = local_globus_source(local.get()), destination = local_globus_destination(local.get());
    auto const files = client.ls(source, "/home/share/godata/");
    REQUIRE_FALSE(files.empty());
    auto const file = client.stat(source, "/home/share/godata/" + files[0].name);
    CHECK(file.type == "file");
    CHECK(file.bytes == files[0].bytes);
    CHECK(file.bytes >= 0);
    CHECK(file.mode > 0);
    CHECK(file.modified > 1'000'000'000);
    client.mkdir(destination, "/~/made");
    CHECK(client.stat(destination, "/~/made").is_directory());
    CHECK(code_of([&] { client.mkdir(destination, "/~/made"); }) == EEXIST);
    CHECK(code_of([&] { client.mkdir(destination, "/~/a/b/c"); }) == ENOENT);
    client.rename(destination, "/~/made", "/~/moved");
    CHECK(code_of([&] { (void)client.stat(destination, "/~/made"); }) == ENOENT);
    local_globus_revoke_all(local.get());
    CHECK(code_of([&] { (void)client.ls(source, "/"); }) == EACCES);
}

TEST_CASE("facade: a transfer is submitted once, and waited for", "[facade]") {
    Local const local(local_globus_start());
    facade::Client const client = client_of(local);
    facade::Transfer transfer;
    transfer.source_collection = local_globus_source(local.get());
    transfer.destination_collection = local_globus_destination(local.get());
    CHECK(code_of([&] { (void)client.submit(transfer); }) == EINVAL);  // there is nothing in it
    transfer.items = {{"/home/share/godata/", "/~/godata/", true}};
    transfer.label = "facade";
    transfer.sync_level = 4;
    local_globus_lose_next_answer(local.get(), "submit_transfer");
    std::string const task = client.submit(transfer);
    int looks = 0;
    CHECK(client.wait(task, 60s, [&](globus_sdk_progress const&) { return ++looks != 0; }) == GLOBUS_SDK_SUCCEEDED);
    CHECK(looks > 0);
    CHECK_FALSE(client.ls(transfer.destination_collection, "/~/godata/").empty());
    transfer.sync_level = 5;
    CHECK(code_of([&] { (void)client.submit(transfer); }) == EINVAL);
    CHECK(code_of([&] { (void)client.wait("none", 1s); }) == ENOENT);
    CHECK(code_of([&] { client.cancel("none"); }) == ENOENT);
    CHECK(code_of([&] { (void)client.wait(task, 60s, [](globus_sdk_progress const&) { return false; }); }) ==
          ECANCELED);
    CHECK_THROWS_AS(client.wait(task, 60s, [](globus_sdk_progress const&) -> bool { throw std::logic_error("mine"); }),
                    std::logic_error);
}

TEST_CASE("facade: each way to be authorised", "[facade]") {
    Local const local(local_globus_start());
    std::string const source = local_globus_source(local.get()), id = local_globus_client_id(local.get()),
                      secret = local_globus_client_secret(local.get());
    int refreshed = 0, token_requests = 0, asked = 0;
    auto options = options_of(local);
    options.on_refresh = [&](std::string const& access, std::string const&, std::int64_t expires_at) {
        refreshed += !access.empty() && expires_at > 0;
    };
    options.log = [&](globus_sdk_log_event const& event) {
        token_requests += std::string(event.service) == "auth" && event.status == 200;
    };
    auto by_refresh = options;
    by_refresh.client_id = id;
    by_refresh.client_secret = secret;
    by_refresh.refresh_token = local_globus_refresh_token(local.get());
    CHECK_FALSE(facade::Client(by_refresh).ls(source, "/home/share/godata/").empty());
    auto by_credentials = options;
    by_credentials.client_id = id;
    by_credentials.client_secret = secret;
    by_credentials.scopes = "urn:globus:auth:scope:transfer.api.globus.org:all";
    CHECK_FALSE(facade::Client(by_credentials).ls(source, "/home/share/godata/").empty());
    CHECK(refreshed == 2);
    CHECK(token_requests == 2);
    auto by_source = options;
    by_source.token_source = [&] {
        ++asked;
        return std::string(local_globus_token(local.get()));
    };
    CHECK_FALSE(facade::Client(by_source).ls(source, "/home/share/godata/").empty());
    CHECK(asked == 1);
    by_source.token_source = []() -> std::string { throw std::runtime_error("no vault"); };
    CHECK(code_of([&] { (void)facade::Client(by_source).ls(source, "/"); }) == ECANCELED);
    CHECK(code_of([&] { facade::Client const none(options); }) == EINVAL);
}

TEST_CASE("facade: files of a collection", "[facade]") {
    Local const local(local_globus_start());
    std::string const source = local_globus_source(local.get());
    std::string const address = local_globus_data_url(local.get());
    auto options = options_of(local);
    options.access_token = local_globus_data_token(local.get());
    facade::Files const files(options, source, address);
    std::string const copy = local_globus_scratch(local.get());
    std::int64_t reported = 0;
    files.download("/home/share/godata/file1.txt", copy, [&](std::int64_t bytes, std::int64_t) {
        reported = bytes;
        return true;
    });
    CHECK(reported == 9);
    files.upload(copy, "/home/share/godata/file3.txt");
    CHECK(code_of([&] { files.upload(copy, "/home/share/godata/file3.txt", false); }) == EEXIST);
    auto const file = files.open("/home/share/godata/file3.txt");
    CHECK(file.size() == 9);
    char text[10] = {};
    CHECK(file.read_at(4, text, 9) == 5);
    CHECK(std::string(text) == "1.txt");
    CHECK(code_of([&] { (void)files.open("/none"); }) == ENOENT);
    CHECK(code_of([&] { files.download("/home/share/godata/file1.txt", "/no/such/folder/file"); }) == ENOENT);
    CHECK(code_of([&] {
              files.download("/home/share/godata/file2.txt", copy, [](std::int64_t, std::int64_t) { return false; });
          }) == ECANCELED);
    CHECK(code_of([&] { facade::Files const none(options, "", ""); }) == EINVAL);
}

TEST_CASE("facade: an error says what it knows", "[facade]") {
    facade::Options options;
    options.access_token = "token";
    options.base_url = options.auth_url = "http://127.0.0.1:1/";
    options.timeout = 0.2s;
    facade::Client const client(options);
    try {
        (void)client.ls("collection", "/");
        FAIL();
    } catch (facade::Error const& error) {
        CHECK((error.code() == ECONNREFUSED || error.code() == ETIMEDOUT));
        CHECK(error.http_status() == 0);
        CHECK_FALSE(error.outcome_unknown());
        CHECK(std::string(error.what()).find("127.0.0.1:1") != std::string::npos);
    }
}
