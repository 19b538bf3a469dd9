// SPDX-License-Identifier: Apache-2.0
// Which request is which operation of Transfer.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_ROUTES_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_ROUTES_IPP

#include <globus/sandbox/impl/services/transfer/documents.ipp>
#include <globus/sandbox/impl/services/transfer/endpoints.ipp>
#include <globus/sandbox/impl/services/transfer/manager.ipp>
#include <globus/sandbox/impl/services/transfer/operations.ipp>
#include <globus/sandbox/impl/services/transfer/rules.ipp>
#include <globus/sandbox/impl/services/transfer/streams.ipp>
#include <globus/sandbox/impl/services/transfer/submission.ipp>
#include <globus/sandbox/impl/services/transfer/task_calls.ipp>

namespace globus::sandbox::detail {

inline std::vector<Route> endpoint_routes() {
    using Rules = EndpointDocuments<RuleKind>;
    using Roles = EndpointDocuments<RoleKind>;
    static constexpr char const* s = "transfer";
    return {
        {"GET", "/v0.10/endpoint/{}", s, "get_endpoint", &get_endpoint},
        {"POST", "/v0.10/endpoint", s, "create_endpoint", &create_endpoint},
        {"PUT", "/v0.10/endpoint/{}", s, "update_endpoint", &update_endpoint},
        {"PUT", "/v0.10/endpoint/{}/subscription", s, "set_subscription_id", &set_subscription},
        {"PUT", "/v0.10/endpoint/{}/subscription_admin_verified", s, "set_subscription_admin_verified",
         &set_subscription},
        {"DELETE", "/v0.10/endpoint/{}", s, "delete_endpoint", &delete_endpoint},
        {"GET", "/v0.10/endpoint_search", s, "endpoint_search", &endpoint_search},
        {"POST", "/v0.10/shared_endpoint", s, "create_shared_endpoint", &create_shared_endpoint},
        {"GET", "/v0.10/endpoint/{}/my_effective_pause_rule_list", s, "my_effective_pause_rule_list",
         &my_effective_pause_rules},
        {"GET", "/v0.10/endpoint/{}/my_shared_endpoint_list", s, "my_shared_endpoint_list", &endpoint_lists},
        {"GET", "/v0.10/endpoint/{}/shared_endpoint_list", s, "get_shared_endpoint_list", &endpoint_lists},
        {"GET", "/v0.10/endpoint/{}/server_list", s, "endpoint_server_list", &endpoint_server_list},
        {"GET", "/v0.10/endpoint/{}/server/{}", s, "get_endpoint_server", &endpoint_server},
        {"GET", "/v0.10/endpoint/{}/role_list", s, "endpoint_role_list", &Roles::list},
        {"POST", "/v0.10/endpoint/{}/role", s, "add_endpoint_role", &Roles::add},
        {"GET", "/v0.10/endpoint/{}/role/{}", s, "get_endpoint_role", &Roles::get},
        {"DELETE", "/v0.10/endpoint/{}/role/{}", s, "delete_endpoint_role", &Roles::remove},
        {"GET", "/v0.10/endpoint/{}/access_list", s, "endpoint_acl_list", &Rules::list},
        {"POST", "/v0.10/endpoint/{}/access", s, "add_endpoint_acl_rule", &Rules::add},
        {"GET", "/v0.10/endpoint/{}/access/{}", s, "get_endpoint_acl_rule", &Rules::get},
        {"PUT", "/v0.10/endpoint/{}/access/{}", s, "update_endpoint_acl_rule", &Rules::update},
        {"DELETE", "/v0.10/endpoint/{}/access/{}", s, "delete_endpoint_acl_rule", &Rules::remove},
    };
}

inline std::vector<Route> task_routes() {
    using Bookmarks = PlainDocuments<BookmarkKind>;
    static constexpr char const* s = "transfer";
    return {
        {"GET", "/v0.10/bookmark_list", s, "bookmark_list", &Bookmarks::list},
        {"POST", "/v0.10/bookmark", s, "create_bookmark", &Bookmarks::create},
        {"GET", "/v0.10/bookmark/{}", s, "get_bookmark", &Bookmarks::get},
        {"PUT", "/v0.10/bookmark/{}", s, "update_bookmark", &Bookmarks::update},
        {"DELETE", "/v0.10/bookmark/{}", s, "delete_bookmark", &Bookmarks::remove},
        {"GET", "/v0.10/operation/endpoint/{}/ls", s, "operation_ls", &operation_ls},
        {"GET", "/v0.10/operation/endpoint/{}/stat", s, "operation_stat", &operation_stat},
        {"POST", "/v0.10/operation/endpoint/{}/mkdir", s, "operation_mkdir", &operation_mkdir},
        {"POST", "/v0.10/operation/endpoint/{}/rename", s, "operation_rename", &operation_rename},
        {"POST", "/v0.10/operation/endpoint/{}/symlink", s, "operation_symlink", &operation_symlink},
        {"GET", "/v0.10/submission_id", s, "get_submission_id", &get_submission_id},
        {"POST", "/v0.10/transfer", s, "submit_transfer", &submit_transfer},
        {"POST", "/v0.10/delete", s, "submit_delete", &submit_delete},
        {"GET", "/v0.10/task_list", s, "task_list", &task_list},
        {"GET", "/v0.10/task/{}", s, "get_task", &get_task},
        {"PUT", "/v0.10/task/{}", s, "update_task", &update_task},
        {"POST", "/v0.10/task/{}/cancel", s, "cancel_task", &cancel_task},
        {"POST", "/v0.10/task/{}/remove", s, "remove_task", &remove_task},
        {"GET", "/v0.10/task/{}/event_list", s, "task_event_list", &task_event_list},
        {"GET", "/v0.10/task/{}/pause_info", s, "task_pause_info", &task_pause_info},
        {"GET", "/v0.10/task/{}/successful_transfers", s, "task_successful_transfers", &task_successful_transfers},
        {"GET", "/v0.10/task/{}/skipped_errors", s, "task_skipped_errors", &task_skipped_errors},
    };
}

inline std::vector<Route> manager_routes() {
    using Rules = EndpointDocuments<RuleKind>;
    using PauseRules = PlainDocuments<PauseRuleKind>;
    static constexpr char const* s = "transfer";
    return {
        {"GET", "/v0.10/endpoint_manager/monitored_endpoints", s, "endpoint_manager_monitored_endpoints",
         &endpoint_lists},
        {"GET", "/v0.10/endpoint_manager/endpoint/{}", s, "endpoint_manager_get_endpoint", &get_endpoint},
        {"GET", "/v0.10/endpoint_manager/endpoint/{}/hosted_endpoint_list", s, "endpoint_manager_hosted_endpoint_list",
         &endpoint_lists},
        {"GET", "/v0.10/endpoint_manager/endpoint/{}/access_list", s, "endpoint_manager_acl_list", &Rules::list},
        {"GET", "/v0.10/endpoint_manager/task_list", s, "endpoint_manager_task_list", &task_list},
        {"GET", "/v0.10/endpoint_manager/task/{}", s, "endpoint_manager_get_task", &get_task},
        {"GET", "/v0.10/endpoint_manager/task/{}/event_list", s, "endpoint_manager_task_event_list", &task_event_list},
        {"GET", "/v0.10/endpoint_manager/task/{}/pause_info", s, "endpoint_manager_task_pause_info", &task_pause_info},
        {"GET", "/v0.10/endpoint_manager/task/{}/successful_transfers", s, "endpoint_manager_task_successful_transfers",
         &task_successful_transfers},
        {"GET", "/v0.10/endpoint_manager/task/{}/skipped_errors", s, "endpoint_manager_task_skipped_errors",
         &task_skipped_errors},
        {"POST", "/v0.10/endpoint_manager/admin_cancel", s, "endpoint_manager_cancel_tasks", &manager_cancel},
        {"GET", "/v0.10/endpoint_manager/admin_cancel/{}", s, "endpoint_manager_cancel_status", &manager_cancel_status},
        // [doc] the JavaScript SDK asks so
        {"POST", "/v0.10/endpoint_manager/admin_cancel/{}", s, "endpoint_manager_cancel_status",
         &manager_cancel_status},
        {"POST", "/v0.10/endpoint_manager/admin_pause", s, "endpoint_manager_pause_tasks", &manager_pause},
        {"POST", "/v0.10/endpoint_manager/admin_resume", s, "endpoint_manager_resume_tasks", &manager_resume},
        {"GET", "/v0.10/endpoint_manager/pause_rule_list", s, "endpoint_manager_pause_rule_list", &PauseRules::list},
        {"POST", "/v0.10/endpoint_manager/pause_rule", s, "endpoint_manager_create_pause_rule", &PauseRules::create},
        {"GET", "/v0.10/endpoint_manager/pause_rule/{}", s, "endpoint_manager_get_pause_rule", &PauseRules::get},
        {"PUT", "/v0.10/endpoint_manager/pause_rule/{}", s, "endpoint_manager_update_pause_rule", &PauseRules::update},
        {"DELETE", "/v0.10/endpoint_manager/pause_rule/{}", s, "endpoint_manager_delete_pause_rule",
         &PauseRules::remove},
    };
}

inline std::vector<Route> stream_routes() {
    using Tunnels = ApiDocuments<TunnelKind>;
    using AccessPoints = ApiDocuments<AccessPointKind>;
    using ApiBookmarks = ApiDocuments<ApiBookmarkKind>;
    static constexpr char const* s = "transfer";
    return {
        {"POST", "/v2/tunnels", s, "create_tunnel", &Tunnels::create},
        {"GET", "/v2/tunnels", s, "list_tunnels", &Tunnels::list},
        {"GET", "/v2/tunnels/{}", s, "get_tunnel", &Tunnels::get},
        {"PATCH", "/v2/tunnels/{}", s, "update_tunnel", &Tunnels::update},
        {"DELETE", "/v2/tunnels/{}", s, "delete_tunnel", &Tunnels::remove},
        {"GET", "/v2/tunnels/{}/events", s, "get_tunnel_events", &Tunnels::events},
        {"GET", "/v2/stream_access_points", s, "list_stream_access_points", &AccessPoints::list},
        {"GET", "/v2/stream_access_points/{}", s, "get_stream_access_point", &AccessPoints::get},
        {"POST", "/v2/bookmarks", s, "create_bookmark", &ApiBookmarks::create},
        {"GET", "/v2/bookmarks", s, "list_bookmarks", &ApiBookmarks::list},
        {"GET", "/v2/bookmarks/{}", s, "get_bookmark", &ApiBookmarks::get},
        {"PATCH", "/v2/bookmarks/{}", s, "update_bookmark", &ApiBookmarks::update},
        {"DELETE", "/v2/bookmarks/{}", s, "delete_bookmark", &ApiBookmarks::remove},
    };
}

inline std::vector<Route> const& transfer_routes() {
    static std::vector<Route> const all = [] {
        std::vector<Route> out;
        for (auto const& part : {endpoint_routes(), task_routes(), manager_routes(), stream_routes()})
            out.insert(out.end(), part.begin(), part.end());
        return out;
    }();
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_ROUTES_IPP
