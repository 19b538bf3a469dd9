// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_OPERATION_HPP
#define GLOBUS_CLIENT_OPERATION_HPP

#include <globus/client/query_params.hpp>
#include <globus/core/config.hpp>
#include <globus/core/duration.hpp>
#include <globus/core/form.hpp>
#include <globus/core/json_write.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/oauth/api_error.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

/// The method and path template of an operation. `{name}` stands for a member, as one encoded segment.
struct Route {
    http::Method method;    ///< also decides what may be repeated, unless the operation says so
    std::string_view path;  ///< relative to the base URL, with a leading slash
};
constexpr Route get(std::string_view path) { return {http::Method::get, path}; }
constexpr Route post(std::string_view path) { return {http::Method::post, path}; }
constexpr Route put(std::string_view path) { return {http::Method::put, path}; }
constexpr Route patch(std::string_view path) { return {http::Method::patch, path}; }
constexpr Route delete_(std::string_view path) { return {http::Method::delete_, path}; }

/**
 * One call of a service, as a value: an aggregate whose members are the parameters.
 *
 *     struct OperationLs {
 *         using service = TransferService;
 *         using result = FileList;
 *         static constexpr auto route = get("/v0.10/operation/endpoint/{endpoint_id}/ls");
 *         Required<std::string> endpoint_id;
 *         Optional<std::string> path = {};
 *         GLOBUS_MEMBERS(OperationLs, endpoint_id, path);
 *     };
 *
 * A member that the route names fills it; one called `body` or `data` is the document that is sent; every other is a
 * query parameter, unless the struct's `wire` says otherwise; an empty list is left out. `retry` gives the retry class
 * where the method alone does not (GET reads, PUT and DELETE are idempotent, POST and PATCH are not). A `void check()
 * const` throws UsageError for members that do not go together. `static constexpr bool anonymous = true` sends no
 * credential.
 * `static bool already_done(ApiError const&)` says which error of a second attempt means that the first, whose answer
 * was lost, has done it; for DELETE that is 404.
 *
 * An error that names this concept means that a struct passed to `send` lacks `service`, `result`, `route` or its
 * GLOBUS_MEMBERS line.
 */
template <class O>
concept Operation = Described<O> && requires {
    typename O::service;
    typename O::result;
    { O::route.path } -> std::convertible_to<std::string_view>;
};

/// What may be repeated when an operation's answer is lost: its `retry`, or what follows from its method.
template <Operation O>
constexpr RetryClass retry_class_of() {
    if constexpr (requires { O::retry; }) {
        return O::retry;
    } else {
        switch (O::route.method) {
            case http::Method::get:
            case http::Method::head:
                return RetryClass::read;
            case http::Method::put:
            case http::Method::delete_:
                return RetryClass::idempotent;
            default:
                return RetryClass::non_idempotent;
        }
    }
}

/// Says whether the error of an attempt means that an earlier attempt of the same call has done it.
using AlreadyDone = bool (*)(ApiError const&);

/**
 * A member that the client's service fills, such as the client id of a native app. It is left out where the service
 * has none.
 */
struct FromService {
    friend constexpr bool operator==(FromService, FromService) = default;
};

namespace detail {

/// True if `{name}` is in the path template.
constexpr bool route_names(std::string_view path, std::string_view name) {
    for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1))
        if (path.substr(open + 1, path.find('}', open) - open - 1) == name) return true;
    return false;
}

template <class S>
constexpr bool service_fills(std::string_view name) {
    if constexpr (requires { S::route_members; })
        for (std::string_view const member : S::route_members)
            if (member == name) return true;
    return false;
}

/// Every `{name}` of the route is a member of the operation or of its service.
template <class O>
consteval bool route_is_filled() {
    std::string_view const path = O::route.path;
    for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
        std::string_view const name = path.substr(open + 1, path.find('}', open) - open - 1);
        if (!O::members::has(name) && !service_fills<typename O::service>(name)) return false;
    }
    return true;
}

/// Every entry of `wire` is about a member.
template <class O>
consteval bool wires_are_members() {
    if constexpr (requires { O::wire; })
        for (Wire const& wire : O::wire)
            if (!wire.member.empty() && !O::members::has(wire.member)) return false;
    return true;
}

/// True if a service says that what was to be deleted does not exist; a page from some proxy in between does not count.
bool is_gone(ApiError const& error);

/// Which error means that an earlier attempt has done it; null: none.
template <class O>
constexpr AlreadyDone already_done_of() {
    if constexpr (requires(ApiError const& error) { O::already_done(error); })
        return &O::already_done;
    else
        return O::route.method == http::Method::delete_ ? &is_gone : nullptr;
}

/// Encodes a path segment, and refuses one that would change the path (RFC 3986, section 3.3).
std::string encode_segment(std::string_view name, std::string_view value);

class RequestBuilder;

/// How a member of an operation goes into the request.
struct MemberWriter {
    enum class Kind : unsigned char {
        ordinary,
        from_service,  ///< the text is the service's
        addition,      ///< it comes after all others, which it may replace
    };
    Wire wire;
    void (*put)(RequestBuilder& builder, Wire const& wire, void const* member);
    Kind kind = Kind::ordinary;
};

