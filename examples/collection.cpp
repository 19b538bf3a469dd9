// SPDX-License-Identifier: Apache-2.0
// One place, with all that a program wants of it: its folders over Transfer, its files over HTTPS, and whatever login or
// consent the collection asks for.
//
//   export GLOBUS_NATIVE_CLIENT_ID=...   # a native app of https://app.globus.org/settings/developers
//   export GLOBUS_MAPPED_COLLECTION=...  # its id, or a place: globus://ID/folder, or the address in the file manager
//   collection                           # opens a browser
#include <globus/app.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/services/gcs/collection.hpp>

#include "setting.hpp"

#include <cstdio>
#include <exception>
#include <string>

namespace {

/// What a program does with a place need not know how that is authorized.
void work(globus::AnyCollection const& place) {
    using namespace globus;
    (void)place.ensure_directory("globus-cpp/run1");
    Uploaded const sent = place.write("globus-cpp/run1/result.txt", "42\n");
    std::printf("sent %llu bytes to %s\n", static_cast<unsigned long long>(sent.bytes),
                place.location("globus-cpp/run1/result.txt").web_url().c_str());
    for (File const& file : place.ls("globus-cpp/run1")) std::printf("  %s\n", file.name.c_str());
    std::printf("the result is %s", place.read("globus-cpp/run1/result.txt").c_str());
    TaskVerdict const removed = place.remove({.path = "globus-cpp", .recursive = true});
    std::printf("removed: %s\n", to_string(removed.kind));
}

}  // namespace

int main() try {
    using namespace globus;

    // Where no browser can be opened, it prints the URL.
    UserApp<Native, LocalServerLoginFlow> const app{
        Native{setting("GLOBUS_NATIVE_CLIENT_ID")},
        {.app_name = "globus-cpp collection",
         .login_flow = LocalServerLoginFlow{{.without_browser = WithoutBrowser::print}},
         .request_refresh_tokens = true}};
    Collection const place{app, setting("GLOBUS_MAPPED_COLLECTION")};
    app.run([&] { work(place); });
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
