// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_MULTI_ENGINE_IPP
#define GLOBUS_HTTP_IMPL_MULTI_ENGINE_IPP

#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>
#include <globus/core/platform/sigpipe.hpp>
#include <globus/core/platform/socket.hpp>
#include <globus/core/platform/wake_up_files.hpp>
#include <globus/http/asio_transport.hpp>
#include <globus/http/async_engine.hpp>
#include <globus/http/curl_exchange.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/system/error_code.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

// libcurl's multi handle on an executor (https://curl.se/libcurl/c/curl_multi_socket_action.html):
//
// - libcurl says which sockets it waits for and when it wants to be called, in callbacks, which only take notes here;
// - whatever happens, a request, a socket or a time, is one turn on the strand, which ends with all that follows of it:
//   other requests are started, those that ended are handed over, and the waits are set anew;
// - a socket stays registered with Asio for as long as it is open, since it is libcurl's for many requests. A wait for
//   one that libcurl no longer waits for is left alone, and its end ignored, until no request is on its way any more.
//   One that is not connected yet is let go instead: some versions of libcurl close it without a word (7.88), and its
//   number is soon another's.

namespace globus::detail {

/// What sends requests by libcurl.
class MultiEngine final : public AsyncEngine {
public:
    MultiEngine(std::optional<asio::any_io_executor> executor, AsioOptions options);
    ~MultiEngine() override { close(); }
    static std::shared_ptr<AsyncEngine> make(std::optional<asio::any_io_executor> executor, AsioOptions options);

    void start(std::shared_ptr<AsyncReceiver> receiver, http::Request const& request) override;

private:
    using Timer = asio::basic_waitable_timer<http::Clock, asio::wait_traits<http::Clock>, Strand>;
    using Stream = asio::posix::basic_stream_descriptor<Strand>;
    using Time = http::Clock::time_point;
    using Stopped = CurlExchange::Stopped;
    struct Host;
    struct Transfer;

    struct Stop {
        std::weak_ptr<AsyncEngine> engine;
        std::weak_ptr<Transfer> transfer;
        void operator()() const noexcept;
    };

    /// A request, from its start to its end.
    struct Transfer {
        Transfer(std::shared_ptr<AsyncReceiver> r, http::Request const& what) : receiver(std::move(r)), request(what) {}

        std::shared_ptr<AsyncReceiver> receiver;
        http::Request const& request;
        Host* host = nullptr;
        std::unique_ptr<CurlHandle> handle;                         ///< null while it waits for its turn
        std::optional<CurlExchange> exchange;                       ///< likewise
        std::list<std::shared_ptr<Transfer>>::iterator place = {};  ///< in `waiting` of the host, or in running_
        std::optional<std::multimap<Time, Transfer*>::iterator> deadline = {};
        std::optional<std::stop_callback<Stop>> stop = {};
        http::Response answer = {};
        std::exception_ptr error = {};
    };
    using Transfers = std::list<std::shared_ptr<Transfer>>;

    /// The requests to one host.
    struct Host {
        std::size_t running = 0;
        Transfers waiting;
        bool in_line = false;  ///< it is in hosts_in_line_
    };

    /// A socket of libcurl.
    struct Socket {
        Socket(Strand const& strand, curl_socket_t number, bool is_ours) : stream(strand, number), ours(is_ours) {}
        ~Socket() { leave(); }
        /// Ends the registration; closing it is not our part.
        void leave() noexcept;

        Stream stream;
        bool const ours;  ///< opened by open_socket, and so closed by close_socket
        bool open = true;
        bool connected = false;  ///< certainly; libcurl waits to read from no other
        int wanted = 0;          ///< CURL_POLL_IN and CURL_POLL_OUT
        bool waits_to_read = false;
        bool waits_to_write = false;
    };

