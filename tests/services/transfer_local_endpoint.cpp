// SPDX-License-Identifier: Apache-2.0
#include <globus/services/transfer/local_endpoint.hpp>

#include <support/catch.hpp>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace globus;

namespace {

/// A directory with the files of an installation.
class Installation {
public:
    Installation() {
        REQUIRE(mkdtemp(path_.data()) != nullptr);
        std::filesystem::create_directories(path_ + "/lta");
    }
    Installation(Installation const&) = delete;
    Installation& operator=(Installation const&) = delete;
    ~Installation() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    void write(std::string const& name, std::string const& text) const { std::ofstream(path_ + '/' + name) << text; }
    [[nodiscard]] std::string const& path() const { return path_; }

private:
    std::string path_ = std::filesystem::temp_directory_path().string() + "/globus-test-XXXXXX";
};

std::string const dn = "\"/C=US/O=Globus Consortium/OU=Globus Connect User/CN=";

}  // namespace

TEST_CASE("LocalGlobusConnectPersonal: the id is read at every call", "[local_endpoint]") {
    Installation const files;
    LocalGlobusConnectPersonal const local(files.path());
    CHECK(local.config_dir() == files.path());
    CHECK_FALSE(local.endpoint_id());
    files.write("lta/client-id.txt", " one\r\n");
    CHECK(local.endpoint_id() == "one");
    files.write("lta/client-id.txt", "two");
    CHECK(local.endpoint_id() == "two");
}

TEST_CASE("LocalGlobusConnectPersonal: an owner is a user name or the id in it", "[local_endpoint]") {
    struct Row {
        std::string gridmap, username, id;
    };
    Row const rows[] = {
        {dn + "ada\" local\n", "ada@globusid.org", ""},
        {"other\n\n" + dn + "ada\" local\n" + dn + "bob\" local\n", "ada@globusid.org", ""},
        {dn + "a \\\"b\\\\ c\" 'local user'\r\n", "a \"b\\ c@globusid.org", ""},
        {dn + "u_aaaaaaaaaaaaaaaaaaaaaaaaae\" local", "", "00000000-0000-0000-0000-000000000001"},
        {dn + "u_77777777777777777777777774\" local", "", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
        {dn + "u_7777777777777777777777777\" local", "u_7777777777777777777777777@globusid.org", ""},
        {dn + "\" local", "@globusid.org", ""},
        {dn + "ada\"", "", ""},
        {dn + "ada\" two words", "", ""},
        {dn + "ada local\n" + dn + "bob\" local", "", ""},
        {dn + "ada\" \"local", "", ""},
        {dn + "ada\" local\\", "", ""},
        {"", "", ""},
    };
    Installation const files;
    LocalGlobusConnectPersonal const local(files.path());
    CHECK_FALSE(local.get_owner_info());
    for (Row const& row : rows) {
        INFO(row.gridmap);
        files.write("lta/gridmap", row.gridmap);
        auto const owner = local.get_owner_info();
        CHECK(owner.has_value() == !(row.username.empty() && row.id.empty()));
        if (owner) CHECK(owner->username.value_or("") == row.username);
        if (owner) CHECK(owner->id.value_or("") == row.id);
    }
}

TEST_CASE("LocalGlobusConnectPersonal: its directory is below HOME, or where the password database says",
          "[local_endpoint]") {
    char const* const home = std::getenv("HOME");
    std::string const before = home != nullptr ? home : "";
    setenv("HOME", "/home/someone", 1);
    CHECK(LocalGlobusConnectPersonal().config_dir() == "/home/someone/.globusonline");
    unsetenv("HOME");
    passwd const* const user = ::getpwuid(::getuid());
    if (user != nullptr)
        CHECK(LocalGlobusConnectPersonal().config_dir() == std::string(user->pw_dir) + "/.globusonline");
    if (home != nullptr) setenv("HOME", before.c_str(), 1);
}

TEST_CASE("LocalGlobusConnectPersonal: a file that cannot be read is an error that names it", "[local_endpoint]") {
    Installation const files;
    std::filesystem::create_directories(files.path() + "/lta/client-id.txt");
    std::string what;
    try {
        (void)LocalGlobusConnectPersonal(files.path()).endpoint_id();
    } catch (Error const& error) {
        what = error.what();
    }
    CHECK(what.find(files.path() + "/lta/client-id.txt") != std::string::npos);
    files.write("lta/gridmap", std::string(std::size_t{3} << 20, 'x'));
    CHECK_THROWS_AS(LocalGlobusConnectPersonal(files.path()).get_owner_info(), Error);
}

TEST_CASE("LocalGlobusConnectServer: what it says of itself", "[local_endpoint]") {
    Installation const files;
    LocalGlobusConnectServer const local(files.path() + "/info.json");
    CHECK_FALSE(local.info());
    CHECK_FALSE(local.endpoint_id());
    files.write("info.json", R"({"endpoint_id": "e", "domain_name": "d.example.org", "more": [1]})");
    CHECK(local.endpoint_id() == "e");
    CHECK(local.domain_name() == "d.example.org");
    CHECK(local.info()->size() == 3);
    std::string const deep = std::string(100, '[') + std::string(100, ']');
    files.write("info.json", R"({"endpoint_id": "e", "more": )" + deep + '}');
    CHECK(local.endpoint_id() == "e");
    for (char const* bad : {"", "[]", "{", R"({"endpoint_id": 5})"}) {
        files.write("info.json", bad);
        CHECK_FALSE(local.endpoint_id());
    }
}
