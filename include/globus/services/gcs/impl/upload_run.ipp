// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_UPLOAD_RUN_IPP
#define GLOBUS_SERVICES_GCS_IMPL_UPLOAD_RUN_IPP

#include <globus/client/call_options.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/core/digest.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/upload_bodies.hpp>
#include <globus/services/gcs/upload_run.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

/// Rethrows the error in flight, which leaves open what the collection has now.
[[noreturn]] GLOBUS_DECL void rethrow_open() {
    rethrow_changed<ApiError, NetworkError, LocalFileError, FileChangedError>([](auto error) {
        error.set_outcome_unknown();
        return error;
    });
}

GLOBUS_DECL UploadRun::UploadRun(FileAccess const& access, Upload const& what, CallOptions const& given,
                                 CallOptions call)
    : access_(access),
      what_(what),
      options_(std::move(call)),
      url_(file_url(access, *what.path)),
      body_(body_of(what)),
      meter_(what.progress) {
    if (given.sink) throw UsageError("an upload takes no sink");
    for (char const* name : {"Content-Range", "If-None-Match"})
        if (given.headers.find(name) != nullptr)
            throw UsageError(std::string("an upload sets ") + name + " itself: see Upload::overwrite");
    if (!access.has_limit(given)) options_.deadline.reset();  // as long as it flows
    asking_ = options_;
    asking_.on_head = nullptr;
    if (what.digest)
        digest_.emplace(what.digest->algorithm());
    else if (what.ask_digest)
        digest_.emplace(Digest::Algorithm::sha256);
    meter_.now.total = body_->size();
}

GLOBUS_DECL http::Request UploadRun::next_request() {
    switch (state_) {
        case State::looking:
            return head_request(access_, *what_.path, digest_.has_value());
        case State::comparing:
            return head_request(access_, *what_.path, what_.ask_digest);
        case State::sending:
            break;
    }
    sent_ = 0;
    if (digest_) digest_->restart();
    meter_.begin();
    return put_request();
}

GLOBUS_DECL http::Request UploadRun::put_request() {
    constexpr std::uint64_t worth_asking = std::uint64_t{1} << 20;  // of a body that may be refused
    http::Request made;
    made.method = http::Method::put;
    made.url = url_;
    made.headers = {{"Accept", "*/*"}, {"Content-Type", "application/octet-stream"}};
    made.bulk = true;
    made.source_size = body_->size();
    made.source = [this](char* buffer, std::size_t size) { return give(buffer, size); };
    if (!made.source_size || *made.source_size >= worth_asking) made.headers.add("Expect", "100-continue");
    if (!what_.overwrite) made.headers.add("If-None-Match", "*");
    if (what_.digest)
        made.headers.add("Repr-Digest", std::string(to_string(what_.digest->algorithm())) +
                                            "=:" + base64_encode(what_.digest->bytes()) + ":");
    return made;
}

GLOBUS_DECL std::size_t UploadRun::give(char* buffer, std::size_t size) {
    std::size_t const count = body_->read(buffer, size);
    if (count > size) throw UsageError("the function that an upload comes from gave more than it was asked for");
    if (digest_) digest_->update({buffer, count});
    sent_ += count;
    meter_.now.bytes = sent_;
    meter_.moved();
    return count;
}

GLOBUS_DECL AttemptEnd UploadRun::took(std::exception_ptr const& error, Response<Bytes> const& answer) {
    if (state_ == State::looking) return looked(error, answer);
    if (state_ == State::comparing) try {
            return compared(error, answer);
        } catch (FileIntegrityError const&) {
            throw;
        } catch (Error const&) {
            rethrow_open();
        }
    return error ? failed(error) : sent(answer.http_status());
}

GLOBUS_DECL AttemptEnd UploadRun::failed(std::exception_ptr const& error) {
    Attempt attempt{.number = attempt_, .retry_class = RetryClass::idempotent, .in_doubt = in_doubt_};
    attempt.time_left = http::time_left(options_.deadline.value_or(http::Clock::time_point::max()));
    try {
        std::rethrow_exception(error);
    } catch (ApiError const& refused) {
        if (refused.http_status() == 412 && in_doubt_ && body_->size() && !refused_) {
            refused_ = error;
            state_ = State::looking;
            return {};
        }
        http::Response const answer{.status = refused.http_status(), .headers = refused.headers()};
        attempt.response = &answer;
        in_doubt_ = in_doubt_ || may_be_processed(attempt);
        // The client has renewed its token, and sends what has a source only once.
        if (answer.status == 401 && !std::exchange(renewed_, true) && body_->rewind()) return {};
        return repeat(attempt);
    } catch (NetworkError const& cut_off) {
        attempt.error = &cut_off;
        in_doubt_ = in_doubt_ || may_be_processed(attempt);
        return repeat(attempt);
    } catch (LocalFileError const&) {
        in_doubt_ = in_doubt_ || sent_ != 0;
        end();
    } catch (FileChangedError const&) {
        in_doubt_ = true;
        end();
    }
}

