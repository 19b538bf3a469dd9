// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_SUBSET_HPP
#define GLOBUS_CLIENT_SUBSET_HPP

#include <globus/client/operation.hpp>
#include <globus/client/service.hpp>
#include <globus/core/error.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>

#include <boost/hana/fwd/bool.hpp>
#include <boost/hana/fwd/filter.hpp>

#include <concepts>

namespace globus {

/// `O` is an operation of the service `S`, be that whole or cut down.
template <class O, class S>
concept OperationOf = Operation<O> && std::same_as<typename O::service, detail::WholeService<S>>;

/// A client of `S` may send `O`: it is an operation of the service, and not among those that ReadOnly or Only left out.
template <class S, class O>
concept Permits = OperationOf<O, S> && (!detail::Subset<S> || requires { requires S::template permits<O>; });

/**
 * A service cut down to what reads: a client of it cannot change, delete, submit or create anything.
 *
 *     Client<ReadOnly<TransferService>, AccessTokenPolicy> transfer{token};
 *     auto const listing = transfer.operation_ls({.endpoint_id = id});
 *     transfer.submit_delete(data);                                     // does not compile
 *
 * A client of it has the same functions, and those that are left out do not compile, with a sentence that says so; so
 * does a function of several requests if one of these is left out. What reads is what has `RetryClass::read`: each GET
 * that does not say otherwise, and a POST that only searches or looks up. Of the functions that take a path, `get`
 * remains, and `request` with GET or HEAD.
 *
 * It is the service in all else: scopes, address, errors and data, as in `ReadOnly{SpecificFlowService{flow_id}}`.
 * This binds the program, not the token, which is good for whatever its scopes allow.
 */
template <Service S>
struct ReadOnly : S {
    /// The service that it is cut down from.
    using whole_service = detail::WholeService<S>;
    /// True for each operation that may be sent.
    template <class O>
    static constexpr bool permits = Permits<S, O> && requires { requires retry_class_of<O>() == RetryClass::read; };

    /// The types of the operations that remain, as a hana::tuple of hana::types, for files that include
    /// <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return boost::hana::filter(S::template operations<Asked>(), [](auto type) {
            return boost::hana::bool_<permits<typename decltype(type)::type>>();
        });
    }
};
/// The service follows from its value.
template <class S>
ReadOnly(S) -> ReadOnly<S>;

/**
 * A service cut down to the operations that are listed.
 *
 *     using Mirror = Only<TransferService, OperationLs, GetSubmissionId, SubmitTransfer, GetTask, TaskEventList>;
 *     Client<Mirror, AccessTokenPolicy> transfer{token};
 *     transfer.submit_transfer(data);
 *     transfer.delete_endpoint({.endpoint_id = id});                    // does not compile
 *
 * It is like ReadOnly, by a list instead of a rule. The functions that take a path do not compile, since no list names
 * them.
 */
template <Service S, Operation... Operations_>
struct Only : S {
    static_assert((Permits<S, Operations_> && ...),
                  "globus::Only<S, Operations...>: something in the list is not an operation of S. List operations of "
                  "this service, and of a service that is cut down already those that it has left.");

    /// The service that it is cut down from.
    using whole_service = detail::WholeService<S>;
    /// True for each operation that may be sent.
    template <class O>
    static constexpr bool permits = (std::same_as<O, Operations_> || ...);
    static constexpr bool only_operations = true;  ///< nothing else may be sent

    /// The types of the operations that remain, as a hana::tuple of hana::types, for files that include
    /// <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<Asked, Operations_...>();
    }
};

namespace detail {

/// A client of S can do no more than one of Other: they are the same, or S is cut down from it.
template <class S, class Other>
concept SameOrCutDown = std::same_as<S, Other> || (Subset<S> && std::derived_from<S, Other>);

/// Says in one sentence that a client of S may not send O.
template <class S, class O>
consteval bool check_permitted() {
    static_assert(Permits<S, O>,
                  "globus: this client's service is cut down by ReadOnly<S> or Only<S, Operations...>, and this "
                  "operation is not among those that are left. Use a client of the whole service, or list the "
                  "operation in Only<S, Operations...>.");
    return true;
}

/// Says in one sentence that a client of S may not send a request that is no operation.
template <class S, bool Reads>
consteval bool check_raw() {
    if constexpr (Subset<S>)
        static_assert(
            Reads && !requires { S::only_operations; },
            "globus: this client's service is cut down by ReadOnly<S> or Only<S, Operations...>, so it has "
            "no functions that take a path, but for `get` of ReadOnly. Send an operation, or use a client of "
            "the whole service.");
    return true;
}

/// The same, of what only the request itself tells.
/// @throws UsageError  for a request that may change something, of a client that only reads
template <class S>
void check_raw(http::Method method) {
    static_assert(check_raw<S, true>());
    if constexpr (Subset<S>)
        if (method != http::Method::get && method != http::Method::head)
            throw UsageError("a client of ReadOnly<S> sends only GET and HEAD, and operations that read");
}

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CLIENT_SUBSET_HPP
