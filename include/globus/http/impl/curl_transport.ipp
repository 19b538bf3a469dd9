// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_CURL_TRANSPORT_IPP
#define GLOBUS_HTTP_IMPL_CURL_TRANSPORT_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/sigpipe.hpp>
#include <globus/core/platform/wake_up_files.hpp>
#include <globus/http/curl_exchange.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace globus {

/// An easy handle and the multi handle that drives it: the multi owns the connections, and can be woken.
struct CurlTransport::Handle : detail::CurlHandle {
    /// @throws NetworkError  local, if libcurl gives none
    Handle();
    ~Handle();

    CURLM* multi;
    std::thread::id thread;  ///< that used it last
};

struct CurlTransport::Pool {
    explicit Pool(CurlOptions options) : settings(std::move(options)) {}

    detail::CurlSettings const settings;
    std::mutex mutex;
    std::vector<std::unique_ptr<Handle>> idle;
};

/// A handle of the pool for the time of one exchange.
struct CurlTransport::Lease {
    explicit Lease(Pool& p);
    Lease(Lease const&) = delete;
    Lease& operator=(Lease const&) = delete;
    ~Lease();
    Pool& pool;
    std::unique_ptr<Handle> handle;
};

struct CurlTransport::Wake {
    CURLM* multi;
    void operator()() const noexcept { curl_multi_wakeup(multi); }
};

GLOBUS_DECL CurlTransport::CurlTransport() : CurlTransport(CurlOptions{}) {}

GLOBUS_DECL CurlTransport::CurlTransport(CurlOptions options) : pool_(std::in_place, std::move(options)) {}

GLOBUS_DECL http::Response CurlTransport::send(http::Request const& request) const {
    Pool& pool = *pool_;
    Lease lease(pool);
    detail::CurlExchange::check(request);
    detail::CurlExchange exchange(pool.settings, *lease.handle, request);
    exchange.prepare();
    detail::SigpipeGuard const guard(pool.settings.uses_tls(request));
    return exchange.result(static_cast<CURLcode>(drive(*lease.handle, exchange, request)));
}

GLOBUS_DECL CurlTransport::Handle::Handle() : multi(curl_multi_init()) {
    if (multi == nullptr)
        throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl gave no handle");
}

GLOBUS_DECL CurlTransport::Handle::~Handle() { curl_multi_cleanup(multi); }

GLOBUS_DECL CurlTransport::Lease::Lease(Pool& p) : pool(p) {
    {
        std::lock_guard const lock(pool.mutex);
        if (!pool.idle.empty()) {
            // The handle that this thread used last is preferred, since the memory of its connection is near.
            auto const self = std::this_thread::get_id();
            auto found = std::find_if(pool.idle.rbegin(), pool.idle.rend(),
                                      [&](auto const& idle) { return idle->thread == self; });
            if (found == pool.idle.rend()) found = pool.idle.rbegin();
            handle = std::move(*found);
            *found = std::move(pool.idle.back());
            pool.idle.pop_back();
        }
    }
    if (handle) return;
    detail::WakeUpFiles files;
    handle = std::make_unique<Handle>();
    files.keep_from_children([&] { curl_multi_wakeup(handle->multi); });
}

GLOBUS_DECL CurlTransport::Lease::~Lease() {
    handle->thread = std::this_thread::get_id();
    std::lock_guard const lock(pool.mutex);
    if (!handle->usable || pool.idle.size() >= pool.settings.options.max_idle_handles) return;
    try {
        pool.idle.push_back(std::move(handle));
    } catch (...) {  // there is no memory for the list, so the handle is destroyed
        handle.reset();
    }
}

GLOBUS_DECL int CurlTransport::drive(Handle& handle, detail::CurlExchange& exchange, http::Request const& request) {
    using Stopped = detail::CurlExchange::Stopped;
    CURLM* const multi = handle.multi;
    if (curl_multi_add_handle(multi, handle.easy) != CURLM_OK) return CURLE_FAILED_INIT;
    std::optional<std::stop_callback<Wake>> wake;
    if (request.stop.stop_possible()) wake.emplace(request.stop, Wake{multi});
    CURLcode code = CURLE_OK;
    int running = 1;
    while (true) {
        if (curl_multi_perform(multi, &running) != CURLM_OK) {
            code = CURLE_FAILED_INIT;
            break;
        }
        if (running == 0) {
            int left = 0;
            while (CURLMsg const* message = curl_multi_info_read(multi, &left))
                if (message->msg == CURLMSG_DONE) code = message->data.result;
            break;
        }
        if (request.stop.stop_requested()) {
            exchange.stop(Stopped::cancelled);
            break;
        }
        int wait = 1000;
        if (exchange.is_padded()) {
            exchange.stop(Stopped::too_large);
            break;
        }
        if (exchange.is_timed()) {
            auto const left = std::chrono::ceil<std::chrono::milliseconds>(request.deadline - http::Clock::now());
            if (left.count() <= 0) {
                exchange.stop(Stopped::deadline);
                break;
            }
            wait = static_cast<int>(std::min<std::chrono::milliseconds::rep>(wait, left.count()));
        }
        if (curl_multi_poll(multi, nullptr, 0, wait, nullptr) != CURLM_OK) {
            code = CURLE_FAILED_INIT;
            break;
        }
    }
    wake.reset();
    curl_multi_remove_handle(multi, handle.easy);
    return code;
}

}  // namespace globus

namespace globus::detail {

GLOBUS_DECL CurlTransport default_transport(TransportType<CurlTransport>, std::chrono::seconds idle_timeout) {
    CurlOptions options;
    options.idle_timeout = idle_timeout;
    return CurlTransport(std::move(options));
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_CURL_TRANSPORT_IPP
