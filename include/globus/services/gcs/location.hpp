// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_LOCATION_HPP
#define GLOBUS_SERVICES_GCS_LOCATION_HPP

#include <globus/core/config.hpp>

#include <string>
#include <string_view>

namespace globus {

/**
 * A place in a collection, in any of the ways in which people write one.
 *
 *     Location const place = Location::parse("globus://6c54cade-bde5-45c1-bdea-f4bd71dba2cc/home/share/");
 *     transfer.operation_ls({.endpoint_id = place.collection_id, .path = place.path});
 *
 * | form | known |
 * |---|---|
 * | `globus://COLLECTION_ID/path` | collection and path |
 * | `COLLECTION_ID:/path`, as the Globus CLI has it | collection and path |
 * | `https://app.globus.org/file-manager?origin_id=COLLECTION_ID&origin_path=%2Fpath` | collection and path |
 * | `https://HOST/path`, the address of a collection's files | address and path |
 *
 * Where a function wants the path of something in a collection, it takes a Location and each of these texts, too, if it
 * is in the collection that the function is of: `files.download({.path = place, .to = "run.h5"})`.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
struct Location {
    std::string collection_id = {};  ///< a UUID in lower case; empty if only the address is known
    std::string address = {};        ///< "https://HOST" of a collection's files; empty if the id is known
    std::string path = "/";          ///< from the top of the collection, decoded

    /// @throws UsageError  for a text in none of these forms
    static Location parse(std::string_view text);

    /// `globus://COLLECTION_ID/path`, or `https://HOST/path`.
    [[nodiscard]] std::string uri() const;
    /// The page of the web app that shows it. @throws UsageError  if the collection is not known
    [[nodiscard]] std::string web_url() const;
    /// Its `uri()`, which stands for it where a text is wanted.
    operator std::string() const { return uri(); }

    friend bool operator==(Location const&, Location const&) = default;
};

namespace detail {

/// True for a text that names a place in one of the forms of a Location, and is no path.
bool names_place(std::string_view text);
/// The path of a place, or the path that `place` is.
/// @param collection_id  of the collection that it has to be in
/// @param base_url       of that collection's files, with a slash at its end
/// @throws UsageError  for a place in another collection
std::string path_in_collection(std::string_view place, std::string_view collection_id, std::string_view base_url);

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/location.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_LOCATION_HPP
