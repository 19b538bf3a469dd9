// SPDX-License-Identifier: Apache-2.0
// Token files that somebody else wrote, or damaged.
#include <globus/app/json_token_storage.hpp>

#include "../support/temporary_directory.hpp"
#include "fuzz.hpp"

#include <chrono>
#include <filesystem>
#include <string>

void fuzz(std::string_view input) {
    static TemporaryDirectory const directory;
    static std::string const path = directory / "tokens.json";
    write_file(path, std::string(input));
    // long ago: a file that was written a moment ago is read again for a while, since somebody may still be writing it
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    globus::JsonTokenStorage const storage(path);
    globus::TokenDataByResourceServer tokens;
    bool const readable = no_error([&] { tokens = storage.get_token_data_by_resource_server(); });
    bool const writable = no_error([&] {
        storage.store_token_data_by_resource_server({{"new", {.resource_server = "new", .access_token = "t"}}});
    });
    always(readable == writable, "what cannot be read is not overwritten");
    if (!readable) {
        always(file_text(path) == input, "what is refused is not changed");
        return;
    }
    tokens.insert_or_assign("new", globus::TokenData{.resource_server = "new", .access_token = "t"});
    always(storage.get_token_data_by_resource_server() == tokens, "the other tokens stay");
}
