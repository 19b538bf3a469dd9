// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_ASYNC_HPP
#define GLOBUS_SERVICES_GCS_ASYNC_HPP

#include <globus/client/async_functions.hpp>
#include <globus/client/async_send.hpp>
#include <globus/client/async_steps.hpp>
#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/exchange.hpp>
#include <globus/client/response.hpp>
#include <globus/core/error.hpp>
#include <globus/http/async_engine.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/services/gcs/attempts.hpp>
#include <globus/services/gcs/download_run.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/part_read.hpp>
#include <globus/services/gcs/remote_file.hpp>
#include <globus/services/gcs/service.hpp>
#include <globus/services/gcs/upload_run.hpp>

#include <boost/asio/bind_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

// The files of a collection, without blocking. They are free functions, of clients with an AsioTransport:
//
//     Downloaded const got = co_await async_download(files, what, use_awaitable);
//     async_read_at(files, file, offset, buffer, [](std::exception_ptr error, std::size_t count) { ... });
//
// Each is its blocking namesake of a Client in everything but the waiting: the same decisions about what goes on where.
// Terminal cancellation ends it as CallOptions::stop does.

namespace globus {
namespace detail {

/// What RemoteFile has for its asynchronous functions.
struct RemoteFileParts {
    static RemoteFile unread(std::shared_ptr<FileAccess const> access, OpenFile how) {
        return RemoteFile(std::move(access), std::move(how));
    }
    static std::string const& path(RemoteFile const& file) { return *file.how_.path; }
    static void take(RemoteFile& file, FileHead head) { file.take(std::move(head)); }
    static std::span<std::byte> within(RemoteFile const& file, std::uint64_t offset, std::span<std::byte> buffer) {
        return file.within(offset, buffer);
    }
    static std::string const& url(RemoteFile const& file) { return file.url_; }
    static HeldPart version(RemoteFile const& file) { return file.version(); }
};

/// A call for a file that does not block.
template <class C, class Value, class Handler>
class AsyncFileCall : public AsyncSteps<C, Value, Handler> {
protected:
    AsyncFileCall(AsyncClient<C> client, Handler handler, CallOptions options)
        : AsyncSteps<C, Value, Handler>(client, std::move(handler), options),
          sends_(std::move(client)),
          given_(std::move(options)) {}

    /// What the caller gave.
    [[nodiscard]] CallOptions const& given() const noexcept { return given_; }
    /// Begins the call, which ends when the client does. @return the options of all of it
    CallOptions begin_call() {
        CallOptions options = given_;
        options.deadline = deadline_of(given_, this->client().options().timeout);
        call_.emplace(this->gate(), given_.stop, CallGate::Wait::no);
        options.stop = call_->stop();
        return options;
    }
    /// Sends a request; `then` gets how it ended, on the strand. What that throws ends the call.
    template <class Then>
    void send_request(http::Request request, RetryClass retry_class, CallOptions const& options, Then then) {
        auto const self = std::static_pointer_cast<AsyncFileCall>(this->shared_from_this());
        sends_.template start<false>(
            AsyncFinished{std::move(request), retry_class}, options,
            asio::bind_executor(this->engine()->strand(),
                                [self, then](std::exception_ptr error, Response<Bytes> answer) {
                                    self->guard([&] { then(std::move(error), std::move(answer)); });
                                }));
    }

private:
    AsyncClient<C> sends_;
    CallOptions given_;
    std::optional<CallGate::Call> call_;
};

/// A call that makes the attempts of a run: a DownloadRun, UploadRun or PartRead.
template <class C, class Run, class Value, class Handler>
class AsyncAttempts : public AsyncFileCall<C, Value, Handler> {
protected:
    using AsyncFileCall<C, Value, Handler>::AsyncFileCall;

    virtual Run& run() = 0;
    /// Called when there is nothing more to do.
    virtual void complete() = 0;
    void attempt() {
        Run& one = run();
        this->send_request(one.next_request(), one.retry_class(), one.options(),
                           [this](std::exception_ptr error, auto answer) {
                               AttemptEnd const end = run().took(error, answer);
                               if (end.complete) return complete();
                               if (end.wait_until) return this->pause(*end.wait_until, run().options().stop);
                               attempt();
                           });
    }
    void pause_ended(bool in_full) override {
        this->guard([&] {
            if (!in_full) throw run().cancelled();
            attempt();
        });
    }
};

/// One call of async_stat_file.
template <class C, class Handler>
class AsyncFileStat final : public AsyncFileCall<C, FileStat, Handler> {
public:
    AsyncFileStat(AsyncClient<C> client, Handler handler, std::string path, CallOptions options)
        : AsyncFileCall<C, FileStat, Handler>(std::move(client), std::move(handler), std::move(options)),
          path_(std::move(path)) {}

