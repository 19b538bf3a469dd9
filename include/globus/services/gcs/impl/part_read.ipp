// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_PART_READ_IPP
#define GLOBUS_SERVICES_GCS_IMPL_PART_READ_IPP

#include <globus/client/call_options.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/gcs/attempts.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/part_read.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL PartRead::PartRead(FileAccess const& access, FilePart const& part, Keep keep, CallOptions options)
    : access_(access), part_(part), keep_(std::move(keep)), options_(std::move(options)) {
    if (options_.sink) throw UsageError("read_at takes no sink");
    options_.sink = [this](std::string_view piece) { return take(piece); };
    options_.on_head = [this](http::Response const& head) { take_head(head.status, head.headers); };
}

GLOBUS_DECL http::Request PartRead::next_request() {
    constexpr std::uint64_t large = std::uint64_t{256} << 10;
    std::string const& validator = part_.version.validator;
    before_ = done_;
    headed_ = false;
    http::Request made;
    made.url = part_.url;
    made.bulk = part_.size >= large;
    made.headers = {{"Accept", "*/*"},
                    {"Range", "bytes=" + std::to_string(part_.offset + done_) + '-' +
                                  std::to_string(part_.offset + part_.size - 1)}};
    if (validator.starts_with('"'))
        made.headers.add("If-Match", validator);
    else if (!validator.empty())
        made.headers.add("If-Unmodified-Since", validator);
    return made;
}

GLOBUS_DECL AttemptEnd PartRead::took(std::exception_ptr const& error, Response<Bytes> const& answer) {
    try {
        if (error) std::rethrow_exception(error);
        if (!headed_) take_head(answer.http_status(), answer.headers());
        return {.complete = done_ == part_.size || done_ == before_};  // all, or the end of the file
    } catch (ApiError const& refused) {
        if (refused.http_status() == 416 && !part_.version.size) return {.complete = true};
        if (refused.http_status() == 412 || refused.http_status() == 416) changed();
        throw;
    } catch (NetworkError const& cut_off) {
        if (done_ == part_.size) return {.complete = true};  // the rest of a whole file was not wanted
        auto const next = done_ == before_ ? std::nullopt : next_attempt(cut_off);
        if (!next) throw;
        return {.wait_until = next};
    }
}

GLOBUS_DECL std::optional<http::Clock::time_point> PartRead::next_attempt(NetworkError const& error) {
    Attempt const attempt{.number = attempt_++,
                          .error = &error,
                          .time_left = http::time_left(options_.deadline.value_or(http::Clock::time_point::max()))};
    auto const wait = access_.before_retry(attempt);
    return wait ? std::optional(http::later(*wait)) : std::nullopt;
}

GLOBUS_DECL void PartRead::take_head(int status, http::Headers const& headers) {
    headed_ = true;
    HeldPart held = part_.version;
    held.bytes = part_.offset + done_;
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
    if (!validator.empty() && validator != part_.version.validator) changed();
    throw FileIntegrityError("GET " + part_.url + ": the server sent another part than it was asked for");
}

GLOBUS_DECL bool PartRead::take(std::string_view piece) {
    auto const skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, piece.size()));
    skip_ -= skipped;
    piece.remove_prefix(skipped);
    piece = piece.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), part_.size - done_)));
    if (piece.empty()) return done_ != part_.size;
    if (!keep_(part_.offset + done_, piece)) return false;
    done_ += piece.size();
    return true;
}

GLOBUS_DECL void PartRead::changed() const {
    throw FileChangedError("GET " + part_.url + ": the file has changed since it was opened");
}

GLOBUS_DECL NetworkError PartRead::cancelled() const {
    return NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes,
                        "GET " + part_.url + ": the reading was cancelled between two attempts");
}

GLOBUS_DECL std::uint64_t read_part(FileAccess const& access, FilePart const& part, PartRead::Keep keep,
                                    CallOptions options) {
    PartRead reading(access, part, std::move(keep), std::move(options));
    make_attempts(access, reading);
    return reading.done();
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_PART_READ_IPP
