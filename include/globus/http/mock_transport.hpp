// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_MOCK_TRANSPORT_HPP
#define GLOBUS_HTTP_MOCK_TRANSPORT_HPP

#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>
#include <globus/core/json_write.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A reference to an element of a temporary does not dangle here; this tells g++ 14 so.
#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(gnu::no_dangling)
#define GLOBUS_DETAIL_NO_DANGLING [[gnu::no_dangling]]
#endif
#endif
#ifndef GLOBUS_DETAIL_NO_DANGLING
#define GLOBUS_DETAIL_NO_DANGLING
#endif

namespace globus {

/**
 * A transport for tests: it records every request, and answers from a script.
 *
 *     MockTransport mock;
 *     mock.answer<OperationLs>({.DATA = {{.name = "a.txt", .type = FileType::file}}});
 *     mock.reply(404, R"({"code": "ClientError.NotFound", "message": "..."})");
 *     Client<TransferService, AccessTokenPolicy, MockTransport> client{"token", {.transport = mock}};
 *
 *     auto listing = client.operation_ls({.endpoint_id = id});
 *
 *     assert(mock.requests().at(0).url.ends_with("/ls"));
 *     assert(mock.requests().at(0).headers.get("authorization") == "Bearer token");
 *
 * Answers are given in the order in which they were scripted. When the script is used up, the handler of `otherwise`
 * answers; without one the request fails with a UsageError that names it, so that a test cannot pass by accident. A
 * request that comes after its deadline or its stop request is not sent: it fails with a NetworkError, as with any
 * other transport, and is neither recorded nor answered from the script.
 *
 * An answer may be scripted to come late, for tests of time-outs and cancellation. With a ManualClock that takes no time:
 *
 *     mock.after(30s).reply(503);
 *
 * A recorded request is as a server would see it: its headers have Authorization, and what a source gave is its body.
 * A handler gets it without that header, as every transport does.
 *
 * @par Thread safety
 * Any function may be called from any thread. Copies share script and record.
 */
class MockTransport {
public:
    /**
     * The requests of a MockTransport at one moment: a vector of copies.
     *
     * An element of a temporary, as in `mock.requests().back()`, is the recorded request itself, and stays where it is
     * until `clear()` or the end of the transport's last copy: a reference to it does not dangle.
     */
    class GLOBUS_DETAIL_NO_DANGLING Requests : public std::vector<http::Request> {
        using Base = std::vector<http::Request>;
        using Request = http::Request;

    public:
        /// The requests of a record whose elements stay where they are.
        explicit Requests(std::vector<Request const*> record);

        /// The request at an index. @throws std::out_of_range  if there is none
        [[nodiscard]] Request& at(std::size_t index) & { return Base::at(index); }
        /// The request at an index. @throws std::out_of_range  if there is none
        [[nodiscard]] Request const& at(std::size_t index) const& { return Base::at(index); }
        /// The request at an index. @throws std::out_of_range  if there is none
        [[nodiscard]] Request const& at(std::size_t index) && { return *recorded_.at(index); }
        /// The request at an index.
        [[nodiscard]] Request& operator[](std::size_t index) & { return Base::operator[](index); }
        /// The request at an index.
        [[nodiscard]] Request const& operator[](std::size_t index) const& { return Base::operator[](index); }
        /// The request at an index.
        [[nodiscard]] Request const& operator[](std::size_t index) && { return *recorded_.at(index); }
        /// The first request.
        [[nodiscard]] Request& front() & { return Base::front(); }
        /// The first request.
        [[nodiscard]] Request const& front() const& { return Base::front(); }
        /// The first request.
        [[nodiscard]] Request const& front() && { return *recorded_.at(0); }
        /// The last request.
        [[nodiscard]] Request& back() & { return Base::back(); }
        /// The last request.
        [[nodiscard]] Request const& back() const& { return Base::back(); }
        /// The last request.
        [[nodiscard]] Request const& back() && { return *recorded_.at(recorded_.size() - 1); }
        [[nodiscard]] iterator begin() & { return Base::begin(); }
        [[nodiscard]] const_iterator begin() const& { return Base::begin(); }
        // clang-format off
        void begin() && = delete;  // the iterator would point into what is gone: give the requests a name
        // clang-format on

