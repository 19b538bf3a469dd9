// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_RESPONSE_HPP
#define GLOBUS_CLIENT_RESPONSE_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_read.hpp>
#include <globus/core/values.hpp>
#include <globus/http/message.hpp>

#include <cstddef>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

template <class S, class A, class T, class R>
class Client;
template <class T>
class Response;

namespace detail {

class AnswerStream;
class ClientExchange;

/// The bytes that the document of an answer may take, given the limit of its text.
constexpr std::size_t memory_of(std::size_t max_bytes) noexcept {
    return max_bytes < std::numeric_limits<std::size_t>::max() / 4 ? 3 * max_bytes
                                                                   : std::numeric_limits<std::size_t>::max() / 2;
}

/// What the call knows about its answer, besides what came.
struct AnswerFacts {
    bool replayed = false;  ///< it is an error saying that an earlier attempt of the call has done it
    bool wrote = false;     ///< the call changes something
    bool partial = false;   ///< the call asked for some members only; known if the document names essential ones
    std::size_t max_bytes = std::size_t{64} << 20;  ///< its document may take three times as much
};

class AnyResponse;

/// How one type of Response takes an answer, for code that does not know the type.
struct AnswerForm {
    /// Makes a new document and says where to read it. Null: it is not read as it comes.
    Slot (*fresh)(AnyResponse& self) = nullptr;
    /// Makes the document of the whole answer, if `fresh` is null. Null, too: the answer is not interpreted.
    void (*make)(AnyResponse& self) = nullptr;
    bool has_shape = true;       ///< the answer is a described document
    bool as_stored = false;      ///< the body is a file, which is not decompressed
    bool has_essential = false;  ///< the document names members that nothing can be done without
};

/// What every Response has, whatever its document. It is one class, so that it is compiled once.
class AnyResponse {
public:
    AnyResponse(AnyResponse const&);
    AnyResponse(AnyResponse&&) noexcept;
    AnyResponse& operator=(AnyResponse const&);
    AnyResponse& operator=(AnyResponse&&) noexcept;

    /// The status: 2xx; a 3xx only if no document is expected; that of an error if the answer is replayed().
    [[nodiscard]] int http_status() const noexcept { return raw_.status; }
    /// All header fields of the answer.
    [[nodiscard]] http::Headers const& headers() const noexcept GLOBUS_LIFETIMEBOUND { return raw_.headers; }
    /// The body as received.
    [[nodiscard]] std::string const& text() const noexcept GLOBUS_LIFETIMEBOUND { return raw_.body; }
    /// What to quote to Globus support; empty if the answer has no X-Request-ID header.
    [[nodiscard]] std::string_view request_id() const noexcept GLOBUS_LIFETIMEBOUND {
        return raw_.headers.get("X-Request-ID");
    }

    /// True if the service only said that an earlier attempt of this call, whose answer was lost, had done it already:
    /// the directory exists, or what was to be deleted is gone. Then the status is that of an error, and the document
    /// has what the error says.
    [[nodiscard]] bool replayed() const noexcept { return facts_.replayed; }

    /**
     * What was odd about the document, in one line: the first value of another kind than described, or the first text
     * that is not Unicode, and its place. It is empty if all was as described.
     *
     * Odd values leave the rest readable: an optional member of another kind is absent, any other member keeps its
     * default, an element of a list or an entry of a map is left out, and what is not a character in a text reads as
     * U+FFFD. In place of a list, a map or a document, null means that there is none, which is not odd. A type that
     * checks its document itself, and the kinds of a Json, have no mismatch.
     */
    [[nodiscard]] std::string const& mismatch() const noexcept GLOBUS_LIFETIMEBOUND { return mismatch_; }

