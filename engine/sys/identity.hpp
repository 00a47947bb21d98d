#pragma once
/// Names for things that are new, and for the process that owns them.

#include <string>
#include <string_view>

namespace ck::sys {

/// 16 random lower-case hex digits: a new UID.
std::string random_uid();

/// Names this process so that another one can tell later whether it still runs:
/// "host:boot:pid-namespace:pid:start".
std::string this_process();

/// Whether the process named by `this_process` may still run. False only when that is certain: same
/// host, and rebooted since, or same process namespace and no such process any more.
bool may_be_running(std::string_view process);

}  // namespace ck::sys
