// SPDX-License-Identifier: Apache-2.0
// Serves a directory of a Globus collection as an XRootD server would ask for it, and prints what that sees.
#include "globus_oss.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>

namespace {

std::string setting(char const* name) {
    char const* const value = std::getenv(name);
    if (value == nullptr) throw std::runtime_error(std::string("please set ") + name);
    return value;
}

globus::facade::Options options(std::string const& scopes) {
    globus::facade::Options made;
    made.app_name = "xrootd plug-in";
    made.client_id = setting("GLOBUS_CLIENT_ID");
    made.client_secret = setting("GLOBUS_CLIENT_SECRET");
    made.scopes = scopes;
    return made;
}

std::shared_ptr<globus_oss::Collection const> open_collection() {
    std::string const id = setting("GLOBUS_SOURCE");
    auto made = std::make_shared<globus_oss::Collection>(
        globus_oss::Collection{{"/globus", id, "/data"},
                               globus::facade::Client(options("urn:globus:auth:scope:transfer.api.globus.org:all"))});
    made->files.emplace(options("https://auth.globus.org/scopes/" + id + "/https"), id,
                        made->transfer.https_server(id));
    return made;
}

void show(char const* what, long result) { std::printf("%s: %ld\n", what, result); }

}  // namespace

int main() try {
    globus_oss::FileSystem plug_in(open_collection());
    OssFileSystem& system = plug_in;  // as the server sees it
    struct stat status = {};
    auto const directory = system.newDir();
    show("opendir", directory->Opendir("/globus"));
    directory->StatRet(&status);
    std::string last;
    for (char name[256]; directory->Readdir(name, sizeof name) == 0 && *name != '\0'; last = name)
        std::printf("  %s %ld %s\n", S_ISDIR(status.st_mode) ? "d" : "-", static_cast<long>(status.st_size), name);
    directory->Close();

    std::string const path = "/globus/" + last;
    auto const file = system.newFile();
    char text[64] = {};
    show("open", file->Open(path.c_str(), O_RDONLY, 0));
    show("read", file->Read(text, 2, 5));
    std::printf("  [%s]\n", text);
    file->Close();

    show("mkdir -p", system.Mkdir("/globus/made/here", 0755, true));
    show("mkdir again", -system.Mkdir("/globus/made/here", 0755) == EEXIST);
    show("rename", system.Rename("/globus/made/here", "/globus/made/there"));
    show("stat of what is gone", -system.Stat("/globus/made/here", &status) == ENOENT);
    show("a path of another route", system.Stat("/globus-other/x", &status) < 0);
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