    /// True if the typed document came with the list `name` at its top. A list that is missing, or null, reads as an
    /// empty one.
    [[nodiscard]] bool has_list(std::string_view name) const noexcept { return find_list(name) != nullptr; }
    /// How many elements the list `name` at the top of the typed document came with, including those left out.
    [[nodiscard]] std::size_t list_size(std::string_view name) const noexcept;
    /// A member at the top of the typed document that is not of the kind described, as a text: `5` where a text should
    /// be, or the text `5` where a number should be; nullptr if there is none.
    [[nodiscard]] std::string const* odd_member(std::string_view name) const noexcept GLOBUS_LIFETIMEBOUND;

    /// The body as JSON; null if it is empty. What is not a character in a text is U+FFFD.
    /// @throws DecodeError  if it is not JSON, or would take more than three times the client's `max_response_bytes`
    [[nodiscard]] Json const& json() const GLOBUS_LIFETIMEBOUND;

protected:
    /// A response without an answer yet.
    AnyResponse();
    ~AnyResponse();

    /// Takes an answer, which replaces what is here, and makes the document. @throws DecodeError  if it is not JSON
    void receive(http::Response& raw, AnswerFacts const& facts, AnswerForm const& form);
    /// The same, for an answer whose body went into `stream`.
    void receive(http::Response& raw, AnswerFacts const& facts, AnswerForm const& form, AnswerStream& stream);
    [[nodiscard]] bool is_json() const;
    /// Reads the body into `slot`. An error takes the body along.
    void read(Slot slot);
    /// Refuses a document that as a whole is not the one described. After a call that changed something, it is an empty
    /// document instead: an error would not undo the change, and the answer has at most an id or a status.
    void check_fit() const;
    /// Refuses a document without a member that it cannot be used without, unless a part of it was asked for, or the
    /// answer says only that an earlier attempt has done it.
    void lacks(std::string_view member) const;

    http::Response raw_;

private:
    friend class ClientExchange;
    struct Dom;

    void take(JsonDocumentReader const& reader);
    static DecodeError with_body(DecodeError const& error, std::string body);
    [[nodiscard]] Json read_dom() const;
    /// Three times the limit of an answer, less the text, plus some for the parser.
    [[nodiscard]] std::size_t memory_beside_text() const noexcept;
    [[nodiscard]] TopList const* find_list(std::string_view name) const noexcept;

    AnswerFacts facts_;
    std::string mismatch_;
    bool root_misfit_ = false;
    std::vector<TopList> lists_;
    std::vector<OddMember> odd_members_;
    std::shared_ptr<Dom> dom_;
};

/// A document that names its own list: by a static member `items`, which points to it.
template <class T>
concept NamesItems = requires { requires std::is_pointer_v<decltype(&T::items)>; };
/// A document that is a list, or that names its own one.
template <class T>
concept Listing = NamesItems<T> || requires(T const& list) { list.front(); };
/// A document that names what nothing can be done without: by a static member `essential`, a tuple of pointers.
template <class T>
concept NamesEssential = requires { requires std::is_pointer_v<decltype(&T::essential)>; };

/// The list of a document that has one.
template <class T>
    requires Listing<std::remove_const_t<T>>
constexpr auto& list_of(T& document) noexcept {
    if constexpr (NamesItems<std::remove_const_t<T>>)
        return document.*T::items;
    else
        return document;
}
template <class T>
using ListOf = std::remove_cvref_t<decltype(list_of(std::declval<T const&>()))>;

/// The document of a response, even if it lacks what nothing can be done without: for functions that look again.
/// @throws DecodeError  if it as a whole is not as described
template <class T>
T taken_as_is(Response<T>&& response) {
    response.check_fit();
    return std::move(response.value_);
}

/// @throws UsageError  if a list of `size` elements has none at `index`
void check_index(std::size_t index, std::size_t size);

/// Refuses an answer 200 without a body, which is never a described document.
void require_document(http::Response const& raw);

/// A reader that makes a document from an answer that comes in pieces, without keeping its text.
class AnswerStream {
public:
    explicit AnswerStream(Slot slot);
    AnswerStream(AnswerStream const&) = delete;
    AnswerStream& operator=(AnswerStream const&) = delete;
    ~AnswerStream();