GLOBUS_DECL AttemptEnd UploadRun::repeat(Attempt const& attempt) {
    auto const wait = access_.before_retry(attempt);
    if (!wait || !body_->rewind()) end();
    ++attempt_;
    ++meter_.now.retries;
    return {.wait_until = http::later(*wait)};
}

GLOBUS_DECL void UploadRun::end() const {
    if (in_doubt_) rethrow_open();
    throw;
}

GLOBUS_DECL AttemptEnd UploadRun::sent(int status) {
    done_.created = status == 201;
    if (body_->size() && sent_ != *body_->size())
        fail("the server took " + std::to_string(sent_) + " of " + std::to_string(*body_->size()) + " bytes");
    done_.bytes = sent_;
    if (digest_) done_.digest = digest_->finish();
    if (what_.digest && !(done_.digest == what_.digest))
        fail("the digest of what was sent is " + done_.digest->hex() + ", and not " + what_.digest->hex());
    try {
        body_->check_unchanged();
    } catch (Error const&) {
        rethrow_open();
    }
    if (!what_.verify && !what_.ask_digest) return {.complete = true};
    state_ = State::comparing;
    return {};
}

GLOBUS_DECL AttemptEnd UploadRun::looked(std::exception_ptr const& error, Response<Bytes> const& answer) {
    if (error) std::rethrow_exception(error);
    state_ = State::sending;
    FileStat stat = read_head(answer).stat;
    bool there = stat.size == body_->size();
    if (there && digest_) {
        digest_again();
        there = !differs(stat);
    }
    if (!there) {
        AttemptEnd const next = failed(refused_);
        refused_ = nullptr;
        return next;
    }
    done_.bytes = *stat.size;
    done_.created = true;
    done_.file = std::move(stat);
    return {.complete = true};
}

GLOBUS_DECL AttemptEnd UploadRun::compared(std::exception_ptr const& error, Response<Bytes> const& answer) {
    try {
        if (error) std::rethrow_exception(error);
    } catch (ApiError const& refused) {
        // Whoever may write need not be allowed to read, and not every server knows HEAD.
        int const status = refused.http_status();
        if (status != 403 && status != 405 && status != 501) throw;
        return {.complete = true};
    }
    done_.file = read_head(answer).stat;
    if (done_.file->size && *done_.file->size != done_.bytes)
        fail("the file that was sent has " + std::to_string(done_.bytes) + " bytes, and the one that is there " +
             std::to_string(*done_.file->size));
    if (differs(*done_.file)) fail("the file that is there has another digest than what was sent");
    return {.complete = true};
}

GLOBUS_DECL void UploadRun::digest_again() {
    std::string buffer(std::size_t{1} << 18, '\0');
    digest_->restart();
    body_->rewind();
    while (std::size_t const count = body_->read(buffer.data(), buffer.size()))
        digest_->update(std::string_view(buffer).substr(0, count));
    done_.digest = digest_->finish();
}

GLOBUS_DECL bool UploadRun::differs(FileStat const& stat) const {
    return done_.digest && std::any_of(stat.digests.begin(), stat.digests.end(), [&](Digest const& there) {
               return there.algorithm() == done_.digest->algorithm() && !(there == *done_.digest);
           });
}

GLOBUS_DECL Uploaded UploadRun::finish() {
    done_.retries = meter_.now.retries;
    if (attempt_ > 1) access_.succeeded({.number = attempt_});
    meter_.now.bytes = done_.bytes;
    meter_.finish();
    return std::move(done_);
}

GLOBUS_DECL NetworkError UploadRun::cancelled() const {
    NetworkError error(NetworkError::Kind::cancelled, NetworkError::Sent::yes,
                       "PUT " + url_ + ": the upload was cancelled between two attempts");
    if (in_doubt_) error.set_outcome_unknown();
    return error;
}

GLOBUS_DECL void UploadRun::fail(std::string const& what) const {
    FileIntegrityError error("PUT " + url_ + ": " + what);
    error.set_outcome_unknown();
    throw error;
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_UPLOAD_RUN_IPP
