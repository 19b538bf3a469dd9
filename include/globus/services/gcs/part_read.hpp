// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_PART_READ_HPP
#define GLOBUS_SERVICES_GCS_PART_READ_HPP

#include <globus/client/call_options.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/services/gcs/attempts.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

class FileAccess;

/// A part of a version of a file.
struct FilePart {
    std::string const& url;
    HeldPart const& version;
    std::uint64_t offset;
    std::uint64_t size;
};

/// The reading of one part of a file, over as many requests as it takes. As for a DownloadRun, a driver sends them.
class PartRead {
public:
    /// Takes bytes at a place of the file; false ends it.
    using Keep = std::function<bool(std::uint64_t, std::string_view)>;

    /// @param access, part  and what that refers to must live as long as this
    PartRead(FileAccess const& access, FilePart const& part, Keep keep, CallOptions options);
    PartRead(PartRead const&) = delete;
    PartRead& operator=(PartRead const&) = delete;

    /// The request of the next attempt.
    [[nodiscard]] http::Request next_request();
    /// The options of each request.
    [[nodiscard]] CallOptions const& options() const noexcept { return options_; }
    [[nodiscard]] static constexpr RetryClass retry_class() noexcept { return RetryClass::read; }
    /// Takes how an attempt ended. @throws what ends the reading
    AttemptEnd took(std::exception_ptr const& error, Response<Bytes> const& answer);
    /// What ends a reading that is cancelled between two attempts.
    [[nodiscard]] NetworkError cancelled() const;
    /// How many bytes were read.
    [[nodiscard]] std::uint64_t done() const noexcept { return done_; }

private:
    std::optional<http::Clock::time_point> next_attempt(NetworkError const& error);
    void take_head(int status, http::Headers const& headers);
    bool take(std::string_view piece);
    [[noreturn]] void changed() const;

    FileAccess const& access_;
    FilePart const part_;
    Keep const keep_;
    CallOptions options_;
    std::uint64_t done_ = 0;    ///< bytes that were read
    std::uint64_t before_ = 0;  ///< those when the current request began
    std::uint64_t skip_ = 0;    ///< bytes to come that are not wanted
    int attempt_ = 1;
    bool headed_ = false;
};

/// Reads a part of a file. @return how many bytes there were
std::uint64_t read_part(FileAccess const& access, FilePart const& part, PartRead::Keep keep, CallOptions options);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/part_read.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_PART_READ_HPP