    /// Takes a piece of the body. `finish` reports what is wrong with it.
    void write(std::string_view piece) noexcept;
    /// Says how many bytes the document may take.
    void limit_memory(std::size_t bytes) noexcept { memory_ = bytes; }
    /// Takes the Content-Length that was announced.
    void expect(std::string_view content_length) noexcept;
    /// The reader that has read the whole body; null if nothing came. @throws DecodeError  if the body was not JSON
    [[nodiscard]] JsonDocumentReader const* finish();

private:
    Slot slot_;
    std::unique_ptr<JsonDocumentReader> reader_;
    std::exception_ptr failure_;
    std::size_t expected_ = 0;
    std::size_t memory_ = JsonDocumentReader::usual_memory;
};

}  // namespace detail

/**
 * What a service answered: the typed document, and everything else as it came.
 *
 *     auto task = client.get_task({.task_id = id});
 *     if (task->status == TaskStatus::succeeded) ...       // the typed document, by -> and *
 *     task.json().at("nice_status")                        // what the type does not have
 *     task.http_status(), task.headers(), task.text()
 *
 * If the document is a list, or has one of its own, the response is a range of that:
 *
 *     for (File const& file : client.operation_ls({.endpoint_id = id})) ...
 *
 * The typed document is read without a DOM; the DOM is made when `json()` is first called.
 *
 * @tparam T  the described document; Json if the service's document has no fixed shape, Bytes if there is none
 *
 * @par Errors
 * `*`, `->` and the functions of the range throw DecodeError if the document as a whole is not as described, unless the
 * call changed something, and if it lacks a member that nothing can be done without, such as the id of a task. A value
 * in it that is not as described is left out, and `mismatch()` names the first. `text()` and `json()` give everything in
 * any case.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe. Copies share the DOM.
 */
template <class T>
class Response : public detail::AnyResponse {
public:
    /// The response to nothing, whose http_status() is 0: what stands beside the error of an asynchronous call.
    Response() = default;
    /// Reads `raw`'s body. @throws DecodeError  if it is not JSON
    explicit Response(http::Response raw, detail::AnswerFacts const& facts = {}) { receive(raw, facts, form); }

    /// The document. @throws DecodeError  if it as a whole is not as described, and the call only read; if it lacks a
    ///                                    member that nothing can be done without
    [[nodiscard]] T const& operator*() const& GLOBUS_LIFETIMEBOUND {
        check();
        return value_;
    }
    /// The document, moved out of a response that is going away.
    [[nodiscard]] T operator*() && {
        check();
        return std::move(value_);
    }
    [[nodiscard]] T const* operator->() const GLOBUS_LIFETIMEBOUND { return &**this; }

    /// The elements of the document's own list. In a loop over a temporary response, they live as long as the loop.
    [[nodiscard]] auto begin() const GLOBUS_LIFETIMEBOUND
        requires detail::Listing<T>
    {
        return list().begin();
    }
    [[nodiscard]] auto end() const GLOBUS_LIFETIMEBOUND
        requires detail::Listing<T>
    {
        return list().end();
    }
    /// How many elements the list has.
    [[nodiscard]] std::size_t size() const
        requires detail::Listing<T>
    {
        return list().size();
    }
    /// True if the list has no elements.
    [[nodiscard]] bool empty() const
        requires detail::Listing<T>
    {
        return list().empty();
    }
    /// An element of the list, from 0. @throws UsageError  if there is none
    [[nodiscard]] auto const& operator[](std::size_t index) const& GLOBUS_LIFETIMEBOUND
        requires detail::Listing<T>
    {
        detail::check_index(index, size());
        return list()[index];
    }
    /// The same, moved out of a response that is going away.
    [[nodiscard]] auto operator[](std::size_t index) &&
            requires detail::Listing<T>
    {
        detail::check_index(index, size());
        return std::move(detail::list_of(value_)[index]);
    }
    /// The first element of the list. @throws UsageError  if there is none
    [[nodiscard]] auto const& front() const& GLOBUS_LIFETIMEBOUND
        requires detail::Listing<T>
    {
        return (*this)[0];
    }
    /// The same, moved out of a response that is going away.
    [[nodiscard]] auto front() &&
            requires detail::Listing<T>
    {
        return std::move(*this)[0];
    }

private:
    template <class U>
    friend U detail::taken_as_is(Response<U>&& response);
    template <class, class, class, class>
    friend class Client;

