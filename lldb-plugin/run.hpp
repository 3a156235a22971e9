/* Lets LLDB's process run for a time, and starts it. */
#ifndef HOGNOSE_LLDB_RUN_HPP
#define HOGNOSE_LLDB_RUN_HPP

#include <cstdint>
#include <functional>
#include <string>

#include <lldb/API/LLDB.h>

#include "hognose/session.h"

namespace hognose {

/* See hn_host.run; @why says what the end does not. @interrupted is asked as often as
 * @finished, on the calling thread. */
hn_run_end
run_for(lldb::SBDebugger debugger, lldb::SBProcess process, uint64_t duration_ns,
        const std::function<bool()> &finished, const std::function<bool()> &interrupted,
        std::string *why);

/* Starts the selected target's program up to its first instruction. */
bool
start(lldb::SBDebugger debugger, std::string *why);

} // namespace hognose

#endif
