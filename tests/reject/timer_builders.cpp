// Each builder of a timer goes to the operation that it is for.
// expect: use of deleted function|call to deleted (function|constructor)|conversion function from
// expect: create_timer takes a TransferTimer or FlowTimer; a TimerJob goes to create_job
#include <globus/services/timers.hpp>

#ifdef GLOBUS_REJECT
globus::timers::TimerDocument made(globus::TimerJob job) { return job; }
#else
globus::timers::JobDocument made(globus::TimerJob job) { return job; }
#endif
