// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_V2_ANSWERS_HPP
#define GLOBUS_SERVICES_TRANSFER_V2_ANSWERS_HPP

#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>
#include <globus/services/transfer/answers.hpp>

#include <string>
#include <vector>

// What version 2 of Globus Transfer answers. Its documents about tunnels and stream access points are those of
// namespace globus::transfer.

namespace globus::transfer_v2 {

/// What a bookmark says. https://docs.globus.org/api/transfer/collection_bookmarks/
struct BookmarkAttributes {
    Optional<std::string> name = {};
    Optional<std::string> path = {};  ///< of a directory
    GLOBUS_MEMBERS(BookmarkAttributes, name, path);
};

/// The collection that a bookmark is in. https://docs.globus.org/api/transfer/collection_bookmarks/
struct BookmarkRelationships {
    Optional<transfer::Relationship> collection = {};  ///< that the path is of
    GLOBUS_MEMBERS(BookmarkRelationships, collection);
};

/// A name for a path of a collection. https://docs.globus.org/api/transfer/collection_bookmarks/
struct Bookmark {
    Optional<std::string> type = {};  ///< "Bookmark"
    Optional<std::string> id = {};    ///< a UUID
    BookmarkAttributes attributes = {};
    BookmarkRelationships relationships = {};
    GLOBUS_MEMBERS(Bookmark, type, id, attributes, relationships);
};

/// What an answer says about a collection that it was asked to include.
/// https://docs.globus.org/api/transfer/collection_bookmarks/
struct IncludedCollectionAttributes {
    Optional<std::string> display_name = {};
    Optional<bool> high_assurance = {};  ///< it requires fresh logins
    GLOBUS_MEMBERS(IncludedCollectionAttributes, display_name, high_assurance);
};

/// A collection that an answer was asked to include. https://docs.globus.org/api/transfer/collection_bookmarks/
struct IncludedCollection {
    Optional<std::string> type = {};  ///< "Collection"
    Optional<std::string> id = {};    ///< a UUID
    IncludedCollectionAttributes attributes = {};
    GLOBUS_MEMBERS(IncludedCollection, type, id, attributes);
};

/// The JSON:API document of a bookmark. https://docs.globus.org/api/transfer/collection_bookmarks/
struct BookmarkDocument {
    Optional<Bookmark> data = {};
    std::vector<IncludedCollection> included = {};  ///< the bookmarks' collections
    Optional<Json> meta = {};                       ///< further facts, such as the id of the request
    GLOBUS_MEMBERS(BookmarkDocument, data, included, meta);
};

/// A page of bookmarks; `links` leads to the next. https://docs.globus.org/api/transfer/collection_bookmarks/
struct BookmarkPage {
    std::vector<Bookmark> data = {};
    std::vector<IncludedCollection> included = {};  ///< the bookmarks' collections
    Optional<Json> links = {};                      ///< URLs, of the next page among them; null for none
    Optional<Json> meta = {};                       ///< further facts, such as the id of the request
    static constexpr auto items = &BookmarkPage::data;
    GLOBUS_MEMBERS(BookmarkPage, data, included, links, meta);
};

}  // namespace globus::transfer_v2

#endif  // GLOBUS_SERVICES_TRANSFER_V2_ANSWERS_HPP
