// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_SERVICE_HPP
#define GLOBUS_SERVICES_SEARCH_SERVICE_HPP

#include <globus/client/client.hpp>
#include <globus/oauth/scopes.hpp>
#include <globus/services/search/errors.hpp>
#include <globus/services/search/index_delete_wait.hpp>
#include <globus/services/search/operations.hpp>
#include <globus/services/search/payloads.hpp>
#include <globus/services/search/task_wait.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace globus {

using search::SearchQueryV1;
using search::SearchScrollQuery;

/**
 * Globus Search: indexes of metadata, and queries over them.
 *
 *     Client<SearchService, AccessTokenPolicy> client{token};
 *     for (search::GMetaResult const& subject : client.paginate(search::Search{.index_id = id, .q = "perovskite"})) ...
 *
 * https://docs.globus.org/api/search/
 *
 * What its operations have in common: `query_params` takes parameters that an operation has no member for; ids of
 * indexes and tasks are UUIDs as text. The ingester names a subject by a text, mostly a URL.
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; SearchApiError for an error status; DecodeError for an answer that is not
 * what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct SearchService {
    static constexpr std::string_view name = "search";
    static constexpr std::string_view resource_server = "search.api.globus.org";
    using scopes = SearchScopes;  ///< what a token of this service may allow
    /// The scopes that a client of an app asks for.
    static constexpr std::array default_scopes{scopes::search};
    using error = SearchApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<Asked, search::CreateIndex, search::UpdateIndex, search::DeleteIndex,
                                  search::ReopenIndex, search::GetIndex, search::IndexList, search::Search,
                                  search::PostSearch, search::Scroll, search::Ingest, search::DeleteByQuery,
                                  search::BatchDeleteBySubject, search::GetSubject, search::DeleteSubject,
                                  search::GetEntry, search::DeleteEntry, search::GetTask, search::GetTaskList,
                                  search::CreateRole, search::GetRoleList, search::DeleteRole>();
    }

    template <class Client>
    struct Operations;
};

/// The operations of Search as member functions of its Client.
template <class Client>
struct SearchService::Operations {
    /// @copydoc search::CreateIndex
    Response<search::Index> create_index(search::CreateIndex op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::UpdateIndex
    Response<search::Index> update_index(search::UpdateIndex op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::DeleteIndex
    Response<search::IndexAcknowledgement> delete_index(search::DeleteIndex op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::ReopenIndex
    Response<search::IndexAcknowledgement> reopen_index(search::ReopenIndex op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::GetIndex
    Response<search::Index> get_index(search::GetIndex op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::IndexList
    Response<search::Indexes> index_list(search::IndexList op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::Search
    Response<search::GSearchResult> search(search::Search op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::PostSearch
    Response<search::GSearchResult> post_search(search::PostSearch op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::Scroll
    Response<search::GSearchResult> scroll(search::Scroll op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::Ingest
    Response<search::TaskAcknowledgement> ingest(search::Ingest op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::DeleteByQuery
    Response<search::TaskAcknowledgement> delete_by_query(search::DeleteByQuery op,
                                                          CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::BatchDeleteBySubject
    Response<search::TaskAcknowledgement> batch_delete_by_subject(search::BatchDeleteBySubject op,
                                                                  CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::GetSubject
    Response<search::GMetaResult> get_subject(search::GetSubject op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::DeleteSubject
    Response<search::TaskAcknowledgement> delete_subject(search::DeleteSubject op,
                                                         CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::GetEntry
    Response<search::GMetaResult> get_entry(search::GetEntry op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::DeleteEntry
    Response<search::TaskAcknowledgement> delete_entry(search::DeleteEntry op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::GetTask
    Response<search::Task> get_task(search::GetTask op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::GetTaskList
    Response<search::Tasks> get_task_list(search::GetTaskList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::CreateRole
    Response<search::Role> create_role(search::CreateRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::GetRoleList
    Response<search::Roles> get_role_list(search::GetRoleList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::DeleteRole
    Response<search::DeletedRole> delete_role(search::DeleteRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    /**
     * Waits until a task of an index has ended, such as an ingest, or time runs out.
     *
     *     auto const verdict = client.task_wait({.task_id = accepted->task_id});
     *
     * A look may fail for a passing reason (a lost connection, a 503); the next one makes up for it.
     *
     * @param options  for each request; `deadline` ends the wait, too, and `stop` cancels it within 100 ms
     * @throws UsageError      for a time-out or polling_interval below 10 ms
     * @throws NetworkError    cancelled, by `stop` or the client's destruction; the last look's error, if none succeeded
     * @throws SearchApiError  if the task does not exist or may not be read
     */
    search::TaskVerdict task_wait(search::TaskWait wait, CallOptions const& options = {}) const {
        return detail::wait_by(self(), detail::SearchTaskWatch(std::move(wait)), options);
    }

    /**
     * Waits until an index that was deleted is gone, or time runs out: delete_index only marks it ("delete-pending"),
     * and reopen_index can take that back until the service has deleted it.
     *
     *     client.delete_index({.index_id = id});
     *     auto const verdict = client.index_delete_wait({.index_id = id, .timeout = 24h});
     *
     * A look may fail for a passing reason (a lost connection, a 503); the next one makes up for it.
     *
     * @param options  for each request; `deadline` ends the wait, too, and `stop` cancels it within 100 ms
     * @throws UsageError      for a time-out or polling_interval below 10 ms
     * @throws NetworkError    cancelled, by `stop` or the client's destruction; the last look's error, if none succeeded
     * @throws SearchApiError  if the index may not be read
     */
    search::IndexDeleteVerdict index_delete_wait(search::IndexDeleteWait wait, CallOptions const& options = {}) const {
        return detail::wait_by(self(), detail::IndexDeleteWatch(std::move(wait)), options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_SEARCH_SERVICE_HPP