/// A builder that collects what an operation's members say, and makes a request from it.
class RequestBuilder {
public:
    /// @param base_url  must live as long as this
    RequestBuilder(std::string_view base_url, Route route);
    RequestBuilder(RequestBuilder const&) = delete;
    RequestBuilder& operator=(RequestBuilder const&) = delete;
    ~RequestBuilder();

    /// Puts the members of an operation where they belong. @param at  where each is; null: it is left out
    void members(MemberWriter const* writers, void const* const* at, std::size_t count);
    /// Makes the objects that are in the body even if no member goes into them.
    void objects(Wires wires);

    /// Fills `{name}`, or drops its segment if there is no value.
    void path(std::string_view name, std::string const* value);

    /// Fills a part of the route with a number.
    void path_number(std::string_view name, std::int64_t value);
    void path_number(std::string_view name, std::uint64_t value);

    void text(Wire const& wire, std::string_view value);
    void number(Wire const& wire, std::int64_t value);
    void number(Wire const& wire, std::uint64_t value);
    void flag(Wire const& wire, bool value);
    /// Adds a list. In a query it is left out if it is empty: "?ids=" asks for the item whose id is the empty text.
    void list(Wire const& wire, std::vector<std::string> const& values);

    /// Adds the caller's own parameters, which replace others of their name.
    void parameters(Place place, QueryParams const& parameters);

    /// Sets the whole body; members that come later override its own.
    void document(std::string text);
    /// Sets one member of the body, at a path of levels separated by slashes; a level that is a number is a list index.
    void json(std::string_view path, std::string const& text);
    /// Says that the body is a JSON object, even if no member goes into it.
    void object();
    /// Adds the caller's own members to the object at `path` (empty: the body itself).
    void fields(std::string_view path, AdditionalFields const& fields);

    [[nodiscard]] http::Request take();

private:
    enum class Body : unsigned char { none, document, object };

    /// The parameters of the query or of the form.
    Form& parameters_of(Wire const& wire) noexcept;
    /// The place in the body that `path` leads to, made if it does not exist yet (empty: the body itself).
    boost::json::value* at(std::string_view path);

    std::string_view base_url_;
    Route route_;
    std::string path_;
    Form query_;
    Form form_;
    std::string body_;
    boost::json::value object_;
    Body kind_ = Body::none;
    bool is_form_ = false;
};

/// A type that defines its spelling in a query: `std::vector<std::string> query_texts() const`. No text means no
/// parameter.
template <class T>
concept SpeltInQuery = requires(T const& value) {
    { value.query_texts() } -> std::convertible_to<std::vector<std::string>>;
};

template <std::integral N>
constexpr auto widened(N number) {
    return static_cast<std::conditional_t<std::is_signed_v<N>, std::int64_t, std::uint64_t>>(number);
}

/// Puts one value where `wire` says, in the query or the form. An Optional that is absent or null is not sent there.
/// This function and those that follow know only where the value is, so that a table can refer to them.
template <class V>
void put_parameter(RequestBuilder& builder, Wire const& wire, void const* at) {
    V const& value = *static_cast<V const*>(at);
    if constexpr (is_optional<V>) {
        if (value.has_value()) put_parameter<typename V::value_type>(builder, wire, &*value);
    } else if constexpr (is_required<V>) {
        put_parameter<typename V::value_type>(builder, wire, &*value);
    } else if constexpr (std::same_as<V, bool>) {
        builder.flag(wire, value);
    } else if constexpr (std::integral<V>) {
        builder.number(wire, widened(value));
    } else if constexpr (is_duration<V>) {
        builder.number(wire, value.count());
    } else if constexpr (std::same_as<V, Timestamp>) {
        builder.text(wire, value.text());
    } else if constexpr (SpeltInQuery<V>) {
        builder.list(wire, value.query_texts());
    } else if constexpr (std::same_as<V, Secret>) {
        builder.text(wire, value.reveal());
    } else if constexpr (std::convertible_to<V const&, std::vector<std::string> const&>) {
        builder.list(wire, value);
    } else if constexpr (is_constant<V>) {
        builder.text(wire, V::value);
    } else {
        static_assert(std::convertible_to<V const&, std::string>,
                      "globus: a member of this type cannot be a query parameter; give it a place in `wire`.");
        builder.text(wire, static_cast<std::string const&>(value));
    }
}

/// Fills the part of the route that has the member's name.
template <class V>
void put_path(RequestBuilder& builder, Wire const& wire, void const* at) {
    V const& value = *static_cast<V const*>(at);
    if constexpr (is_optional<V>) {
        if (value.has_value())
            put_path<typename V::value_type>(builder, wire, &*value);
        else
            builder.path(wire.member, nullptr);
    } else if constexpr (is_required<V>) {
        put_path<typename V::value_type>(builder, wire, &*value);
    } else if constexpr (std::integral<V>) {
        builder.path_number(wire.member, widened(value));
    } else {
        builder.path(wire.member, &static_cast<std::string const&>(value));
    }
}

