// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_REMOTE_FILE_IPP
#define GLOBUS_SERVICES_GCS_IMPL_REMOTE_FILE_IPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/remote_file.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

/// The reading of one part of a file, over as many requests as it takes.
class PartRead {
public:
    PartRead(FileAccess const& access, std::string const& url, HeldPart const& version, std::uint64_t offset,
             std::span<std::byte> buffer, CallOptions const& options)
        : access_(access), url_(url), version_(version), offset_(offset), buffer_(buffer), options_(options) {
        if (options.sink) throw UsageError("read_at takes a buffer, and no sink");
        options_.sink = [this](std::string_view piece) { return take(piece); };
        options_.on_head = [this](http::Response const& head) { take_head(head.status, head.headers); };
    }
    PartRead(PartRead const&) = delete;
    PartRead& operator=(PartRead const&) = delete;

    std::size_t run() {
        while (done_ != buffer_.size() && step()) {
        }
        return done_;
    }

private:
    [[nodiscard]] http::Request request() const {
        constexpr std::size_t large = std::size_t{256} << 10;
        std::uint64_t const first = offset_ + done_;
        http::Request made;
        made.url = url_;
        made.bulk = buffer_.size() >= large;
        made.headers = {
            {"Accept", "*/*"},
            {"Range", "bytes=" + std::to_string(first) + '-' + std::to_string(offset_ + buffer_.size() - 1)}};
        if (version_.validator.starts_with('"'))
            made.headers.add("If-Match", version_.validator);
        else if (!version_.validator.empty())
            made.headers.add("If-Unmodified-Since", version_.validator);
        return made;
    }

    /// Sends one request; false at the end of the file.
    bool step() {
        std::size_t const before = done_;
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
            if (done_ == buffer_.size()) return true;  // the rest of a whole file was not wanted
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
        piece = piece.substr(0, buffer_.size() - done_);
        if (piece.empty()) return done_ != buffer_.size();
        std::memcpy(buffer_.data() + done_, piece.data(), piece.size());
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
    std::span<std::byte> const buffer_;
    CallOptions options_;
    std::size_t done_ = 0;    ///< bytes that are in the buffer
    std::uint64_t skip_ = 0;  ///< bytes to come that are not wanted
    int attempt_ = 1;
    bool headed_ = false;
};

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL RemoteFile::RemoteFile(std::shared_ptr<detail::FileAccess const> access, std::string path,
                                   CallOptions const& options)
    : access_(std::move(access)), path_(std::move(path)), url_(detail::file_url(*access_, path_)) {
    refresh(options);
}

GLOBUS_DECL RemoteFile::RemoteFile(RemoteFile&&) noexcept = default;
GLOBUS_DECL RemoteFile& RemoteFile::operator=(RemoteFile&&) noexcept = default;
GLOBUS_DECL RemoteFile::~RemoteFile() = default;

GLOBUS_DECL std::uint64_t RemoteFile::size() const {
    if (!stat_.size) throw FileIntegrityError("HEAD " + url_ + ": the server does not tell the size of this file");
    return *stat_.size;
}

GLOBUS_DECL void RemoteFile::refresh(CallOptions const& options) {
    if (access_ == nullptr) throw UsageError("this file was moved from: use the one that it was moved to");
    detail::FileHead head = detail::head_of(*access_, path_, options);
    stat_ = std::move(head.stat);
    validator_ = std::move(head.validator);
}

GLOBUS_DECL std::size_t RemoteFile::read_at(std::uint64_t offset, std::span<std::byte> buffer,
                                            CallOptions const& options) const {
    if (access_ == nullptr) throw UsageError("this file was moved from: use the one that it was moved to");
    if (offset >> 63 != 0) throw UsageError("no file has a byte at this offset: " + std::to_string(offset));
    if (stat_.size) {
        std::uint64_t const left = offset < *stat_.size ? *stat_.size - offset : 0;
        buffer = buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left)));
    }
    if (buffer.empty()) return 0;
    detail::JointCall const call = access_->begin_call(options);
    CallOptions reading = call.options();
    if (!access_->has_limit(options)) reading.deadline.reset();
    detail::HeldPart const version{.validator = validator_, .size = stat_.size};
    return detail::PartRead(*access_, url_, version, offset, buffer, reading).run();
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_IMPL_REMOTE_FILE_IPP
