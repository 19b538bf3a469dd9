// A number is no document.
// expect: Required<(globus::)?Document
#include <globus/services/search.hpp>

#ifdef GLOBUS_REJECT
globus::search::PostSearch const query{.index_id = "i", .data = 5};
#else
globus::search::PostSearch const query{.index_id = "i", .data = globus::Json{{"q", "*"}}};
#endif
