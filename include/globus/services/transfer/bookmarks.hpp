// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_BOOKMARKS_HPP
#define GLOBUS_SERVICES_TRANSFER_BOOKMARKS_HPP

#include <globus/client/operation.hpp>
#include <globus/services/transfer/answers.hpp>

#include <string>

// Bookmarks: https://docs.globus.org/api/transfer/collection_bookmarks/

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/// Lists the user's bookmarks. GET /bookmark_list
/// https://docs.globus.org/api/transfer/collection_bookmarks/#get_list_of_bookmarks
struct BookmarkList {
    using service = TransferService;
    using result = BookmarkPage;
    static constexpr auto route = get("/v0.10/bookmark_list");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(BookmarkList, query_params);
};

/// Makes a bookmark. POST /bookmark
/// https://docs.globus.org/api/transfer/collection_bookmarks/#create_bookmark
struct CreateBookmark {
    using service = TransferService;
    using result = Bookmark;
    static constexpr auto route = post("/v0.10/bookmark");
    Required<DocumentOf<Bookmark>> bookmark_data;  ///< with name, endpoint_id and path
    static constexpr auto wire = wires(in_json("bookmark_data", ""));
    GLOBUS_MEMBERS(CreateBookmark, bookmark_data);
};

/// Reads a bookmark. GET /bookmark/{bookmark_id}
/// https://docs.globus.org/api/transfer/collection_bookmarks/#get_bookmark_by_id
struct GetBookmark {
    using service = TransferService;
    using result = Bookmark;
    static constexpr auto route = get("/v0.10/bookmark/{bookmark_id}");
    Required<std::string> bookmark_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetBookmark, bookmark_id, query_params);
};

/// Renames a bookmark, or pins it. PUT /bookmark/{bookmark_id}
/// https://docs.globus.org/api/transfer/collection_bookmarks/#update_bookmark
struct UpdateBookmark {
    using service = TransferService;
    using result = Bookmark;
    static constexpr auto route = put("/v0.10/bookmark/{bookmark_id}");
    Required<std::string> bookmark_id;
    Required<DocumentOf<Bookmark>> bookmark_data;  ///< as in Bookmark{.name = "new name"}
    static constexpr auto wire = wires(in_json("bookmark_data", ""));
    GLOBUS_MEMBERS(UpdateBookmark, bookmark_id, bookmark_data);
};

/// Deletes a bookmark. DELETE /bookmark/{bookmark_id}
/// https://docs.globus.org/api/transfer/collection_bookmarks/#delete_bookmark_by_id
struct DeleteBookmark {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = delete_("/v0.10/bookmark/{bookmark_id}");
    Required<std::string> bookmark_id;
    GLOBUS_MEMBERS(DeleteBookmark, bookmark_id);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_BOOKMARKS_HPP
