/* SB functions that LLDB 14 does not have. Called by name, so that the plugin loads
 * where they are missing; a plain call would end LLDB there. */
#ifndef HOGNOSE_LLDB_NEWER_HPP
#define HOGNOSE_LLDB_NEWER_HPP

#include <dlfcn.h>

#include <lldb/API/LLDB.h>

namespace hognose {

template <typename Function>
Function
newer_function(const char *mangled)
{
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, mangled));
}

/* SBDebugger::InterruptRequested(), LLDB 17. */
inline bool
interrupt_requested(lldb::SBDebugger &debugger)
{
    static const auto function = newer_function<bool (*)(lldb::SBDebugger *)>(
        "_ZN4lldb10SBDebugger18InterruptRequestedEv");

    return function && function(&debugger);
}

/* SBProcess::GetCoreFile(), LLDB 18. Invalid where it is missing. */
inline lldb::SBFileSpec
core_file_of(lldb::SBProcess &process)
{
    static const auto function =
        newer_function<lldb::SBFileSpec (*)(lldb::SBProcess *)>(
            "_ZN4lldb9SBProcess11GetCoreFileEv");

    return function ? function(&process) : lldb::SBFileSpec();
}

} // namespace hognose

#endif
