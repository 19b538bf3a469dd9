// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_DOWNLOAD_RUN_IPP
#define GLOBUS_SERVICES_GCS_IMPL_DOWNLOAD_RUN_IPP

#include <globus/client/call_options.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/core/digest.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/gcs/download_run.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/receivers.hpp>
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

/// The order in which digests are preferred: SHA-256 costs the least of those that are sure.
constexpr int rank(Digest::Algorithm algorithm) {
    return algorithm == Digest::Algorithm::sha256 ? 0 : algorithm == Digest::Algorithm::sha512 ? 1 : 2;
}

GLOBUS_DECL void DigestCheck::choose(std::optional<Digest> const& given, FileStat const& file) {
    if (given) {
        wanted_ = given;
    } else if (!file.digests.empty()) {
        wanted_ = *std::min_element(file.digests.begin(), file.digests.end(), [](Digest const& a, Digest const& b) {
            return rank(a.algorithm()) < rank(b.algorithm());
        });
    } else {
        wanted_.reset();
    }
    stream_.reset();
    if (wanted_) stream_.emplace(wanted_->algorithm());
    at_ = 0;
}

GLOBUS_DECL void DigestCheck::go_on_at(std::uint64_t first, Receiver const& receiver) {
    if (!stream_ || at_ == first) return;
    stream_->restart();
    receiver.digest(*stream_, first);
    at_ = first;
}

GLOBUS_DECL void DigestCheck::update(std::string_view piece) {
    if (!stream_) return;
    stream_->update(piece);
    at_ += piece.size();
}

GLOBUS_DECL std::optional<Digest> DigestCheck::finish(std::string const& name) {
    if (!stream_) return std::nullopt;
    Digest got = stream_->finish();
    if (!(got == *wanted_))
        throw FileIntegrityError(name + ": the " + to_string(got.algorithm()) + " digest of what arrived is " +
                                 got.hex() + ", and not " + wanted_->hex());
    return got;
}

GLOBUS_DECL DownloadRun::DownloadRun(FileAccess const& access, Download const& what, CallOptions const& given,
                                     CallOptions call)
    : access_(access),
      what_(what),
      options_(std::move(call)),
      url_(file_url(access, *what.path)),
      receiver_(receiver_for(what, url_)),
      meter_(what.progress) {
    if (given.sink) throw UsageError("a download takes its sink as `to`, and not in the options of the call");
    for (char const* name : {"Range", "If-Range"})
        if (given.headers.find(name) != nullptr)
            throw UsageError(std::string("a download sets ") + name + " itself: use open() for parts of a file");
    if (what.connections < 1 || what.connections > 16)
        throw UsageError("a download takes 1 to 16 connections, and not " + std::to_string(what.connections));
    if (!access.has_limit(given)) options_.deadline.reset();  // as long as it flows
    options_.sink = [this](std::string_view piece) { return take(piece); };
    options_.on_head = [this, on_head = given.on_head](http::Response const& head) {
        if (on_head) on_head(head);
        take_head(head.status, head.headers);
    };
}

GLOBUS_DECL void DownloadRun::begin() {
    held_ = receiver_->held();
    resumed_at_ = held_.bytes;
}

GLOBUS_DECL http::Request DownloadRun::next_request() {
    before_ = held_.bytes;
    headed_ = complete_ = false;
    moved_ = 0;
    http::Request made;
    made.url = url_;
    made.headers = {{"Accept", "*/*"}};
    made.bulk = true;
    if (what_.ask_digest) want_digest(made.headers);
    asked_ = ask_whole_ ? std::nullopt : first_to_ask(held_);
    if (!asked_) return made;
    made.headers.add("Range", "bytes=" + std::to_string(*asked_) + '-');
    made.headers.add("If-Range", held_.validator);
    return made;
}

GLOBUS_DECL AttemptEnd DownloadRun::took(std::exception_ptr const& error, Response<Bytes> const& answer) {
    try {
        return ended(error, answer);
    } catch (FileIntegrityError const&) {
        begin_anew();
        return {};
    }
}

GLOBUS_DECL AttemptEnd DownloadRun::ended(std::exception_ptr const& error, Response<Bytes> const& answer) {
    try {
        if (error) std::rethrow_exception(error);
        if (!headed_) take_head(answer.http_status(), answer.headers());  // there was no body
        if (size_ && at_ < *size_ && moved_ == 0)
            throw FileIntegrityError(name() + ": the server sends no more than " + std::to_string(at_) + " of its " +
                                     std::to_string(*size_) + " bytes");
        return {.complete = complete_ || !size_ || at_ >= *size_};
    } catch (Useless const&) {
        start_again();
    } catch (ApiError const& refused) {
        if (refused.http_status() != 416 || !asked_) throw;
        if (judge(held_, asked_, 416, refused.headers()).kind == Verdict::Kind::complete) {
            size_ = at_ = held_.bytes;
            return {.complete = true};
        }
        start_again();
    } catch (NetworkError const& cut_off) {
        auto const next = next_attempt(cut_off);
        if (!next) throw;
        return {.wait_until = next};
    }
    return {};
}