    /// Runs `act`, and all that follows of it.
    template <class F>
    void turn(F const& act);
    void settle();
    void begin_waiting();
    void begin(std::shared_ptr<Transfer> transfer);
    void collect_ended();
    void run_due();
    /// Ends a transfer. @param code  what libcurl says, if the driver has not stopped it
    void finish(Transfer& transfer, CURLcode code);
    /// Ends a transfer that waits for its turn.
    void give_up(Transfer& transfer);
    void forget(Transfer& transfer);
    void hand_over();
    void stop(Transfer& transfer, Stopped why);

    void set_waits();
    void set_timer();
    void watch(std::shared_ptr<Socket> const& socket);
    void wait(std::shared_ptr<Socket> const& socket, Stream::wait_type kind);
    void ready(std::shared_ptr<Socket> const& socket, int events, bool failed);
    /// Forgets a socket, if there is one of that number.
    void let_go(curl_socket_t number) noexcept;

    void drop() noexcept override { close(); }
    void close() noexcept;
    [[nodiscard]] std::shared_ptr<MultiEngine> self() {
        return std::static_pointer_cast<MultiEngine>(shared_from_this());
    }

    // What libcurl calls.
    static int on_socket(CURL*, curl_socket_t number, int what, void* self, void*) noexcept;
    static int on_timer(CURLM*, long milliseconds, void* self) noexcept;
    static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept;
    static int close_socket(void* self, curl_socket_t number) noexcept;

