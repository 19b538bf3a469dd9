// What a service counts in seconds takes no milliseconds.
// expect: (no|could not|cannot) (viable |be )?(conver|match)
#include <globus/services/timers.hpp>

using namespace std::chrono_literals;

#ifdef GLOBUS_REJECT
globus::RecurringTimerSchedule schedule{.interval_seconds = 1500ms};
#else
globus::RecurringTimerSchedule schedule{.interval_seconds = 90s};
#endif
