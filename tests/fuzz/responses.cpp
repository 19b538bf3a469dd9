// SPDX-License-Identifier: Apache-2.0
// Answers of services into typed documents, whole and in pieces.
#include <globus/client/response.hpp>
#include <globus/core/json_write.hpp>
#include <globus/services/flows/answers.hpp>
#include <globus/services/gcs/answers.hpp>
#include <globus/services/search/answers.hpp>
#include <globus/services/transfer/answers.hpp>

#include "../support/streamed.hpp"
#include "fuzz.hpp"

namespace {

template <class T>
void read(std::string_view input) {
    using globus::Response;
    bool const whole = no_error([&] {
        Response<T> const response(globus::http::Response{.status = 200, .body = std::string(input)});
        std::string again;
        if (no_error([&] { again = globus::to_json(*response); })) {
            // what was read can be written and read again
            Response<T> const second(globus::http::Response{.status = 200, .body = again});
            always(globus::to_json(*second) == again, "a document that was read and written reads the same");
            always(second.mismatch().empty(), "what is written has the described types");
        }
        (void)no_error([&] { (void)response.json(); });
    });
    if (input.empty()) return;
    bool const in_pieces = no_error([&] { (void)streamed<T>({.pieces = halves_of(input, input.size() / 2)}); });
    always(whole == in_pieces, "an answer reads the same whole and in pieces");
}

}  // namespace

void fuzz(std::string_view input) {
    read<globus::transfer::Task>(input);
    read<globus::transfer::FileList>(input);
    read<globus::flows::Run>(input);
    read<globus::search::GSearchResult>(input);
    (void)no_error([&] {
        globus::Response<globus::Json> const response(
            globus::http::Response{.status = 200, .body = std::string(input)});
        (void)response.json();
    });
}
