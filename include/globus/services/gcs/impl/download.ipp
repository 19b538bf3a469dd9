// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_DOWNLOAD_IPP
#define GLOBUS_SERVICES_GCS_IMPL_DOWNLOAD_IPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/core/digest.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/impl/part_read.ipp>
#include <globus/services/gcs/progress_meter.hpp>
#include <globus/services/gcs/receivers.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace globus::detail {

/// The order in which digests are preferred: SHA-256 costs the least of those that are sure.
constexpr int rank(Digest::Algorithm algorithm) {
    return algorithm == Digest::Algorithm::sha256 ? 0 : algorithm == Digest::Algorithm::sha512 ? 1 : 2;
}

/// The comparison of what arrives with the digest that it should have.
class DigestCheck {
public:
    /// Chooses the digest to compare with, if there is one: the caller's, or else the best of the server's.
    void choose(std::optional<Digest> const& given, FileStat const& file) {
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
    [[nodiscard]] bool active() const noexcept { return stream_.has_value(); }
    /// Says that the next bytes come at a place: those before are read again unless they were just added.
    void go_on_at(std::uint64_t first, Receiver const& receiver) {
        if (!stream_ || at_ == first) return;
        stream_->restart();
        receiver.digest(*stream_, first);
        at_ = first;
    }
    void update(std::string_view piece) {
        if (!stream_) return;
        stream_->update(piece);
        at_ += piece.size();
    }
    /// The digest of all, if it was computed. @throws FileIntegrityError  if it is another one
    std::optional<Digest> finish(std::string const& name) {
        if (!stream_) return std::nullopt;
        Digest got = stream_->finish();
        if (!(got == *wanted_))
            throw FileIntegrityError(name + ": the " + to_string(got.algorithm()) + " digest of what arrived is " +
                                     got.hex() + ", and not " + wanted_->hex());
        return got;
    }

private:
    std::optional<Digest> wanted_;
    std::optional<DigestStream> stream_;
    std::uint64_t at_ = 0;
};

/// The reading of a file in parts that come at the same time. The parts are given out in their order.
class ApartRead {
public:
    /// @param held  what is there already, and the version
    ApartRead(FileAccess const& access, std::string const& url, HeldPart const& held, std::uint64_t part,
              Receiver& receiver, CallOptions const& options)
        : access_(access), url_(url), held_(held), part_(part), receiver_(receiver), options_(options) {
        if (options.stop.stop_possible()) outer_.emplace(options.stop, [this] { stop_.request_stop(); });
        options_.stop = stop_.get_token();
        next_ = prefix_ = held.bytes;
        moved_ = held.bytes;
    }
    ApartRead(ApartRead const&) = delete;
    ApartRead& operator=(ApartRead const&) = delete;

    /// Reads the rest of the file. @throws what ended one of the parts
    void run(unsigned connections, ProgressMeter& meter) {
        receiver_.go_apart(prefix_);
        {
            std::vector<std::jthread> threads;
            for (unsigned i = 0; i != connections; ++i) threads.emplace_back([this] { work(); });
            try {
                watch(connections, meter);
            } catch (...) {
                stop_.request_stop();
                throw;
            }
        }
        if (error_) std::rethrow_exception(error_);
    }

private:
    /// Reports the progress until all threads have ended.
    void watch(unsigned connections, ProgressMeter& meter) {
        std::unique_lock lock(mutex_);
        while (ended_ != connections) {
            changed_.wait_for(lock, std::chrono::milliseconds(100));
            lock.unlock();
            meter.now.bytes = moved_;
            meter.moved();
            lock.lock();
        }
    }

    void work() noexcept {
        try {
            while (auto const first = take_part()) {
                std::uint64_t const size = std::min(part_, *held_.size - *first);
                auto const keep = [this](std::uint64_t at, std::string_view piece) {
                    moved_ += piece.size();
                    return receiver_.write_apart(at, piece);
                };
                if (PartRead(access_, url_, held_, *first, size, keep, options_).run() != size)
                    throw FileIntegrityError("GET " + url_ + ": the server sent less than it was asked for");
                finish_part(*first);
            }
        } catch (...) {
            std::lock_guard const lock(mutex_);
            if (!error_) error_ = std::current_exception();
            stop_.request_stop();
        }
        std::lock_guard const lock(mutex_);
        ++ended_;
        changed_.notify_all();
    }

    std::optional<std::uint64_t> take_part() {
        std::lock_guard const lock(mutex_);
        if (error_ || next_ >= *held_.size) return std::nullopt;
        return std::exchange(next_, next_ + part_);
    }

