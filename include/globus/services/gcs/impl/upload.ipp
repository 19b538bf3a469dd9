// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_UPLOAD_IPP
#define GLOBUS_SERVICES_GCS_IMPL_UPLOAD_IPP

#include <globus/client/call_gate.hpp>
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
#include <globus/http/waiting.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/progress_meter.hpp>
#include <globus/services/gcs/upload_bodies.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

/// One upload, over as many requests as it takes.
class UploadRun {
public:
    UploadRun(FileAccess const& access, Upload const& what, CallOptions const& options)
        : access_(access),
          what_(what),
          call_(access.begin_call(options)),
          options_(call_.options()),
          url_(file_url(access, *what.path)),
          body_(body_of(what)),
          meter_(what.progress) {
        if (options.sink) throw UsageError("an upload takes no sink");
        for (char const* name : {"Content-Range", "If-None-Match"})
            if (options.headers.find(name) != nullptr)
                throw UsageError(std::string("an upload sets ") + name + " itself: see Upload::overwrite");
        if (!access.has_limit(options)) options_.deadline.reset();  // as long as it flows
        if (what.digest)
            digest_.emplace(what.digest->algorithm());
        else if (what.ask_digest)
            digest_.emplace(Digest::Algorithm::sha256);
        meter_.now.total = body_->size();
    }
    UploadRun(UploadRun const&) = delete;
    UploadRun& operator=(UploadRun const&) = delete;

    Uploaded run() {
        while (!step()) {
        }
        return done_;
    }

private:
    [[nodiscard]] http::Request request() {
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

    std::size_t give(char* buffer, std::size_t size) {
        std::size_t const count = body_->read(buffer, size);
        if (count > size) throw UsageError("the function that an upload comes from gave more than it was asked for");
        if (digest_) digest_->update({buffer, count});
        sent_ += count;
        meter_.now.bytes = sent_;
        meter_.moved();
        return count;
    }

    /// Sends the file once; true if it is there.
    bool step() {
        sent_ = 0;
        if (digest_) digest_->restart();
        meter_.begin();
        Attempt attempt{.number = attempt_, .retry_class = RetryClass::idempotent, .in_doubt = in_doubt_};
        attempt.time_left = http::time_left(options_.deadline.value_or(http::Clock::time_point::max()));
        try {
            done_.created = access_.send(request(), RetryClass::idempotent, options_).http_status() == 201;
        } catch (ApiError const& error) {
            if (error.http_status() == 412 && in_doubt_ && is_there()) return true;
            http::Response const answer{.status = error.http_status(), .headers = error.headers()};
            attempt.response = &answer;
            in_doubt_ = in_doubt_ || may_be_processed(attempt);
            // The client has renewed its token, and sends what has a source only once.
            bool const renewed = answer.status == 401 && !std::exchange(renewed_, true) && body_->rewind();
            if (!renewed && !may_repeat(attempt)) end();
            return false;
        } catch (NetworkError const& error) {
            attempt.error = &error;
            in_doubt_ = in_doubt_ || may_be_processed(attempt);
            if (!may_repeat(attempt)) end();
            return false;
        } catch (LocalFileError const&) {
            in_doubt_ = in_doubt_ || sent_ != 0;
            end();
        } catch (FileChangedError const&) {
            in_doubt_ = true;
            end();
        }
        finish();
        return true;
    }

    /// Rethrows the error in flight.
    [[noreturn]] void end() const {
        if (in_doubt_) rethrow_open();
        throw;
    }

    /// Waits, and says whether there is another attempt.
    bool may_repeat(Attempt const& attempt) {
        auto const wait = access_.before_retry(attempt);
        if (!wait || !body_->rewind()) return false;
        ++attempt_;
        ++meter_.now.retries;
        if (http::wait_until(http::later(*wait), options_.stop)) return true;
        NetworkError cancelled(NetworkError::Kind::cancelled, NetworkError::Sent::yes,
                               "PUT " + url_ + ": the upload was cancelled between two attempts");
        if (in_doubt_) cancelled.set_outcome_unknown();
        throw cancelled;
    }

    void finish() {
        if (body_->size() && sent_ != *body_->size())
            fail("the server took " + std::to_string(sent_) + " of " + std::to_string(*body_->size()) + " bytes");
        done_.bytes = sent_;
        if (digest_) done_.digest = digest_->finish();
        if (what_.digest && !(done_.digest == what_.digest))
            fail("the digest of what was sent is " + done_.digest->hex() + ", and not " + what_.digest->hex());
        try {
            body_->check_unchanged();
            compare();
        } catch (FileIntegrityError const&) {
            throw;
        } catch (Error const&) {
            rethrow_open();
        }
        report();
    }

    /// True if the file that is there is the one that an earlier attempt has sent.
    bool is_there() {
        if (!body_->size()) return false;
        FileStat const stat = stat_file(access_, *what_.path, asking(), digest_.has_value());
        if (stat.size != body_->size()) return false;
        if (digest_) {
            std::string buffer(std::size_t{1} << 18, '\0');
            digest_->restart();
            body_->rewind();
            while (std::size_t const count = body_->read(buffer.data(), buffer.size()))
                digest_->update(std::string_view(buffer).substr(0, count));
            done_.digest = digest_->finish();
            if (differs(stat)) return false;
        }
        done_.bytes = *stat.size;
        done_.created = true;
        done_.file = stat;
        report();
        return true;
    }

    /// Compares what is there with what was sent.
    void compare() {
        if (!what_.verify && !what_.ask_digest) return;
        try {
            done_.file = stat_file(access_, *what_.path, asking(), what_.ask_digest);
        } catch (ApiError const& error) {
            // Whoever may write need not be allowed to read, and not every server knows HEAD.
            if (error.http_status() != 403 && error.http_status() != 405 && error.http_status() != 501) throw;
            return;
        }
        if (done_.file->size && *done_.file->size != done_.bytes)
            fail("the file that was sent has " + std::to_string(done_.bytes) + " bytes, and the one that is there " +
                 std::to_string(*done_.file->size));
        if (differs(*done_.file)) fail("the file that is there has another digest than what was sent");
    }

    [[nodiscard]] bool differs(FileStat const& stat) const {
        return done_.digest && std::any_of(stat.digests.begin(), stat.digests.end(), [&](Digest const& there) {
                   return there.algorithm() == done_.digest->algorithm() && !(there == *done_.digest);
               });
    }

    /// The options of a question about the file.
    [[nodiscard]] CallOptions asking() const {
        CallOptions options = options_;
        options.on_head = nullptr;
        return options;
    }

    void report() {
        done_.retries = meter_.now.retries;
        if (attempt_ > 1) access_.succeeded({.number = attempt_});
        meter_.now.bytes = done_.bytes;
        meter_.finish();
    }

    [[noreturn]] void fail(std::string const& what) const {
        FileIntegrityError error("PUT " + url_ + ": " + what);
        error.set_outcome_unknown();
        throw error;
    }

    FileAccess const& access_;
    Upload const& what_;
    JointCall const call_;
    CallOptions options_;  ///< of each request
    std::string const url_;
    std::unique_ptr<UploadBody> const body_;
    ProgressMeter meter_;
    std::optional<DigestStream> digest_;
    Uploaded done_;
    std::uint64_t sent_ = 0;  ///< bytes of the current attempt
    int attempt_ = 1;
    bool in_doubt_ = false;  ///< an attempt may have written something
    bool renewed_ = false;   ///< after a 401
};

GLOBUS_DECL Uploaded upload_file(FileAccess const& access, Upload const& what, CallOptions const& options) {
    return UploadRun(access, what, options).run();
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_UPLOAD_IPP
