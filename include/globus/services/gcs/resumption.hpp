// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_RESUMPTION_HPP
#define GLOBUS_SERVICES_GCS_RESUMPTION_HPP

#include <globus/core/config.hpp>
#include <globus/http/message.hpp>
#include <globus/services/gcs/files.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The decisions about a download that goes on where an earlier attempt ended. They do no I/O.

namespace globus::detail {

/// What the headers of an answer say about a file.
FileStat read_file_stat(http::Headers const& headers, int status);

/**
 * What tells a version of a file from all others, for If-Range (RFC 9110, section 13.1.5): a strong ETag, or else a
 * Last-Modified that is more than a second older than the answer. Empty: there is nothing of the kind, and no part can
 * be joined to another.
 */
std::string validator_of(http::Headers const& headers);

/// A Content-Range (RFC 9110, section 14.4).
struct ContentRange {
    std::uint64_t first = 0;                 ///< of the first byte
    std::uint64_t last = 0;                  ///< of the last byte; both are 0 if the range cannot be satisfied
    std::optional<std::uint64_t> size = {};  ///< of the whole file
    bool satisfied = true;                   ///< false: "bytes */size"
};
/// Nothing for what is malformed.
std::optional<ContentRange> read_content_range(std::string_view text);

/// What there is of a file.
struct HeldPart {
    std::uint64_t bytes = 0;                 ///< from the beginning
    std::string validator = {};              ///< of the version that they belong to
    std::optional<std::uint64_t> size = {};  ///< of that version
};

/// From which byte on to ask for a file; nothing: for the whole file.
std::optional<std::uint64_t> first_to_ask(HeldPart const& held);

/// What to make of an answer's head.
struct Verdict {
    enum class Kind : unsigned char {
        append,     ///< the body goes on at `first`
        restart,    ///< the body is the file from its beginning, and a version that is not known to be the same
        repeat,     ///< the body is the file from its beginning, in the same version: the server sends no parts
        complete,   ///< there is nothing more to come
        ask_whole,  ///< the answer is of no use: ask for the whole file
    };
    Kind kind = Kind::restart;
    std::uint64_t first = 0;                 ///< the place of the first byte of the body
    std::optional<std::uint64_t> size = {};  ///< of the file
};

/**
 * Judges an answer to a request for a file.
 *
 * @param held    what there was when it was asked for
 * @param asked   from which byte on; nothing: for the whole file
 * @param status  2xx or 416
 */
Verdict judge(HeldPart const& held, std::optional<std::uint64_t> asked, int status, http::Headers const& headers);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/resumption.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_RESUMPTION_HPP