    /// Notes how far all is there without a gap.
    void finish_part(std::uint64_t first) {
        std::lock_guard const lock(mutex_);
        done_.insert(first);
        std::uint64_t const before = prefix_;
        while (done_.erase(prefix_) != 0) prefix_ = std::min(prefix_ + part_, *held_.size);
        if (prefix_ != before) receiver_.advance(prefix_);
    }

    FileAccess const& access_;
    std::string const& url_;
    HeldPart const& held_;
    std::uint64_t const part_;
    Receiver& receiver_;
    CallOptions options_;
    std::stop_source stop_;
    std::optional<std::stop_callback<std::function<void()>>> outer_;
    std::atomic<std::uint64_t> moved_;  ///< bytes that are there, in any place
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t next_ = 0;        ///< where the next part begins
    std::uint64_t prefix_ = 0;      ///< up to here all is there
    std::set<std::uint64_t> done_;  ///< the parts that are there, beyond that
    unsigned ended_ = 0;            ///< threads
    std::exception_ptr error_;
};

/// One download, over as many requests as it takes.
class DownloadRun {
public:
    DownloadRun(FileAccess const& access, Download const& what, CallOptions const& options)
        : access_(access),
          what_(what),
          call_(access.begin_call(options)),
          options_(call_.options()),
          url_(file_url(access, *what.path)),
          receiver_(receiver_for(what, url_)),
          meter_(what.progress) {
        if (options.sink) throw UsageError("a download takes its sink as `to`, and not in the options of the call");
        for (char const* name : {"Range", "If-Range"})
            if (options.headers.find(name) != nullptr)
                throw UsageError(std::string("a download sets ") + name + " itself: use open() for parts of a file");
        if (what.connections < 1 || what.connections > 16)
            throw UsageError("a download takes 1 to 16 connections, and not " + std::to_string(what.connections));
        if (!access.has_limit(options)) options_.deadline.reset();  // as long as it flows
        options_.sink = [this](std::string_view piece) { return take(piece); };
        options_.on_head = [this, on_head = options.on_head](http::Response const& head) {
            if (on_head) on_head(head);
            take_head(head.status, head.headers);
        };
    }
    DownloadRun(DownloadRun const&) = delete;
    DownloadRun& operator=(DownloadRun const&) = delete;

    Downloaded run() {
        held_ = receiver_->held();
        resumed_at_ = held_.bytes;
        while (true) {
            try {
                if (!ask_whole_ && read_apart()) return finish();
                while (!step()) {
                }
                return finish();
            } catch (FileIntegrityError const&) {
                if (resumed_at_ == 0) {
                    receiver_->discard();
                    throw;
                }
                held_ = {};  // what an earlier process left may be to blame
                resumed_at_ = 0;
                ask_whole_ = true;
            }
        }
    }

private:
    /// Thrown through a request whose answer is of no use.
    struct Useless {};