    void begin() {
        this->guard([this] {
            FileAccessOf<C const&> const access(this->client());
            this->send_request(head_request(access, path_), RetryClass::read, this->given(),
                               [this](auto error, auto answer) {
                                   if (error) std::rethrow_exception(error);
                                   this->finish(read_head(answer).stat);
                               });
        });
    }

private:
    std::string path_;
};

/// One call of async_open.
template <class C, class Handler>
class AsyncOpening final : public AsyncFileCall<C, RemoteFile, Handler> {
public:
    AsyncOpening(AsyncClient<C> client, Handler handler, OpenFile how, CallOptions options)
        : AsyncFileCall<C, RemoteFile, Handler>(std::move(client), std::move(handler), std::move(options)),
          how_(std::move(how)) {}

    void begin() {
        this->guard([this] {
            auto const access = std::make_shared<FileAccessOf<C>>(this->client());
            file_ = RemoteFileParts::unread(access, std::move(how_));
            http::Request request = head_request(*access, RemoteFileParts::path(file_));
            this->send_request(std::move(request), RetryClass::read, this->given(), [this](auto error, auto answer) {
                if (error) std::rethrow_exception(error);
                RemoteFileParts::take(file_, read_head(answer));
                this->finish(std::move(file_));
            });
        });
    }

private:
    OpenFile how_;
    RemoteFile file_;
};

/// What async_read_at reads.
struct ReadAt {
    RemoteFile const* file;
    std::uint64_t offset;
    std::span<std::byte> buffer;
};

/// One call of async_read_at.
template <class C, class Handler>
class AsyncReadAt final : public AsyncAttempts<C, PartRead, std::size_t, Handler> {
public:
    AsyncReadAt(AsyncClient<C> client, Handler handler, ReadAt what, CallOptions options)
        : AsyncAttempts<C, PartRead, std::size_t, Handler>(std::move(client), std::move(handler), std::move(options)),
          what_(what),
          access_(this->client()) {}

    void begin() {
        this->guard([this] {
            auto const buffer = RemoteFileParts::within(*what_.file, what_.offset, what_.buffer);
            if (buffer.empty()) return this->finish(0);
            version_ = RemoteFileParts::version(*what_.file);
            CallOptions options = this->begin_call();
            if (!access_.has_limit(this->given())) options.deadline.reset();
            auto const keep = [buffer, offset = what_.offset](std::uint64_t at, std::string_view piece) {
                std::memcpy(buffer.data() + (at - offset), piece.data(), piece.size());
                return true;
            };
            FilePart const part{RemoteFileParts::url(*what_.file), version_, what_.offset, buffer.size()};
            reading_.emplace(access_, part, keep, std::move(options));
            this->attempt();
        });
    }

private:
    PartRead& run() override { return *reading_; }
    void complete() override { this->finish(static_cast<std::size_t>(reading_->done())); }

    ReadAt what_;
    FileAccessOf<C const&> access_;
    HeldPart version_;
    std::optional<PartRead> reading_;
};

/// One call of async_download.
template <class C, class Handler>
class AsyncDownload final : public AsyncAttempts<C, DownloadRun, Downloaded, Handler> {
    /// What a thread of the library needs that brings the file to the disk, while this may end.
    struct Work {
        Work(C const& client, Download one) : access(client), what(std::move(one)) {}
        FileAccessOf<C> access;
        Download what;
        std::optional<DownloadRun> run;
        bool complete = false;
        std::exception_ptr error;
    };

public:
    AsyncDownload(AsyncClient<C> client, Handler handler, Download what, CallOptions options)
        : AsyncAttempts<C, DownloadRun, Downloaded, Handler>(std::move(client), std::move(handler), std::move(options)),
          work_(std::make_shared<Work>(this->client(), std::move(what))) {}

    void begin() {
        this->guard([this] {
            if (work_->what.connections != 1)
                throw UsageError("async_download takes one connection: several are for the download that blocks");
            work_->run.emplace(work_->access, work_->what, this->given(), this->begin_call());
            work_->run->begin();
            this->attempt();
        });
    }

private:
    DownloadRun& run() override { return *work_->run; }
    /// All has arrived. What brings it to the disk may block, and cannot be cancelled.
    void complete() override {
        completing_ = true;
        this->pause(http::Clock::time_point::max(), {});  // which keeps this
        auto const self = std::static_pointer_cast<AsyncDownload>(this->shared_from_this());
        this->engine()->run_aside([work = work_, call = std::weak_ptr<AsyncDownload>(self), engine = this->engine()] {
            try {
                work->complete = work->run->complete();
            } catch (...) {
                work->error = std::current_exception();
            }
            engine->post([work, call] {
                if (auto const here = call.lock()) here->completed();
            });
        });
    }
    void completed() {
        completing_ = false;
        auto const self = this->shared_from_this();
        this->end_pause();
        this->guard([this] {
            if (work_->error) std::rethrow_exception(work_->error);
            if (work_->complete) return this->finish(work_->run->finish());
            this->attempt();
        });
    }
    void pause_ended(bool in_full) override {
        if (completing_) return this->pause(http::Clock::time_point::max(), {});
        AsyncAttempts<C, DownloadRun, Downloaded, Handler>::pause_ended(in_full);
    }