    AsioOptions const options_;
    CurlSettings const settings_;
    CURLM* multi_;
    std::optional<Timer> timer_;
    Time timer_set_ = Time::max();  ///< when the timer ends; max: it is not set
    Time curl_due_ = Time::max();   ///< when libcurl wants to be called
    std::unordered_map<curl_socket_t, std::shared_ptr<Socket>> sockets_;
    std::unordered_map<std::string, Host> hosts_;
    std::list<Host*> hosts_in_line_;  ///< that have requests waiting, and room for one
    std::multimap<Time, Transfer*> deadlines_;
    Transfers running_;
    Transfers ended_;  ///< to be handed over
    std::vector<std::unique_ptr<CurlHandle>> idle_;
    std::size_t waiting_ = 0;
    bool in_turn_ = false;
    bool uses_tls_ = false;
};

GLOBUS_DECL MultiEngine::MultiEngine(std::optional<asio::any_io_executor> executor, AsioOptions options)
    : AsyncEngine(std::move(executor)), options_(std::move(options)), settings_(options_.curl), timer_(strand()) {
    WakeUpFiles files;
    multi_ = curl_multi_init();
    if (multi_ == nullptr)
        throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl gave no handle");
    files.keep_from_children([this] { curl_multi_wakeup(multi_); });
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &MultiEngine::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &MultiEngine::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS,
                      static_cast<long>(std::min(options_.max_requests, std::size_t{10'000})));
}

GLOBUS_DECL std::shared_ptr<AsyncEngine> MultiEngine::make(std::optional<asio::any_io_executor> executor,
                                                           AsioOptions options) {
    auto engine = make_process_bound<MultiEngine>(std::move(executor), std::move(options));
    engine->end_with_context();
    return engine;
}

GLOBUS_DECL void MultiEngine::start(std::shared_ptr<AsyncReceiver> receiver, http::Request const& request) {
    auto const transfer = std::make_shared<Transfer>(std::move(receiver), request);
    uses_tls_ = uses_tls_ || settings_.uses_tls(request);
    turn([&] {
        try {
            CurlExchange::check(request);
            auto const scheme = request.url.find("://");
            auto const path = request.url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
            transfer->host = &hosts_[request.url.substr(0, path)];
            if (request.deadline != Time::max())
                transfer->deadline = deadlines_.emplace(request.deadline, transfer.get());
            if (request.stop.stop_possible()) transfer->stop.emplace(request.stop, Stop{weak_from_this(), transfer});
        } catch (...) {
            forget(*transfer);
            transfer->error = std::current_exception();
            ended_.push_back(transfer);
            return;
        }
        Host& host = *transfer->host;
        transfer->place = host.waiting.insert(host.waiting.end(), transfer);
        ++waiting_;
        if (!std::exchange(host.in_line, true)) hosts_in_line_.push_back(&host);
    });
}

GLOBUS_DECL void MultiEngine::Stop::operator()() const noexcept {
    auto const multi = std::static_pointer_cast<MultiEngine>(engine.lock());
    if (!multi) return;
    try {
        multi->post([multi = multi.get(), engine = engine, transfer = transfer] {
            auto const here = engine.lock();
            auto const one = transfer.lock();
            if (here && one) multi->turn([&] { multi->stop(*one, Stopped::cancelled); });
        });
    } catch (...) {  // there is no memory; the call ends by its deadline
    }
}

template <class F>
void MultiEngine::turn(F const& act) {
    if (multi_ == nullptr) return;
    if (in_turn_) return act();
    {
        struct Mark {
            bool& set;
            ~Mark() { set = false; }
        };
        in_turn_ = true;
        Mark const mark{in_turn_};
        SigpipeGuard const guard(uses_tls_ && !has_own_thread());
        act();
        settle();
    }
    if (multi_ != nullptr) set_waits();
}

GLOBUS_DECL void MultiEngine::settle() {
    do {
        begin_waiting();
        run_due();
        collect_ended();
        hand_over();
    } while (multi_ != nullptr && (!ended_.empty() || !hosts_in_line_.empty()) &&
             (!ended_.empty() || running_.size() < options_.max_requests));
}

GLOBUS_DECL void MultiEngine::begin_waiting() {
    while (running_.size() < options_.max_requests && !hosts_in_line_.empty()) {
        Host& host = *hosts_in_line_.front();
        hosts_in_line_.pop_front();
        host.in_line = false;
        if (host.waiting.empty() || host.running >= options_.max_requests_per_host) continue;
        std::shared_ptr<Transfer> const transfer = host.waiting.front();
        running_.splice(running_.end(), host.waiting, host.waiting.begin());
        --waiting_;
        ++host.running;
        if (!host.waiting.empty() && host.running < options_.max_requests_per_host) {
            host.in_line = true;
            hosts_in_line_.push_back(&host);
        }
        begin(transfer);
    }
}

GLOBUS_DECL void MultiEngine::begin(std::shared_ptr<Transfer> transfer) {
    try {
        if (!idle_.empty()) {
            transfer->handle = std::move(idle_.back());
            idle_.pop_back();
        } else {
            transfer->handle = std::make_unique<CurlHandle>();
            CURL* const easy = transfer->handle->easy;
            curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
            curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
            curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &MultiEngine::close_socket);
        }
        transfer->exchange.emplace(settings_, *transfer->handle, transfer->request);
        transfer->exchange->prepare();
        transfer->exchange->watch_padding();
        CURL* const easy = transfer->handle->easy;
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &MultiEngine::open_socket);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
        // A second request waits for the first one's connection, which may turn out to be one for all (HTTP/2).
        bool const may_share = settings_.uses_tls(transfer->request) && !transfer->request.fresh_connection;
        curl_easy_setopt(easy, CURLOPT_PIPEWAIT, may_share ? 1L : 0L);
        if (curl_multi_add_handle(multi_, easy) != CURLM_OK)
            throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl did not take the request");
    } catch (...) {
        transfer->error = std::current_exception();
        finish(*transfer, CURLE_OK);
    }
}

GLOBUS_DECL void MultiEngine::run_due() {
    constexpr int most = 100;  // calls in one turn, so that others have theirs
    Time now = http::Clock::now();
    for (int calls = 0; curl_due_ <= now && calls != most; ++calls) {
        curl_due_ = Time::max();
        int running = 0;
        curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        Transfer& transfer = *deadlines_.begin()->second;
        deadlines_.erase(*std::exchange(transfer.deadline, std::nullopt));
        if (!transfer.exchange || transfer.exchange->is_timed()) stop(transfer, Stopped::deadline);
    }
}

GLOBUS_DECL void MultiEngine::stop(Transfer& transfer, Stopped why) {
    if (!transfer.host) return;  // it has ended
    if (!transfer.exchange) return give_up(transfer);
    transfer.exchange->stop(why);
    finish(transfer, CURLE_OK);
}

GLOBUS_DECL void MultiEngine::collect_ended() {
    int left = 0;
    while (CURLMsg const* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode const code = message->data.result;
        char* transfer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        finish(*reinterpret_cast<Transfer*>(transfer), code);
    }
}

GLOBUS_DECL void MultiEngine::forget(Transfer& transfer) {
    if (transfer.deadline) deadlines_.erase(*std::exchange(transfer.deadline, std::nullopt));
    transfer.stop.reset();
    transfer.host = nullptr;
}

GLOBUS_DECL void MultiEngine::give_up(Transfer& transfer) {
    ended_.splice(ended_.end(), transfer.host->waiting, transfer.place);
    --waiting_;
    forget(transfer);
    try {
        CurlExchange::check(transfer.request);
    } catch (...) {
        transfer.error = std::current_exception();
    }
}

GLOBUS_DECL void MultiEngine::finish(Transfer& transfer, CURLcode code) {
    Host& host = *transfer.host;
    if (transfer.handle) curl_multi_remove_handle(multi_, transfer.handle->easy);
    try {
        if (!transfer.error) transfer.answer = transfer.exchange->result(code);
    } catch (...) {
        transfer.error = std::current_exception();
    }
    transfer.exchange.reset();
    if (transfer.handle && transfer.handle->usable) idle_.push_back(std::move(transfer.handle));
    transfer.handle.reset();
    ended_.splice(ended_.end(), running_, transfer.place);
    forget(transfer);
    --host.running;
    if (!host.waiting.empty() && !std::exchange(host.in_line, true)) hosts_in_line_.push_back(&host);
}

GLOBUS_DECL void MultiEngine::hand_over() {
    while (!ended_.empty()) {
        std::shared_ptr<Transfer> const transfer = std::move(ended_.front());
        ended_.pop_front();
        std::shared_ptr<AsyncReceiver> const receiver = std::move(transfer->receiver);
        if (transfer->error)
            receiver->failed(std::move(transfer->error));
        else
            receiver->received(std::move(transfer->answer));
    }
}

GLOBUS_DECL void MultiEngine::set_waits() {
    if (running_.empty() && waiting_ == 0) {
        if (std::exchange(timer_set_, Time::max()) != Time::max()) timer_->cancel();
        for (auto const& [number, socket] : sockets_)
            if (socket->waits_to_read || socket->waits_to_write) socket->stream.cancel();
        if (idle_.size() > settings_.options.max_idle_handles) idle_.resize(settings_.options.max_idle_handles);
        hosts_in_line_.clear();
        if (hosts_.size() > 100) hosts_.clear();
        return;
    }
    set_timer();
}

GLOBUS_DECL void MultiEngine::set_timer() {
    // It is always set while a request is on its way: what it waits with keeps this object. One that ends too early
    // sets itself again, which costs less than to set it each time.
    Time due = std::min(curl_due_, http::Clock::now() + std::chrono::hours(1));
    if (!deadlines_.empty()) due = std::min(due, deadlines_.begin()->first);
    if (timer_set_ <= due) return;
    timer_set_ = due;
    timer_->expires_at(due);
    timer_->async_wait([self = self()](boost::system::error_code const& error) {
        if (error) return;
        self->timer_set_ = Time::max();
        self->turn([] {});
    });
}

GLOBUS_DECL void MultiEngine::watch(std::shared_ptr<Socket> const& socket) {
    if (!socket->open) return;
    if ((socket->wanted & CURL_POLL_IN) != 0 && !std::exchange(socket->waits_to_read, true))
        wait(socket, Stream::wait_read);
    if ((socket->wanted & CURL_POLL_OUT) != 0 && !std::exchange(socket->waits_to_write, true))
        wait(socket, Stream::wait_write);
}

GLOBUS_DECL void MultiEngine::wait(std::shared_ptr<Socket> const& socket, Stream::wait_type kind) {
    bool const reads = kind == Stream::wait_read;
    socket->stream.async_wait(kind, [self = self(), socket, reads](boost::system::error_code const& error) {
        (reads ? socket->waits_to_read : socket->waits_to_write) = false;
        bool const wanted = (socket->wanted & (reads ? CURL_POLL_IN : CURL_POLL_OUT)) != 0;
        if (!socket->open || !wanted) return;
        if (error == asio::error::operation_aborted) return self->watch(socket);
        self->ready(socket, reads ? CURL_CSELECT_IN : CURL_CSELECT_OUT, static_cast<bool>(error));
    });
}

GLOBUS_DECL void MultiEngine::ready(std::shared_ptr<Socket> const& socket, int events, bool failed) {
    turn([&] {
        int running = 0;
        curl_multi_socket_action(multi_, socket->stream.native_handle(), failed ? CURL_CSELECT_ERR : events, &running);
    });
    watch(socket);
}

GLOBUS_DECL void MultiEngine::close() noexcept {
    if (multi_ == nullptr) return;
    CURLM* const multi = multi_;
    for (auto const& transfer : running_) {
        curl_multi_remove_handle(multi, transfer->handle->easy);
        transfer->exchange.reset();
    }
    Transfers dropped;
    dropped.splice(dropped.end(), running_);
    dropped.splice(dropped.end(), ended_);
    for (auto& [name, host] : hosts_) dropped.splice(dropped.end(), host.waiting);
    for (auto const& transfer : dropped) forget(*transfer);
    hosts_in_line_.clear();
    hosts_.clear();
    idle_.clear();
    curl_multi_cleanup(multi);
    multi_ = nullptr;
    sockets_.clear();
    timer_.reset();
    dropped.clear();  // the last thing: what a receiver holds may hold this
}

GLOBUS_DECL void MultiEngine::Socket::leave() noexcept {
    if (!std::exchange(open, false)) return;
    try {
        stream.release();
    } catch (...) {  // it is closed all the same
    }
}

GLOBUS_DECL void MultiEngine::let_go(curl_socket_t number) noexcept {
    auto const found = sockets_.find(number);
    if (found == sockets_.end()) return;
    found->second->leave();
    sockets_.erase(found);
}

GLOBUS_DECL int MultiEngine::on_socket(CURL*, curl_socket_t number, int what, void* self, void*) noexcept {
    auto& engine = *static_cast<MultiEngine*>(self);
    try {
        auto found = engine.sockets_.find(number);
        if (what == CURL_POLL_REMOVE) {
            if (found == engine.sockets_.end()) return 0;
            found->second->wanted = 0;
            if (!found->second->ours || !found->second->connected) engine.let_go(number);
            return 0;
        }
        if (found == engine.sockets_.end())
            found = engine.sockets_.emplace(number, std::make_shared<Socket>(engine.strand(), number, false)).first;
        found->second->wanted = what;
        if ((what & CURL_POLL_IN) != 0) found->second->connected = true;
        engine.watch(found->second);
        return 0;
    } catch (...) {
        return -1;
    }
}

GLOBUS_DECL int MultiEngine::on_timer(CURLM*, long milliseconds, void* self) noexcept {
    auto& engine = *static_cast<MultiEngine*>(self);
    engine.curl_due_ = milliseconds < 0 ? Time::max() : http::Clock::now() + std::chrono::milliseconds(milliseconds);
    return 0;
}

GLOBUS_DECL curl_socket_t MultiEngine::open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept {
    auto& engine = *static_cast<MultiEngine*>(self);
    Descriptor opened = new_socket(address->family, address->socktype, address->protocol);
    if (!opened) return CURL_SOCKET_BAD;
    engine.let_go(opened.get());  // a socket of this number that was closed without a word
    try {
        engine.sockets_[opened.get()] = std::make_shared<Socket>(engine.strand(), opened.get(), true);
    } catch (...) {
        return CURL_SOCKET_BAD;
    }
    return opened.release();
}

GLOBUS_DECL int MultiEngine::close_socket(void* self, curl_socket_t number) noexcept {
    Descriptor const closed(number);
    static_cast<MultiEngine*>(self)->let_go(number);
    return 0;
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_MULTI_ENGINE_IPP
