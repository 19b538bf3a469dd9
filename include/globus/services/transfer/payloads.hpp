// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_PAYLOADS_HPP
#define GLOBUS_SERVICES_TRANSFER_PAYLOADS_HPP

#include <globus/core/config.hpp>
#include <globus/core/duration.hpp>
#include <globus/core/json_write.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>
#include <globus/services/transfer/words.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The documents that a Transfer program makes.

namespace globus::detail {

/// A member that belongs to a JSON:API resource's relationships, as the id of a resource of `type`.
struct ResourceLink {
    std::string_view member;
    std::string_view name;
    std::string_view type;
};

/**
 * Writes an object as the JSON:API document of a resource: `T::resource_type`, the members that `T::resource_links`
 * lists as relationships, and all others as attributes.
 */
template <class T>
void write_resource(std::string& out, T const& object) {
    auto const link_of = [](std::string_view member) -> ResourceLink const* {
        for (ResourceLink const& link : T::resource_links)
            if (link.member == member) return &link;
        return nullptr;
    };
    out += R"({"data":{"type":)";
    write_string(out, T::resource_type);
    if (!T::resource_links.empty()) {
        bool first = true;
        out += R"(,"relationships":{)";
        T::members::for_each(object, [&]<class M, class V>(M, V const& value) {
            if constexpr (std::same_as<V, Required<std::string>>) {
                ResourceLink const* const link = link_of(M::key);
                if (link == nullptr) return;
                write_separator(out, first);
                write_string(out, link->name);
                out += R"(:{"data":{"type":)";
                write_string(out, link->type);
                out += R"(,"id":)";
                write_string(out, *value);
                out += "}}";
            }
        });
        out += '}';
    }
    bool first = true;
    out += R"(,"attributes":{)";
    T::members::for_each(object, [&]<class M, class V>(M, V const& value) {
        if constexpr (std::same_as<V, AdditionalFields>) {
            for (auto const& [key, item] : value) write_member(out, first, key, item);
        } else {
            if constexpr (is_optional<V>)
                if (value.is_absent()) return;
            if (link_of(M::key) == nullptr && !object.additional_fields.contains(M::key))
                write_member(out, first, M::key, value);
        }
    });
    out += "}}}";
}

/// @throws UsageError  for an empty id
void check_id(std::string_view member, std::string_view id);

}  // namespace globus::detail

namespace globus::transfer {

/**
 * When a file that already exists is copied again.
 *
 *     .sync_level = SyncLevel::checksum
 *
 * https://docs.globus.org/api/transfer/task_submit/#transfer_specific_fields
 */
class SyncLevel {
public:
    /// A file is copied if it is missing; or its size differs; or it is older; or its checksum differs.
    enum Level : unsigned char { exists, size, mtime, checksum };

    /// The level by its enumerator.
    SyncLevel(Level level = exists) : number_(level) {}
    /// The level by its number, 0 to 3; submit_transfer refuses others.
    SyncLevel(std::int64_t number) : number_(number) {}
    /// The level by its number, 0 to 3; submit_transfer refuses others.
    SyncLevel(int number) : number_(number) {}
    /// @throws UsageError  for a name other than exists, size, mtime and checksum
    SyncLevel(std::string_view name);
    /// @throws UsageError  for a name other than exists, size, mtime and checksum
    SyncLevel(char const* name, globus::detail::CodeLine where = globus::detail::CodeLine::here())
        : SyncLevel(std::string_view(globus::detail::text_at(name, where))) {}