    private:
        std::vector<Request const*> recorded_;
    };

    MockTransport();

    /// A function that makes the answer to a request, or throws. It runs on the thread of the call, without a lock.
    using Handler = std::function<http::Response(http::Request const&)>;

    /// Scripts an answer with a JSON body.
    MockTransport& reply(int status, std::string body = {}, http::Headers headers = {});
    /// Scripts an answer as it is.
    MockTransport& reply(http::Response response);
    /// Scripts a function that makes the answer, or throws.
    MockTransport& reply(Handler handler);
    /**
     * Scripts the answer of an operation, by its document.
     *
     *     mock.answer<GetTask>({.task_id = id, .status = TaskStatus::succeeded});
     *
     * The next request must be one of this operation, by its method and path; else it fails with UsageError. The
     * document of another operation does not compile.
     *
     * @tparam O  the operation; one whose answer has tokens is scripted by `reply`
     */
    template <class O>
    MockTransport& answer(typename O::result const& document, int status = 200) {
        constexpr bool is_read_by_itself = requires { O::result::from_answer(std::string_view()); };
        static_assert(!is_read_by_itself,
                      "globus::MockTransport: the answer of this operation cannot be written from its document. Script "
                      "its text by `reply`.");
        return answer(O::route.method, O::route.path, {.status = status, .body = to_json(document)});
    }
    template <class O, class Other>
        requires(!std::convertible_to<Other const&, typename O::result>)
    // clang-format off
    void answer(Other const&, int = 200) = delete;  // this is not what the operation answers: pass its `result`, such as a FileList for OperationLs
    // clang-format on
    /// Scripts a failure.
    MockTransport& fail(NetworkError error);
    /**
     * Has the answer that is scripted next come so long after its request, or each answer of `otherwise`, if that is
     * next. A request whose deadline comes before fails as it does with a server that is silent.
     */
    MockTransport& after(std::chrono::duration<double> delay);
    /// Sets the handler that answers when the script is used up.
    MockTransport& otherwise(Handler handler);

    /// Sets the size of the pieces that a sink is given, in bytes; at first a sink gets each body as one piece.
    /// @throws UsageError  for 0
    MockTransport& piece_size(std::size_t bytes);

    /// The requests so far, in the order of their arrival.
    [[nodiscard]] Requests requests() const;
    /// The number of requests(), without copying them.
    [[nodiscard]] std::size_t request_count() const;
    /// The number of scripted answers that have not been used yet.
    [[nodiscard]] std::size_t left() const;
    /// Forgets script and record.
    void clear();

    [[nodiscard]] http::Response send(http::Request const& request) const;

    /// The answer to a request that was recorded.
    struct Answer {
        std::optional<http::Clock::time_point> comes = {};  ///< if it comes late
        std::size_t piece_size = 0;                         ///< for a sink
        http::Request received = {};                        ///< as a handler gets it
        Handler handler = {};

        /// When the wait for a late answer is over.
        [[nodiscard]] http::Clock::time_point wait_ends(http::Request const& request) const;
        /// Gives it, when it is there. @throws NetworkError  if the request has to end before
        [[nodiscard]] http::Response give(http::Request const& request) const;
    };
    /// The first half of `send`: records a request. @throws  what `send` throws at once
    [[nodiscard]] Answer accept(http::Request const& request) const;

private:
    struct State;

    /// Scripts an answer to a request of that method and path template.
    MockTransport& answer(http::Method method, std::string_view path, http::Response response);

    detail::ProcessBound<State> state_;
};

}  // namespace globus

#undef GLOBUS_DETAIL_NO_DANGLING

#ifdef GLOBUS_BODIES
#include <globus/http/impl/mock_transport.ipp>
#endif

#endif  // GLOBUS_HTTP_MOCK_TRANSPORT_HPP
