/* LLDB's selected target, as the core asks for it: where it is, its memory, threads,
 * registers and symbols. Everything here is called by the core through struct
 * hn_host; the SB API is used as LLDB 14 has it (see newer.hpp for what is newer). */
#ifndef HOGNOSE_LLDB_TARGET_HPP
#define HOGNOSE_LLDB_TARGET_HPP

#include <string>

#include <lldb/API/LLDB.h>

#include "hognose/session.h"

namespace hognose {

class Target {
  public:
    explicit Target(const lldb::SBDebugger &with) : debugger(with)
    {
    }

    hn_status
    locate(hn_place *ret);
    bool
    select_frame(int64_t tid, unsigned eval_frame);

    size_t
    read(hn_addr addr, void *buf, size_t size);
    hn_status
    regions(hn_region_fn *each, void *arg);
    hn_status
    threads(hn_thread_fn *each, void *arg);
    hn_status
    registers(int64_t tid, hn_registers *ret);
    hn_status
    find_symbol(const char *name, hn_addr *ret);
    hn_status
    evaluate(const char *expression, uint64_t *ret);

  private:
    hn_place_kind
    find_place();
    bool
    readable_directly();
    bool
    compare_with_process_here();
    bool
    is_running();
    uint64_t
    generation();
    hn_status
    file_regions(hn_region_fn *each, void *arg);
    size_t
    read_once(hn_addr addr, void *buf, size_t size);

    lldb::SBDebugger debugger;
    lldb::SBTarget target;   /* selected when last located */
    lldb::SBProcess process; /* of it */

    /* What locate() handed out; lives until the next one. */
    std::string core_path, executable, sysroot, library_path;

    /* The process that was compared with the one of its pid on this machine. */
    uint32_t compared = 0;
    bool is_here = false;

    uint32_t looks = 0; /* at the process while it ran */
};

} // namespace hognose

#endif