    /// The number that is sent, 0 to 3.
    [[nodiscard]] std::int64_t number() const noexcept { return number_; }
    void write_json(std::string& out) const { globus::detail::write_json(out, number_); }
    friend bool operator==(SyncLevel, SyncLevel) = default;

private:
    std::int64_t number_;
};

/// One file or directory of a transfer. https://docs.globus.org/api/transfer/task_submit/#transfer_item_fields
struct TransferItem {
    Constant<"transfer_item"> DATA_TYPE = {};
    Required<std::string> source_path;              ///< with / between its parts; "~" is the account's home
    Required<std::string> destination_path;         ///< the full path of what is made, not the directory above it
    Optional<bool> recursive = {};                  ///< true: a directory with all that is in it
    Optional<std::string> external_checksum = {};   ///< that the file is expected to have
    Optional<std::string> checksum_algorithm = {};  ///< of external_checksum, as in "SHA256"
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(TransferItem, DATA_TYPE, source_path, destination_path, recursive, external_checksum,
                   checksum_algorithm, additional_fields);
};

/// Which names a recursive transfer includes. https://docs.globus.org/api/transfer/task_submit/#filter_rules
struct FilterRule {
    Constant<"filter_rule"> DATA_TYPE = {};
    Required<std::string> name;                   ///< with * and ?
    FilterMethod method = FilterMethod::exclude;  ///< or FilterMethod::include
    Optional<FileType> type = {};                 ///< files or directories; both if left out
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(FilterRule, DATA_TYPE, name, method, type, additional_fields);

    /// @throws UsageError  for an unknown method or type
    void check() const;
};

/**
 * A transfer to be submitted.
 *
 *     TransferData data{.source_endpoint = here, .destination_endpoint = there, .label = "nightly"};
 *     data.add_item({.source_path = "/~/run1/", .destination_path = "/archive/run1/", .recursive = true});
 *     auto accepted = transfer.submit_transfer(data);
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 * https://docs.globus.org/api/transfer/task_submit/#transfer_and_delete_documents
 */
struct TransferData {
    Constant<"transfer"> DATA_TYPE = {};
    Required<std::string> source_endpoint;       ///< id of the collection that is read
    Required<std::string> destination_endpoint;  ///< id of the collection that is written
    Optional<std::string> label = {};  ///< for people: at most 128 characters, in one line, no blank at either end
    Optional<std::string> submission_id = {};  ///< submit_transfer fetches one if there is none
    Optional<SyncLevel> sync_level = {};       ///< which existing files are copied again; all if left out
    /// Whether checksums are compared after each file, which is sent again if they differ; default false.
    Optional<bool> verify_checksum = {};
    Optional<bool> preserve_timestamp = {};  ///< whether files get the source's modification times; default false
    Optional<bool> encrypt_data = {};        ///< whether the data is sent over TLS; default false
    Optional<Timestamp> deadline = {};       ///< the task fails after this time
    /// Whether to go on past paths that are not found or not readable; default false.
    Optional<bool> skip_source_errors = {};
    /// Whether the task ends when the destination is full, instead of trying again; default false.
    Optional<bool> fail_on_quota_errors = {};
    /// Whether to delete what a recursive item's source does not have; default false.
    Optional<bool> delete_destination_extra = {};
    Optional<bool> notify_on_succeeded = {};  ///< whether the user gets an e-mail; default true
    Optional<bool> notify_on_failed = {};     ///< whether the user gets an e-mail; default true
    /// Whether the user gets an e-mail, as when a login has expired; default true.
    Optional<bool> notify_on_inactive = {};
    /// Account on the source's host, where the user has several; mapped collections only.
    Optional<std::string> source_local_user = {};
    Optional<std::string> destination_local_user = {};    ///< the same of the destination
    std::vector<TransferItem> DATA = {};                  ///< what is transferred: at least one item
    Optional<std::vector<FilterRule>> filter_rules = {};  ///< which names recursive items include; all if left out
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(TransferData, DATA_TYPE, source_endpoint, destination_endpoint, label, submission_id, sync_level,
                   verify_checksum, preserve_timestamp, encrypt_data, deadline, skip_source_errors,
                   fail_on_quota_errors, delete_destination_extra, notify_on_succeeded, notify_on_failed,
                   notify_on_inactive, source_local_user, destination_local_user, DATA, filter_rules,
                   additional_fields);

    /// Adds a file or directory.
    TransferData& add_item(TransferItem item);
    /// Adds a rule on names; the first rule that matches a name decides.
    TransferData& add_filter_rule(FilterRule rule);

