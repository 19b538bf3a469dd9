// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_STREAMED_HPP
#define GLOBUS_TESTS_SUPPORT_STREAMED_HPP

// An answer that comes in pieces, read as a client reads it.

#include <globus/oauth/static_policies.hpp>
#include <globus/services/transfer.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A transport that answers every request with these pieces of a text.
struct PiecesTransport {
    std::vector<std::string_view> pieces;
    std::string_view length = {};  ///< the Content-Length that it claims; empty: none

    globus::http::Response send(globus::http::Request const& request) const {
        globus::http::Response head{.status = 200, .headers = {{"Content-Type", "application/json"}}};
        if (!length.empty()) head.headers.add("Content-Length", std::string(length));
        request.on_head(head);
        for (std::string_view const piece : pieces) (void)request.sink(piece);
        return head;
    }
};

/// The pieces of `size` bytes of a text.
inline std::vector<std::string_view> pieces_of(std::string_view text, std::size_t size) {
    std::vector<std::string_view> pieces;
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) pieces.push_back(text.substr(0, size));
    return pieces;
}

/// The two pieces of a text that is cut at a place.
inline std::vector<std::string_view> halves_of(std::string_view text, std::size_t cut) {
    return {text.substr(0, cut), text.substr(cut)};
}

/// The answer to a request that is sent once.
/// @param limit  bytes of a text; what is made of it may take three times as many
template <class T>
globus::Response<T> streamed(PiecesTransport transport, std::size_t limit = std::size_t{64} << 20) {
    using namespace globus;
    Client<TransferService, AccessTokenPolicy, PiecesTransport, NoRetry> const client{
        "token", {.transport = std::move(transport), .base_url = "https://example.org", .max_response_bytes = limit}};
    return client.template get<T>("answer", {}, {.keep_text = false});
}

#endif  // GLOBUS_TESTS_SUPPORT_STREAMED_HPP