    std::shared_ptr<Work> work_;
    bool completing_ = false;
};

/// One call of async_upload.
template <class C, class Handler>
class AsyncUpload final : public AsyncAttempts<C, UploadRun, Uploaded, Handler> {
public:
    AsyncUpload(AsyncClient<C> client, Handler handler, Upload what, CallOptions options)
        : AsyncAttempts<C, UploadRun, Uploaded, Handler>(std::move(client), std::move(handler), std::move(options)),
          access_(this->client()),
          what_(std::move(what)) {}

    void begin() {
        this->guard([this] {
            run_.emplace(access_, what_, this->given(), this->begin_call());
            this->attempt();
        });
    }

private:
    UploadRun& run() override { return *run_; }
    void complete() override { this->finish(run_->finish()); }

    FileAccessOf<C const&> access_;
    Upload what_;
    std::optional<UploadRun> run_;
};

}  // namespace detail

/**
 * Asks for the size, ETag and time of a file, without blocking: see `stat_file` of a Client.
 *
 * @param files  a Client<GcsCollectionService, ..., AsioTransport>
 * @param token  for `void(std::exception_ptr, FileStat)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_stat_file(C const& files, std::string path, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncFileStat, FileStat, C, std::string, Token>(
        files, std::move(path), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_stat_file(C const& files, std::string path, Token&& token = Token()) {
    return async_stat_file(files, std::move(path), CallOptions(), std::forward<Token>(token));
}

/**
 * Downloads a file without blocking: see `download` of a Client.
 *
 *     async_download(files, {.path = "/data/run.h5", .to = "run.h5"}, [](std::exception_ptr error, Downloaded got) {
 *         if (!error) std::printf("%llu bytes\n", static_cast<unsigned long long>(got.bytes));
 *     });
 *
 * It goes on after an interruption, and where an earlier process ended, checks and replaces as that does. What arrives
 * is written on the transport's executor, where `to`, `on_begin` and `progress` are called, too; the end, which waits
 * for the disk, is on a thread of the library, and cannot be cancelled. What there is of an earlier process is read on
 * the executor if there is a digest to compare with.
 *
 * It takes one connection: `what.connections` of more is a UsageError. A stream or buffer must live until the handler
 * is called.
 *
 * @param files  a Client<GcsCollectionService, ..., AsioTransport>
 * @param token  for `void(std::exception_ptr, Downloaded)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_download(C const& files, Download what, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncDownload, Downloaded, C, Download, Token>(
        files, std::move(what), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_download(C const& files, Download what, Token&& token = Token()) {
    return async_download(files, std::move(what), CallOptions(), std::forward<Token>(token));
}

/**
 * Uploads a file without blocking: see `upload` of a Client.
 *
 *     async_upload(files, {.from = "run.h5", .path = "/data/run.h5"}, [](std::exception_ptr error, Uploaded sent) { ... });
 *
 * It is repeated and compared as that is. The file is read on the transport's executor, where a function that gives the
 * bytes and `progress` are called, too. A stream or buffer must live until the handler is called.
 *
 * @param files  a Client<GcsCollectionService, ..., AsioTransport>
 * @param token  for `void(std::exception_ptr, Uploaded)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_upload(C const& files, Upload what, CallOptions options, Token&& token = Token()) {
    static_assert(detail::check_raw<typename C::service_type, false>());
    return detail::initiate_steps<detail::AsyncUpload, Uploaded, C, Upload, Token>(
        files, std::move(what), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_upload(C const& files, Upload what, Token&& token = Token()) {
    return async_upload(files, std::move(what), CallOptions(), std::forward<Token>(token));
}

/**
 * Opens a file without blocking, to read parts of it: see `open` of a Client.
 *
 * @param files  a Client<GcsCollectionService, ..., AsioTransport>
 * @param token  for `void(std::exception_ptr, RemoteFile)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_open(C const& files, OpenFile how, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncOpening, RemoteFile, C, OpenFile, Token>(
        files, std::move(how), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_open(C const& files, OpenFile how, Token&& token = Token()) {
    return async_open(files, std::move(how), CallOptions(), std::forward<Token>(token));
}

/**
 * Reads bytes from a place of a file without blocking: see `read_at` of a RemoteFile.
 *
 *     async_read_at(files, file, offset, buffer, [](std::exception_ptr error, std::size_t count) { ... });
 *
 * Each is a request of its own: blocks that the file keeps are for the reads that block.
 *
 * @param files   a Client<GcsCollectionService, ..., AsioTransport> of the file's collection
 * @param file    must live, and stay as it is, until the handler is called
 * @param buffer  the same
 * @param token   for `void(std::exception_ptr, std::size_t)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_read_at(C const& files, RemoteFile const& file, std::uint64_t offset, std::span<std::byte> buffer,
                   CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncReadAt, std::size_t, C, detail::ReadAt, Token>(
        files, detail::ReadAt{&file, offset, buffer}, std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_read_at(C const& files, RemoteFile const& file, std::uint64_t offset, std::span<std::byte> buffer,
                   Token&& token = Token()) {
    return async_read_at(files, file, offset, buffer, CallOptions(), std::forward<Token>(token));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_ASYNC_HPP
