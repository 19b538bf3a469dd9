// Text is no flag: std::optional<bool> would read "false" as true.
// expect: use of deleted function|conversion function.*deleted|invokes a deleted function
// expect: this member is a bool: write true or false
#include <globus/services/transfer.hpp>

#ifdef GLOBUS_REJECT
globus::transfer::OperationLs operation{.endpoint_id = "id", .show_hidden = "false"};
#else
globus::transfer::OperationLs operation{.endpoint_id = "id", .show_hidden = false};
#endif