/// Makes it the whole body.
template <class V>
void put_document(RequestBuilder& builder, Wire const&, void const* at) {
    V const& value = *static_cast<V const*>(at);
    if constexpr (is_optional<V>) {
        if (value.has_value()) builder.document(to_json(*value));
    } else {
        builder.document(to_json(value));
    }
}

/// Makes it a member of the body.
template <class V>
void put_json(RequestBuilder& builder, Wire const& wire, void const* at) {
    V const& value = *static_cast<V const*>(at);
    builder.object();
    if constexpr (is_optional<V>)
        if (value.is_absent()) return;
    builder.json(wire.name, to_json(value));
}

/// Adds the parameters of a QueryParams, and the members of an AdditionalFields.
void put_query_params(RequestBuilder& builder, Wire const& wire, void const* at);
void put_fields(RequestBuilder& builder, Wire const& wire, void const* at);

/// The writer of one member of an operation, by its type and its entry in `wire`.
template <class O, std::size_t I, class V>
constexpr MemberWriter writer_of_member() {
    constexpr std::string_view key = O::members::keys[I];
    constexpr Wire wire = wire_of<O>(key);
    constexpr bool whole_body = wire.place == Place::json && wire.name.empty();
    constexpr bool named_body = wire.place == Place::automatic && (key == "body" || key == "data");
    if constexpr (std::same_as<V, FromService>) {
        MemberWriter writer = writer_of_member<O, I, std::string>();
        writer.kind = MemberWriter::Kind::from_service;
        return writer;
    } else if constexpr (wire.place == Place::automatic && route_names(O::route.path, key)) {
        return {wire, &put_path<V>};
    } else if constexpr (std::same_as<V, QueryParams>) {
        return {wire, &put_query_params, MemberWriter::Kind::addition};
    } else if constexpr (std::same_as<V, AdditionalFields>) {
        return {wire, &put_fields, MemberWriter::Kind::addition};
    } else if constexpr (whole_body || named_body) {
        return {wire, &put_document<V>};
    } else if constexpr (wire.place == Place::json) {
        return {wire, &put_json<V>};
    } else {
        return {wire, &put_parameter<V>};
    }
}

template <class O, class... Vs, std::size_t... I>
constexpr std::array<MemberWriter, sizeof...(Vs)> writers_of(MemberTypes<Vs...>, std::index_sequence<I...>) {
    return {writer_of_member<O, I, Vs>()...};
}
/// The writers of the members of an operation.
template <class O>
struct WritersOf {
    static constexpr auto value =
        writers_of<O>(typename O::members::template types_of<>(), std::make_index_sequence<O::members::size>());
};

template <class O>
consteval std::size_t count_from_service() {
    std::size_t count = 0;
    for (MemberWriter const& writer : WritersOf<O>::value) count += writer.kind == MemberWriter::Kind::from_service;
    return count;
}

/// Like to_request, for checked members. AdditionalFields and QueryParams come last, whatever their place.
template <class O>
http::Request build_request(O const& operation, [[maybe_unused]] typename O::service const& service,
                            std::string_view base_url) {
    RequestBuilder builder(base_url, O::route);
    if constexpr (requires { O::service::route_members; })
        for (std::string_view const name : O::service::route_members)
            if (route_names(O::route.path, name) && !O::members::has(name)) {
                std::string const value(service.route_value(name));
                builder.path(name, &value);
            }
    constexpr Wires wires = wires_of<O>();
    builder.objects(wires);
    constexpr MemberWriter const* writers = WritersOf<O>::value.data();
    void const* at[O::members::size + 1] = {};
    operation.with_members(AddressesOfMembers{at});
    if constexpr (constexpr std::size_t count = count_from_service<O>(); count != 0) {
        std::array<std::string, count> texts;
        std::string* text = texts.data();
        for (std::size_t i = 0; i != O::members::size; ++i)
            if (writers[i].kind == MemberWriter::Kind::from_service) {
                *text = service.route_value(O::members::keys[i]);
                at[i] = text->empty() ? nullptr : text;
                ++text;
            }
        builder.members(writers, at, O::members::size);
    } else {
        builder.members(writers, at, O::members::size);
    }
    return builder.take();
}

/**
 * The request of an operation, without what the client adds.
 *
 * First `check()` refuses invalid members, and `normalized()` gives the members that are sent, if some follow from
 * others.
 */
template <Operation O>
http::Request to_request(O const& operation, typename O::service const& service, std::string_view base_url) {
    static_assert(route_is_filled<O>(),
                  "globus: the route of this operation names something that is not among its members.");
    static_assert(wires_are_members<O>(),
                  "globus: `wire` of this operation names something that is not among its members.");
    if constexpr (requires { operation.check(); }) operation.check();
    if constexpr (requires { operation.normalized(); })
        return build_request(operation.normalized(), service, base_url);
    else
        return build_request(operation, service, base_url);
}

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/client/impl/operation.ipp>
#endif

#endif  // GLOBUS_CLIENT_OPERATION_HPP
