// A slot for a document names what it takes.
// expect: globus: this document is not one that the operation takes
#include <globus/services/transfer.hpp>

#ifdef GLOBUS_REJECT
globus::CreateBookmark const create{.bookmark_data = globus::AccessRule{}};
#else
globus::CreateBookmark const create{.bookmark_data = globus::Bookmark{}};
globus::CreateBookmark const untyped{.bookmark_data = boost::json::object{{"name", "data"}}};
#endif
