/* See target.hpp. Written for LLDB 14 and everything newer. */
#include "target.hpp"

#include <algorithm>
#include <cstring>
#include <sys/uio.h>
#include <vector>

#include "core_file.hpp"

namespace hognose {

namespace {

/* Enough to tell one process's stack from another's. */
enum { SAMPLE_BYTES = 64 };

enum { PAGE_BYTES = 4096 };

constexpr char EVAL[] = "_PyEval_EvalFrameDefault";
constexpr char TAIL_CALLED_EVAL[] = "_TAIL_CALL_";

std::string
text_of(const char *text)
{
    return text ? text : "";
}

bool
starts_with(const std::string &text, const char *start)
{
    return text.compare(0, strlen(start), start) == 0;
}

const char *
or_null(const std::string &text)
{
    return text.empty() ? nullptr : text.c_str();
}

std::string
path_of(const lldb::SBFileSpec &file)
{
    char path[4096];

    if (!file.IsValid() || file.GetPath(path, sizeof(path)) >= sizeof(path))
        return "";
    return path;
}

/* A setting of file lists comes as one text: "  [0]: /a  [1]: /b". */
std::string
file_list_setting(lldb::SBDebugger &debugger, const char *name)
{
    lldb::SBStringList values =
        debugger.GetInternalVariableValue(name, debugger.GetInstanceName());
    std::string text, list;

    for (uint32_t i = 0; i < values.GetSize(); i++)
        text += text_of(values.GetStringAtIndex(i)) + "  ";
    for (size_t at = text.find("]: "); at != std::string::npos;
         at = text.find("]: ", at + 1)) {
        size_t start = at + 3, next = text.find("  [", start);
        std::string path = text.substr(start, next - start);

        path.erase(path.find_last_not_of(" \n") + 1);
        list += (list.empty() ? "" : ":") + path;
    }
    return list;
}

/* `platform select --sysroot DIR`: only `platform status` tells it. */
std::string
platform_sysroot(lldb::SBDebugger &debugger)
{
    lldb::SBCommandReturnObject result;
    static const std::string label = "Sysroot: ";

    debugger.GetCommandInterpreter().HandleCommand("platform status", result);

    std::string text = text_of(result.GetOutput());
    size_t at = text.find(label);

    if (at == std::string::npos)
        return "";
    at += label.size();
    return text.substr(at, text.find('\n', at) - at);
}

/* A part of a file as it is loaded. */
struct segment {
    hn_addr start, end;
    uint64_t offset;
    std::string path;
    uint32_t permissions;
};

/* LLDB calls ELF's program headers sections "PT_LOAD[0]" and so on. */
std::vector<segment>
loaded_segments(lldb::SBTarget &target)
{
    std::vector<segment> segments;

    for (uint32_t i = 0; i < target.GetNumModules(); i++) {
        lldb::SBModule module = target.GetModuleAtIndex(i);

        for (size_t j = 0; j < module.GetNumSections(); j++) {
            lldb::SBSection section = module.GetSectionAtIndex(j);
            hn_addr start = section.GetLoadAddress(target);

            if (start == LLDB_INVALID_ADDRESS
                || !starts_with(text_of(section.GetName()), "PT_LOAD"))
                continue;
            segments.push_back({ start, start + section.GetByteSize(),
                                 section.GetFileOffset(), path_of(module.GetFileSpec()),
                                 section.GetPermissions() });
        }
    }
    return segments;
}

/* LLDB's regions lack offsets, and on cores also names. */
void
complete_from_segments(const std::vector<segment> &segments, hn_region *region)
{
    for (const segment &s : segments) {
        if (region->start >= s.end || region->end <= s.start)
            continue;
        /* A mapping starts at the page that its segment starts in. */
        region->offset = s.offset + region->start - s.start;
        if (!*region->path)
            region->path = s.path.c_str();
        return;
    }
}

struct register_question {
    lldb::SBFrame frame;
};

bool
look_up_register(void *arg, const char *name, uint64_t *value)
{
    lldb::SBFrame &frame = static_cast<register_question *>(arg)->frame;
    lldb::SBValue found = frame.FindRegister(name);
    lldb::SBError error;

    if (!found.IsValid())
        return false;
    *value = found.GetValueAsUnsigned(error);
    return error.Success();
}

std::string
function_name(lldb::SBFrame frame)
{
    return text_of(frame.GetFunctionName());
}

/* One C frame per run of the interpreter's loop, however it was compiled: cold parts
 * and clones have names of their own, and a tail-calling one has another function on
 * top of it. */
bool
is_eval(lldb::SBThread &thread, uint32_t index)
{
    std::string name = function_name(thread.GetFrameAtIndex(index));

    if (!starts_with(name, EVAL))
        return starts_with(name, TAIL_CALLED_EVAL);
    return index == 0
           || !starts_with(function_name(thread.GetFrameAtIndex(index - 1)),
                           TAIL_CALLED_EVAL);
}

} // namespace

/* --- where the target is ----------------------------------------------------- */

hn_status
Target::locate(hn_place *ret)
{
    hn_place place = {};

    target = debugger.GetSelectedTarget();
    process = target.GetProcess();
    place.kind = find_place();
    if (place.kind != HN_PLACE_NONE) {
        place.pid = static_cast<int64_t>(process.GetProcessID());
        executable = path_of(target.GetExecutable());
        sysroot = platform_sysroot(debugger);
        library_path = file_list_setting(debugger, "target.exec-search-paths");
        place.core_path = or_null(core_path);
        place.exe = or_null(executable);
        place.sysroot = or_null(sysroot);
        place.lib_path = or_null(library_path);
        place.selected_thread =
            static_cast<int64_t>(process.GetSelectedThread().GetThreadID());
        place.running = is_running();
        place.generation = generation();
    }
    *ret = place;
    return HN_OK;
}

bool
Target::is_running()
{
    lldb::StateType state = process.GetState();

    return state == lldb::eStateRunning || state == lldb::eStateStepping;
}

/* Of a process that runs, each look is another one. */
uint64_t
Target::generation()
{
    uint32_t stop = process.GetStopID(true);

    if (is_running())
        looks++;
    return static_cast<uint64_t>(process.GetUniqueID()) << 48
           | static_cast<uint64_t>(looks & 0xffff) << 32 | stop;
}

/* By what LLDB calls the process, never by its pid: that of a core may be anyone's. */
hn_place_kind
Target::find_place()
{
    std::string plugin = text_of(process.GetPluginName());

    core_path.clear();
    switch (process.GetState()) {
    case lldb::eStateInvalid:
    case lldb::eStateUnloaded:
    case lldb::eStateConnected:
    case lldb::eStateDetached:
    case lldb::eStateExited: return HN_PLACE_NONE;
    default: break;
    }
    if (plugin == "elf-core")
        core_path = core_file_path(process);
    if (!core_path.empty())
        return HN_PLACE_CORE;
    if (plugin == "gdb-remote" && readable_directly())
        return HN_PLACE_LIVE;
    return HN_PLACE_HOST;
}

/* gdb-remote is LLDB's own server on this machine, or one anywhere else. */
bool
Target::readable_directly()
{
    if (text_of(target.GetPlatform().GetName()) != "host")
        return false;
    if (compared != process.GetUniqueID()) {
        is_here = compare_with_process_here();
        compared = process.GetUniqueID();
    }
    return is_here;
}

bool
Target::compare_with_process_here()
{
    char by_lldb[SAMPLE_BYTES], by_us[SAMPLE_BYTES];
    hn_addr stack = process.GetSelectedThread().GetFrameAtIndex(0).GetSP();
    lldb::SBError error;

    stack &= ~static_cast<hn_addr>(SAMPLE_BYTES - 1);
    if (process.ReadMemory(stack, by_lldb, sizeof(by_lldb), error) != sizeof(by_lldb))
        return false;

    struct iovec here = { by_us, sizeof(by_us) };
    struct iovec there = { reinterpret_cast<void *>(stack), sizeof(by_us) };
    ssize_t got = process_vm_readv(static_cast<pid_t>(process.GetProcessID()), &here, 1,
                                   &there, 1, 0);

    return got == static_cast<ssize_t>(sizeof(by_us))
           && memcmp(by_lldb, by_us, sizeof(by_us)) == 0;
}

/* --- memory ------------------------------------------------------------------ */

/* How many bytes LLDB can read. What SBError says may be about an older read. */
size_t
Target::read_once(hn_addr addr, void *buf, size_t size)
{
    lldb::SBError error;
    size_t got = process.ReadMemory(addr, buf, size, error);

    if (got == size)
        return got;
    /* On a core, what is only in the files it was mapped from. */
    return std::max(
        got, target.ReadMemory(target.ResolveLoadAddress(addr), buf, size, error));
}

/* A read that meets a hole may end well before it: from there on page by page. */
size_t
Target::read(hn_addr addr, void *buf, size_t size)
{
    size_t done = read_once(addr, buf, size);

    while (done < size) {
        size_t piece =
            std::min<size_t>(size - done, PAGE_BYTES - (addr + done) % PAGE_BYTES);
        size_t got = read_once(addr + done, static_cast<char *>(buf) + done, piece);

        if (got == 0)
            break;
        done += got;
    }
    return done;
}

/* All that is known where LLDB's server does not tell the memory map (gdbserver): what
 * is mapped from files. */
hn_status
Target::file_regions(hn_region_fn *each, void *arg)
{
    for (const segment &s : loaded_segments(target)) {
        hn_region region = {};
        hn_status status;

        region.start = s.start;
        region.end = s.end;
        region.offset = s.offset;
        region.path = s.path.c_str();
        region.readable = s.permissions & lldb::ePermissionsReadable;
        region.writable = s.permissions & lldb::ePermissionsWritable;
        region.executable = s.permissions & lldb::ePermissionsExecutable;
        status = each(arg, &region);
        if (status)
            return status;
    }
    return HN_OK;
}

hn_status
Target::regions(hn_region_fn *each, void *arg)
{
    std::vector<segment> segments = loaded_segments(target);
    lldb::SBMemoryRegionInfoList list = process.GetMemoryRegions();
    lldb::SBMemoryRegionInfo info;

    if (list.GetSize() == 0)
        return file_regions(each, arg);
    for (uint32_t i = 0; i < list.GetSize(); i++) {
        hn_region region = {};
        hn_status status;

        if (!list.GetMemoryRegionAtIndex(i, info) || !info.IsMapped())
            continue;
        region.start = info.GetRegionBase();
        region.end = info.GetRegionEnd();
        region.readable = info.IsReadable();
        region.writable = info.IsWritable();
        region.executable = info.IsExecutable();
        region.path = info.GetName() ? info.GetName() : "";
        complete_from_segments(segments, &region);
        status = each(arg, &region);
        if (status)
            return status;
    }
    return HN_OK;
}

/* --- threads ----------------------------------------------------------------- */

hn_status
Target::threads(hn_thread_fn *each, void *arg)
{
    for (uint32_t i = 0; i < process.GetNumThreads(); i++) {
        lldb::SBThread found = process.GetThreadAtIndex(i);
        std::string name = text_of(found.GetName());
        hn_native_thread thread = {};
        hn_status status;

        thread.tid = thread.ns_tid = static_cast<int64_t>(found.GetThreadID());
        name.copy(thread.name, sizeof(thread.name) - 1);
        status = each(arg, &thread);
        if (status)
            return status;
    }
    return HN_OK;
}

hn_status
Target::registers(int64_t tid, hn_registers *ret)
{
    lldb::SBThread thread = process.GetThreadByID(static_cast<lldb::tid_t>(tid));
    register_question question = { thread.GetFrameAtIndex(0) };

    if (!question.frame.IsValid())
        return HN_DONE;
    return hn_registers_by_name(look_up_register, &question, ret) ? HN_OK : HN_DONE;
}

bool
Target::select_frame(int64_t tid, unsigned eval_frame)
{
    lldb::SBThread thread = process.GetThreadByID(static_cast<lldb::tid_t>(tid));

    if (!process.SetSelectedThread(thread))
        return false;
    for (uint32_t i = 0; i < thread.GetNumFrames(); i++) {
        if (!is_eval(thread, i))
            continue;
        if (eval_frame-- == 0)
            return thread.SetSelectedFrame(i).IsValid();
    }
    thread.SetSelectedFrame(0);
    return false;
}

/* --- symbols and expressions ------------------------------------------------- */

hn_status
Target::find_symbol(const char *name, hn_addr *ret)
{
    lldb::SBSymbolContextList found = target.FindSymbols(name);

    for (uint32_t i = 0; i < found.GetSize(); i++) {
        lldb::SBSymbol symbol = found.GetContextAtIndex(i).GetSymbol();
        hn_addr addr = symbol.GetStartAddress().GetLoadAddress(target);

        if (addr == LLDB_INVALID_ADDRESS)
            continue;
        *ret = addr;
        return HN_OK;
    }
    return HN_DONE;
}

/* Registers and variables of the selected frame. LLDB's expressions proper could
 * call functions in the target; nothing here may run there. */
hn_status
Target::evaluate(const char *expression, uint64_t *ret)
{
    lldb::SBFrame frame = process.GetSelectedThread().GetSelectedFrame();
    lldb::SBValue value = *expression == '$'
                              ? frame.FindRegister(expression + 1)
                              : frame.GetValueForVariablePath(expression);
    lldb::SBError error;
    uint64_t number;

    if (!value.IsValid())
        return HN_DONE;
    number = value.GetValueAsUnsigned(error);
    if (error.Fail())
        return HN_DONE;
    *ret = number;
    return HN_OK;
}

} // namespace hognose
