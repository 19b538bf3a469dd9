// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_DOWNLOAD_IPP
#define GLOBUS_SERVICES_GCS_IMPL_DOWNLOAD_IPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/services/gcs/attempts.hpp>
#include <globus/services/gcs/download_run.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/part_read.hpp>
#include <globus/services/gcs/progress_meter.hpp>
#include <globus/services/gcs/receivers.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
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
                if (read_part(access_, {url_, held_, *first, size}, keep, options_) != size)
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

GLOBUS_DECL bool DownloadRun::read_apart() {
    constexpr std::uint64_t least = std::uint64_t{1} << 20, most = std::uint64_t{16} << 20;  // of a part
    if (ask_whole_ || what_.connections == 1 || !receiver_->can_restart()) return false;
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
    // Two each: every part costs the time of a request, and what one connection is slow with, the others cannot take over.
    std::uint64_t const part = std::clamp(*size / (std::uint64_t{2} * connections) / least * least, least, most);
    ApartRead reading(access_, url_, held_, part, *receiver_, asking);
    try {
        reading.run(connections, meter_);
    } catch (FileChangedError const&) {
        held_ = {};
        start_again();
        return false;
    } catch (FileIntegrityError const&) {
        begin_anew();
        return false;
    }
    at_ = held_.bytes = *size;
    digest_.go_on_at(at_, *receiver_);
    return true;
}

GLOBUS_DECL Downloaded download_file(FileAccess const& access, Download const& what, CallOptions const& options) {
    JointCall const call = access.begin_call(options);
    DownloadRun run(access, what, options, call.options());
    run.begin();
    do {
        if (!run.read_apart()) make_attempts(access, run);
    } while (!run.complete());
    return run.finish();
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_DOWNLOAD_IPP