    /// Refuses what Transfer would refuse; submit_transfer calls it before it sends anything. It does not look at what
    /// additional_fields replace.
    /// @throws UsageError  for an empty endpoint id, a label that is too long, has a line break or begins or ends with
    ///                     a blank, an unknown sync_level or filter rule, a deadline that there is not, as on the 30th
    ///                     of February, and a transfer without items
    void check() const;
};

/// One path of a deletion. https://docs.globus.org/api/transfer/task_submit/#delete_item_fields
struct DeleteItem {
    Constant<"delete_item"> DATA_TYPE = {};
    Required<std::string> path;  ///< of a file, or of a directory where `recursive` is set
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(DeleteItem, DATA_TYPE, path, additional_fields);
};

/**
 * A deletion to be submitted.
 *
 *     DeleteData data{.endpoint = there, .recursive = true};
 *     data.add_item({.path = "/archive/run1/"});
 *     auto accepted = transfer.submit_delete(data);
 *
 * https://docs.globus.org/api/transfer/task_submit/#delete_specific_fields
 */
struct DeleteData {
    Constant<"delete"> DATA_TYPE = {};
    Required<std::string> endpoint;    ///< id of the collection
    Optional<std::string> label = {};  ///< for people: at most 128 characters, in one line, no blank at either end
    Optional<std::string> submission_id = {};  ///< submit_delete fetches one if there is none
    Optional<bool> recursive = {};       ///< whether directories are deleted with all that is in them; default false
    Optional<bool> ignore_missing = {};  ///< whether a missing path is accepted; default false
    /// Whether *, ? and [] in the last part of a path are wildcards, unless after a backslash; default false.
    Optional<bool> interpret_globs = {};
    Optional<Timestamp> deadline = {};        ///< the task fails after this time
    Optional<bool> notify_on_succeeded = {};  ///< whether the user gets an e-mail; default true
    Optional<bool> notify_on_failed = {};     ///< whether the user gets an e-mail; default true
    /// Whether the user gets an e-mail, as when a login has expired; default true.
    Optional<bool> notify_on_inactive = {};
    /// Account on the collection's host, where the user has several; mapped collections only.
    Optional<std::string> local_user = {};
    std::vector<DeleteItem> DATA = {};  ///< what is deleted: at least one path
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(DeleteData, DATA_TYPE, endpoint, label, submission_id, recursive, ignore_missing, interpret_globs,
                   deadline, notify_on_succeeded, notify_on_failed, notify_on_inactive, local_user, DATA,
                   additional_fields);

    /// Adds a path.
    DeleteData& add_item(DeleteItem item);

    /// Refuses what Transfer would refuse, as TransferData::check does.
    /// @throws UsageError  for an empty endpoint id, a label that Transfer does not take, a deadline that there is not, and
    ///                     a deletion without items
    void check() const;
};

/**
 * Splits a transfer into several of at most `max_items` items each, in order; everything else is the same in each.
 *
 *     for (TransferData& part : split_transfer_data(std::move(data), 1000)) client.submit_transfer(part);
 *
 * The parts have no submission id, since an id stands for one task. The client's member function of this name gives
 * each part its own.
 *
 * @throws UsageError  if `max_items` is 0
 */
std::vector<TransferData> split_transfer_data(TransferData data, std::size_t max_items);

/**
 * A tunnel to be made between two stream access points.
 *
 *     auto tunnel = client.create_tunnel({.initiator_stream_access_point = here,
 *                                         .listener_stream_access_point = there,
 *                                         .label = "instrument"});
 *
 * It is written as a JSON:API document: the access points are relationships, all else is attributes.
 * https://docs.globus.org/api/transfer/
 */
struct CreateTunnelData {
    Required<std::string> initiator_stream_access_point;  ///< id of the end that connects
    Required<std::string> listener_stream_access_point;   ///< id of the end that waits for it
    Optional<std::string> label = {};                     ///< for people
    Optional<std::string> submission_id = {};             ///< create_tunnel makes one if there is none
    /// How long it may live: it is stopped then; the service's default if left out.
    Optional<WholeMinutes> lifetime_mins = {};
    Optional<bool> restartable = {};          ///< the service may start it again after a failure
    AdditionalFields additional_fields = {};  ///< further attributes
    static constexpr std::string_view resource_type = "Tunnel";
    static constexpr std::array<globus::detail::ResourceLink, 2> resource_links{
        {{"listener_stream_access_point", "listener", "StreamAccessPoint"},
         {"initiator_stream_access_point", "initiator", "StreamAccessPoint"}}};
    GLOBUS_MEMBERS(CreateTunnelData, initiator_stream_access_point, listener_stream_access_point, label, submission_id,
                   lifetime_mins, restartable, additional_fields);