    void check() const {
        check_fit();
        if constexpr (detail::NamesEssential<T>)
            std::apply([&](auto... members) { (check_present(members), ...); }, T::essential);
    }
    template <class M>
    void check_present(M T::*member) const {
        if ((value_.*member).empty()) [[unlikely]]
            lacks(detail::name_of(value_, &(value_.*member)));
    }
    [[nodiscard]] auto const& list() const { return detail::list_of(**this); }

    static detail::Slot fresh(detail::AnyResponse& self) {
        T& value = static_cast<Response&>(self).value_;
        if constexpr (std::is_nothrow_default_constructible_v<T>) {  // which is less to compile than an assignment
            value.~T();
            ::new (static_cast<void*>(&value)) T();
        } else {
            value = T();
        }
        return detail::slot_of(value);
    }
    static void make(detail::AnyResponse& self) {
        Response& response = static_cast<Response&>(self);
        if constexpr (requires { T::from_answer(response.raw_); })
            response.value_ = T::from_answer(response.raw_);
        else
            response.value_ = T::from_answer(response.raw_.body);
    }
    static constexpr detail::AnswerForm answer_form() {
        if constexpr (requires(std::string body) { T::from_answer(body); })
            return {.make = &make};
        else
            return {.fresh = &fresh, .has_essential = detail::NamesEssential<T>};
    }
    static constexpr detail::AnswerForm form = answer_form();

    T value_{};
};

/// An answer without a shape of its own: `*` and `->` give its JSON, which is made when it is asked for.
template <>
class Response<Json> : public detail::AnyResponse {
public:
    /// The response to nothing, whose http_status() is 0.
    Response() = default;
    /// Checks `raw`'s body, if it says that it is JSON. @throws DecodeError  if it is not
    explicit Response(http::Response raw, detail::AnswerFacts const& facts = {}) { receive(raw, facts, form); }

    /// As json().
    [[nodiscard]] Json const& operator*() const GLOBUS_LIFETIMEBOUND { return json(); }
    [[nodiscard]] Json const* operator->() const GLOBUS_LIFETIMEBOUND { return &json(); }

private:
    template <class, class, class, class>
    friend class Client;

    static void make(detail::AnyResponse& self);
    static constexpr detail::AnswerForm form{.make = &make, .has_shape = false};
};

/// Not a document, such as a file: as an operation's result it says that the answer is taken as it came, whatever its
/// media type.
struct Bytes {};

/// An answer that is not interpreted: `text()`, `*` and `->` give its bytes. `json()` still reads them on request.
template <>
class Response<Bytes> : public detail::AnyResponse {
public:
    /// The response to nothing, whose http_status() is 0.
    Response() = default;
    /// Takes any body.
    explicit Response(http::Response raw, detail::AnswerFacts const& facts = {}) { receive(raw, facts, form); }

    /// The body is not unpacked, whatever its Content-Encoding is.
    static constexpr bool as_stored = true;

    /// As text().
    [[nodiscard]] std::string const& operator*() const& GLOBUS_LIFETIMEBOUND { return text(); }
    /// The bytes, moved out of a response that is going away.
    [[nodiscard]] std::string operator*() && { return std::move(raw_.body); }
    [[nodiscard]] std::string const* operator->() const GLOBUS_LIFETIMEBOUND { return &text(); }

private:
    template <class, class, class, class>
    friend class Client;

    static constexpr detail::AnswerForm form{.has_shape = false, .as_stored = true};
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/client/impl/response.ipp>
#endif

#endif  // GLOBUS_CLIENT_RESPONSE_HPP
