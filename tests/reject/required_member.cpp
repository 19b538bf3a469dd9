// A required member that is left out says so.
// expect: use of deleted function|call to deleted constructor
// expect: this member is required: give it in the braces
#include <globus/services/transfer.hpp>

#ifdef GLOBUS_REJECT
globus::transfer::OperationLs operation{.path = "/~/"};
#else
globus::transfer::OperationLs operation{.endpoint_id = "id", .path = "/~/"};
#endif