    /// @throws UsageError  for an empty access point
    void check() const;
    void write_json(std::string& out) const { globus::detail::write_resource(out, *this); }
};

/// The values that a name may have in a TransferFilter: one or several texts or words of TaskStatus, TaskType, FileType.
/// https://docs.globus.org/api/transfer/file_operations/#dir_listing_filtering
class FilterValues {
public:
    /// One text.
    FilterValues(char const* one) : texts_(one) {}
    /// One text.
    FilterValues(std::string one) : texts_(std::move(one)) {}
    /// Any number of texts.
    FilterValues(StringList several) : texts_(std::move(several)) {}
    /// A word, as in `TaskStatus::active`.
    template <class Known>
        requires requires(Known known) {
            { word_of(known) } -> std::convertible_to<std::string_view>;
        }
    FilterValues(Known one) : texts_(word_of(one)) {}
    /// Several texts or words.
    FilterValues(std::initializer_list<FilterValues> several);

    /// The values as they are sent.
    [[nodiscard]] StringList const& texts() const noexcept { return texts_; }

private:
    StringList texts_;
};

/**
 * A filter for a listing: a text in Globus' filter language, or names with their values.
 *
 *     .filter = "type:dir/name:~run*"
 *     .filter = {{"type", {FileType::file, FileType::dir}}, {"name", "~*.h5"}}        // type:file,dir/name:~*.h5
 *
 * https://docs.globus.org/api/transfer/file_operations/#dir_listing_filtering
 */
class TransferFilter {
public:
    using value_type = std::pair<std::string, FilterValues>;

    TransferFilter() = default;
    /// A text in the filter language, as it is sent.
    TransferFilter(char const* text, globus::detail::CodeLine where = globus::detail::CodeLine::here())
        : text_(globus::detail::text_at(text, where)) {}
    /// A text in the filter language, as it is sent.
    TransferFilter(std::string text) : text_(std::move(text)) {}
    /// Names with their values; all conditions must hold.
    TransferFilter(std::initializer_list<value_type> terms);

    /// Adds a condition; all must hold.
    TransferFilter& add(std::string const& name, FilterValues const& values);

    /// The filter in the filter language, as it is sent.
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    /// The same, or nothing where there is no condition.
    [[nodiscard]] std::vector<std::string> query_texts() const;
    friend bool operator==(TransferFilter const&, TransferFilter const&) = default;

private:
    std::string text_;
};

/// One filter or several, any of which an entry may pass:
/// `.filter = {"type:dir", "name:~*.h5"}`, `.filter = TransferFilter{{"type", FileType::dir}}`.
/// https://docs.globus.org/api/transfer/file_operations/#dir_listing_filtering
class TransferFilters : public std::vector<TransferFilter> {
public:
    TransferFilters() = default;
    /// One filter.
    TransferFilters(char const* text, globus::detail::CodeLine where = globus::detail::CodeLine::here())
        : std::vector<TransferFilter>{TransferFilter(text, where)} {}
    /// One filter.
    TransferFilters(std::string text) : std::vector<TransferFilter>{TransferFilter(std::move(text))} {}
    /// One filter.
    TransferFilters(TransferFilter one) : std::vector<TransferFilter>{std::move(one)} {}
    /// Several filters, any of which an entry may pass.
    TransferFilters(std::initializer_list<TransferFilter> several) : std::vector<TransferFilter>(several) {}

    [[nodiscard]] std::vector<std::string> query_texts() const;
};

}  // namespace globus::transfer

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/payloads.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_PAYLOADS_HPP