    [[nodiscard]] http::Request request() {
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

    /// Sends one request; true if the file is complete.
    bool step() {
        std::uint64_t const before = held_.bytes;
        headed_ = complete_ = false;
        moved_ = 0;
        try {
            Response<Bytes> const answer = access_.send(request(), RetryClass::read, options_);
            if (!headed_) take_head(answer.http_status(), answer.headers());  // there was no body
            if (size_ && at_ < *size_ && moved_ == 0)
                throw FileIntegrityError(name() + ": the server sends no more than " + std::to_string(at_) +
                                         " of its " + std::to_string(*size_) + " bytes");
            return complete_ || !size_ || at_ >= *size_;
        } catch (Useless const&) {
            start_again();
        } catch (ApiError const& error) {
            if (error.http_status() != 416 || !asked_) throw;
            if (judge(held_, asked_, 416, error.headers()).kind == Verdict::Kind::complete) {
                size_ = at_ = held_.bytes;
                return true;
            }
            start_again();
        } catch (NetworkError const& error) {
            if (!may_go_on(error, before)) throw;
        }
        return false;
    }

    /// Reads the file over several connections at once, if that is wanted, possible and worth it. False: it was not.
    bool read_apart() {
        constexpr std::uint64_t least = std::uint64_t{1} << 20, most = std::uint64_t{16} << 20;  // of a part
        if (what_.connections == 1 || !receiver_->can_restart()) return false;
        CallOptions asking = options_;
        asking.sink = nullptr;
        asking.on_head = nullptr;
        FileHead const head = head_of(access_, *what_.path, asking, what_.ask_digest);
        auto const& size = head.stat.size;
        if (!size || *size < 4 * least || !head.stat.ranges || head.validator.empty()) return false;
        if (held_.bytes == 0 || held_.validator != head.validator || held_.size != size) {
            held_ = {.bytes = 0, .validator = head.validator, .size = size};
            resumed_at_ = 0;
            receiver_->begin(held_);
        }
        size_ = size;
        learn(head.stat);
        meter_.now.bytes = held_.bytes;
        meter_.now.total = size;
        meter_.begin();
        auto const connections = static_cast<unsigned>(what_.connections);
        std::uint64_t const part = std::clamp(*size / (std::uint64_t{4} * connections), least, most);
        ApartRead reading(access_, url_, held_, part, *receiver_, asking);
        try {
            reading.run(connections, meter_);
        } catch (FileChangedError const&) {
            held_ = {};
            start_again();
            return false;
        }
        at_ = held_.bytes = *size;
        digest_.go_on_at(at_, *receiver_);
        return true;
    }

    void start_again() {
        constexpr int most = 3;
        if (++restarts_ > most) throw FileChangedError(name() + ": the file keeps changing while it is read");
        ask_whole_ = true;
    }

    /// Waits, and says whether there is another attempt. One that brought nothing was repeated by the client already.
    bool may_go_on(NetworkError const& error, std::uint64_t before) {
        if (moved_ == 0) return false;
        bool const can_go_on = receiver_->can_restart() || !held_.validator.empty();
        if (!can_go_on) return false;
        constexpr std::uint64_t enough = std::uint64_t{64} << 10;
        bool const moved = held_.bytes >= before + std::min(enough, size_.value_or(enough) / 100 + 1);
        if (moved && attempt_ > 1) access_.succeeded({.number = attempt_});  // what the last retry took
        attempt_ = moved ? 1 : attempt_;
        Attempt const attempt{.number = attempt_,
                              .error = &error,
                              .time_left = http::time_left(options_.deadline.value_or(http::Clock::time_point::max()))};
        auto const wait = access_.before_retry(attempt);
        if (!wait) return false;
        ++attempt_;
        ++meter_.now.retries;
        if (http::wait_until(http::later(*wait), options_.stop)) return true;
        throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes,
                           name() + ": the download was cancelled between two attempts");
    }

    void take_head(int status, http::Headers const& headers) {
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

    /// The body is the file from its beginning.
    void restart(FileStat const& stat, http::Headers const& headers) {
        held_ = {.bytes = 0, .validator = validator_of(headers), .size = stat.size};
        ask_whole_ = false;
        resumed_at_ = at_ = 0;
        size_ = stat.size;
        learn(stat);
        receiver_->begin(held_);
    }

    void learn(FileStat const& stat) {
        known_ = true;
        file_ = stat;
        digest_.choose(what_.digest, stat);
        if (what_.on_begin) what_.on_begin(stat);
    }

    bool take(std::string_view piece) {
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

    Downloaded finish() {
        Downloaded done;
        done.digest = digest_.finish(name());
        file_.size = at_;
        receiver_->finish(file_, at_);
        done.file = std::move(file_);
        done.bytes = at_;
        done.resumed_at = resumed_at_;
        done.retries = meter_.now.retries;
        if (attempt_ > 1) access_.succeeded({.number = attempt_});
        meter_.now.bytes = at_;
        meter_.finish();
        return done;
    }

    [[nodiscard]] std::string name() const { return "GET " + url_; }

    FileAccess const& access_;
    Download const& what_;
    JointCall const call_;
    CallOptions options_;  ///< of each request
    std::string const url_;
    std::unique_ptr<Receiver> const receiver_;
    ProgressMeter meter_;
    DigestCheck digest_;
    FileStat file_;
    HeldPart held_;                      ///< what the receiver has
    std::optional<std::uint64_t> size_;  ///< of the version that is read
    std::uint64_t at_ = 0;               ///< the place of the next byte that comes
    std::uint64_t discard_ = 0;          ///< bytes to come that the receiver has already
    std::uint64_t moved_ = 0;            ///< bytes that the current request brought
    std::uint64_t resumed_at_ = 0;
    std::optional<std::uint64_t> asked_;  ///< the first byte that was asked for; nothing: all
    int attempt_ = 1;
    int restarts_ = 0;
    bool ask_whole_ = false;
    bool headed_ = false;    ///< the current request was answered
    bool complete_ = false;  ///< that answer says that there is no more
    bool known_ = false;     ///< the caller was told what comes
};

GLOBUS_DECL Downloaded download_file(FileAccess const& access, Download const& what, CallOptions const& options) {
    return DownloadRun(access, what, options).run();
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_DOWNLOAD_IPP