GLOBUS_DECL void DownloadRun::begin_anew() {
    if (resumed_at_ == 0) {
        receiver_->discard();
        throw;
    }
    held_ = {};  // what an earlier process left may be to blame
    resumed_at_ = 0;
    ask_whole_ = true;
}

GLOBUS_DECL std::optional<http::Clock::time_point> DownloadRun::next_attempt(NetworkError const& error) {
    if (moved_ == 0) return std::nullopt;
    bool const can_go_on = receiver_->can_restart() || !held_.validator.empty();
    if (!can_go_on) return std::nullopt;
    constexpr std::uint64_t enough = std::uint64_t{64} << 10;
    bool const moved = held_.bytes >= before_ + std::min(enough, size_.value_or(enough) / 100 + 1);
    if (moved && attempt_ > 1) access_.succeeded({.number = attempt_});  // what the last retry took
    attempt_ = moved ? 1 : attempt_;
    Attempt const attempt{.number = attempt_,
                          .error = &error,
                          .time_left = http::time_left(options_.deadline.value_or(http::Clock::time_point::max()))};
    auto const wait = access_.before_retry(attempt);
    if (!wait) return std::nullopt;
    ++attempt_;
    ++meter_.now.retries;
    return http::later(*wait);
}

GLOBUS_DECL bool DownloadRun::complete() {
    try {
        digest_found_ = digest_.finish(name());
        file_.size = at_;
        receiver_->finish(file_, at_);
        return true;
    } catch (FileIntegrityError const&) {
        begin_anew();
        return false;
    }
}

GLOBUS_DECL Downloaded DownloadRun::finish() {
    Downloaded done;
    done.digest = std::move(digest_found_);
    done.file = std::move(file_);
    done.bytes = at_;
    done.resumed_at = resumed_at_;
    done.retries = meter_.now.retries;
    if (attempt_ > 1) access_.succeeded({.number = attempt_});
    meter_.now.bytes = at_;
    meter_.finish();
    return done;
}

GLOBUS_DECL NetworkError DownloadRun::cancelled() const {
    return NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes,
                        name() + ": the download was cancelled between two attempts");
}

GLOBUS_DECL void DownloadRun::take_head(int status, http::Headers const& headers) {
    using Kind = Verdict::Kind;
    headed_ = true;
    Verdict const verdict = judge(held_, asked_, status, headers);
    FileStat const stat = read_file_stat(headers, status);
    discard_ = 0;
    switch (verdict.kind) {
        case Kind::ask_whole:
            throw Useless();
        case Kind::complete:
            complete_ = true;
            break;
        case Kind::append:
            if (!known_) learn(stat);
            at_ = verdict.first;
            break;
        case Kind::repeat:
            if (held_.bytes != 0 && !receiver_->can_restart()) {
                discard_ = held_.bytes;
                at_ = 0;
                break;
            }
            [[fallthrough]];
        case Kind::restart:
            if (held_.bytes != 0 && !receiver_->can_restart())
                throw FileChangedError(name() + ": the file changed while it was read, after " +
                                       std::to_string(held_.bytes) + " bytes had gone to their target");
            restart(stat, headers);
    }
    if (verdict.size) size_ = verdict.size;
    meter_.now.bytes = held_.bytes;
    meter_.now.total = size_;
    meter_.begin();
    if (discard_ == 0) digest_.go_on_at(at_, *receiver_);
}

GLOBUS_DECL void DownloadRun::restart(FileStat const& stat, http::Headers const& headers) {
    held_ = {.bytes = 0, .validator = validator_of(headers), .size = stat.size};
    ask_whole_ = false;
    resumed_at_ = at_ = 0;
    size_ = stat.size;
    learn(stat);
    receiver_->begin(held_);
}

GLOBUS_DECL void DownloadRun::learn(FileStat const& stat) {
    known_ = true;
    file_ = stat;
    digest_.choose(what_.digest, stat);
    if (what_.on_begin) what_.on_begin(stat);
}

GLOBUS_DECL bool DownloadRun::take(std::string_view piece) {
    moved_ += piece.size();
    if (size_ && piece.size() > *size_ - std::min(at_, *size_))
        throw FileIntegrityError(name() + ": more comes than the " + std::to_string(*size_) + " bytes announced");
    if (discard_ != 0) {
        auto const known = static_cast<std::size_t>(std::min<std::uint64_t>(discard_, piece.size()));
        discard_ -= known;
        at_ += known;
        piece.remove_prefix(known);
        if (piece.empty()) return true;
    }
    digest_.update(piece);
    if (!receiver_->write(at_, piece)) return false;
    at_ += piece.size();
    held_.bytes = std::max(held_.bytes, at_);
    meter_.now.bytes = held_.bytes;
    meter_.moved();
    return true;
}

GLOBUS_DECL void DownloadRun::start_again() {
    constexpr int most = 3;
    if (++restarts_ > most) throw FileChangedError(name() + ": the file keeps changing while it is read");
    ask_whole_ = true;
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_DOWNLOAD_RUN_IPP
