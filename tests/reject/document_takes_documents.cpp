// A Document is an object: a text, which a designated initialiser would silently become, is none.
// expect: Required<(globus::)?Document
#include <globus/services/search.hpp>

#ifdef GLOBUS_REJECT
globus::search::PostSearch const query{.index_id = "i", .data = {.q = "*"}};
#else
globus::search::PostSearch const query{.index_id = "i", .data = {{"q", "*"}}};
#endif
