// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_PART_READ_IPP
#define GLOBUS_SERVICES_GCS_IMPL_PART_READ_IPP

#include <globus/client/call_options.hpp>
#include <globus/client/response.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

/// The reading of one part of a file, over as many requests as it takes.
class PartRead {
public:
    PartRead(FileAccess const& access, std::string const& url, HeldPart const& version, std::uint64_t offset,
             std::uint64_t size, std::function<bool(std::uint64_t, std::string_view)> keep, CallOptions const& options)
        : access_(access),
          url_(url),
          version_(version),
          offset_(offset),
          size_(size),
          keep_(std::move(keep)),
          options_(options) {
        if (options.sink) throw UsageError("read_at takes no sink");
        options_.sink = [this](std::string_view piece) { return take(piece); };
        options_.on_head = [this](http::Response const& head) { take_head(head.status, head.headers); };
    }
    PartRead(PartRead const&) = delete;
    PartRead& operator=(PartRead const&) = delete;

    std::uint64_t run() {
        while (done_ != size_ && step()) {
        }
        return done_;
    }

private:
    [[nodiscard]] http::Request request() const {
        constexpr std::uint64_t large = std::uint64_t{256} << 10;
        std::uint64_t const first = offset_ + done_;
        http::Request made;
        made.url = url_;
        made.bulk = size_ >= large;
        made.headers = {{"Accept", "*/*"},
                        {"Range", "bytes=" + std::to_string(first) + '-' + std::to_string(offset_ + size_ - 1)}};
        if (version_.validator.starts_with('"'))
            made.headers.add("If-Match", version_.validator);
        else if (!version_.validator.empty())
            made.headers.add("If-Unmodified-Since", version_.validator);
        return made;
    }

    /// Sends one request; false at the end of the file.
    bool step() {
        std::uint64_t const before = done_;
        headed_ = false;
        try {
            Response<Bytes> const answer = access_.send(request(), RetryClass::read, options_);
            if (!headed_) take_head(answer.http_status(), answer.headers());
            return done_ != before;
        } catch (ApiError const& error) {
            if (error.http_status() == 416 && !version_.size) return false;
            if (error.http_status() == 412 || error.http_status() == 416) changed();
            throw;
        } catch (NetworkError const& error) {
            if (done_ == size_) return true;  // the rest of a whole file was not wanted
            if (done_ == before || !may_go_on(error)) throw;
        }
        return true;
    }

    bool may_go_on(NetworkError const& error) {
        Attempt const attempt{.number = attempt_++,
                              .error = &error,
                              .time_left = http::time_left(options_.deadline.value_or(http::Clock::time_point::max()))};
        auto const wait = access_.before_retry(attempt);
        return wait && http::wait_until(http::later(*wait), options_.stop);
    }

    void take_head(int status, http::Headers const& headers) {
        headed_ = true;
        HeldPart held = version_;
        held.bytes = offset_ + done_;
        Verdict const verdict = judge(held, held.bytes, status, headers);
        switch (verdict.kind) {
            case Verdict::Kind::append:
                skip_ = 0;
                return;
            case Verdict::Kind::repeat:  // the server sends no parts
                skip_ = held.bytes;
                return;
            case Verdict::Kind::restart:
                changed();
            case Verdict::Kind::complete:
            case Verdict::Kind::ask_whole:
                break;
        }
        std::string const validator = validator_of(headers);
        if (!validator.empty() && validator != version_.validator) changed();
        throw FileIntegrityError("GET " + url_ + ": the server sent another part than it was asked for");
    }

    bool take(std::string_view piece) {
        auto const skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, piece.size()));
        skip_ -= skipped;
        piece.remove_prefix(skipped);
        piece = piece.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size_ - done_)));
        if (piece.empty()) return done_ != size_;
        if (!keep_(offset_ + done_, piece)) return false;
        done_ += piece.size();
        return true;
    }

    [[noreturn]] void changed() const {
        throw FileChangedError("GET " + url_ + ": the file has changed since it was opened");
    }

    FileAccess const& access_;
    std::string const& url_;
    HeldPart const& version_;
    std::uint64_t const offset_;
    std::uint64_t const size_;
    std::function<bool(std::uint64_t, std::string_view)> const keep_;  ///< takes bytes at a place of the file
    CallOptions options_;
    std::uint64_t done_ = 0;  ///< bytes that were read
    std::uint64_t skip_ = 0;  ///< bytes to come that are not wanted
    int attempt_ = 1;
    bool headed_ = false;
};

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_PART_READ_IPP
