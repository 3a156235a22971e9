/* The LLDB plugin: one LLDB command per command of the core, and nothing else.
 *
 * The only C++ of the project, with its neighbours here. Not linked to liblldb: the
 * functions come from whichever LLDB loads it (14 and newer), so one file serves all
 * of them. Only PluginInitialize is exported, since LLDB opens plugins RTLD_GLOBAL. */
#include <cstdio>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include <lldb/API/LLDB.h>

#include "hognose/command.h"
#include "newer.hpp"
#include "run.hpp"
#include "target.hpp"

namespace hognose {
namespace {

/* One debugger and the session for it; its commands share it. */
class Host {
  public:
    explicit Host(const lldb::SBDebugger &with);
    ~Host()
    {
        hn_session_destroy(session);
    }
    Host(const Host &) = delete;
    Host &
    operator=(const Host &) = delete;

    /* False when there was no memory for a session. */
    explicit operator bool() const
    {
        return session != nullptr;
    }

    bool
    run(const std::string &name, char **arguments, lldb::SBCommandReturnObject &into);
    std::string
    syntax(const char *name);

    /* What the core asks for while a command runs. */
    void
    write(const char *text, size_t size);
    bool
    interrupted();
    void
    progress(const char *text);
    hn_run_end
    run_target(uint64_t duration_ns, bool (*finished)(void *arg), void *arg,
               const char **why_ret);
    bool
    start_target(const char **why_ret);
    Target target;

  private:
    bool
    asked_to_stop();
    void
    show_at_once();

    lldb::SBDebugger debugger;
    hn_host host;
    hn_session *session;

    lldb::SBCommandReturnObject *result = nullptr; /* of the command that runs */
    std::string output;                            /* of it, until it ends... */
    bool at_once = false; /* ...unless Ctrl-C came: then as it is written */
    std::string why;      /* what ended the last run of the target */
};

Host *
host_of(void *impl)
{
    return static_cast<Host *>(impl);
}

Target &
target_of(void *impl)
{
    return host_of(impl)->target;
}

/* The core calls C functions. */
namespace call {

hn_status
locate(void *impl, hn_place *ret)
{
    return target_of(impl).locate(ret);
}

void
write(void *impl, const char *text, size_t size)
{
    host_of(impl)->write(text, size);
}

bool
interrupted(void *impl)
{
    return host_of(impl)->interrupted();
}

void
progress(void *impl, const char *text)
{
    host_of(impl)->progress(text);
}

bool
select_frame(void *impl, int64_t tid, unsigned eval_frame)
{
    return target_of(impl).select_frame(tid, eval_frame);
}

hn_run_end
run(void *impl, uint64_t duration_ns, bool (*finished)(void *arg), void *arg,
    const char **why_ret)
{
    return host_of(impl)->run_target(duration_ns, finished, arg, why_ret);
}

bool
start(void *impl, const char **why_ret)
{
    return host_of(impl)->start_target(why_ret);
}

size_t
read(void *impl, hn_addr addr, void *buf, size_t size)
{
    return target_of(impl).read(addr, buf, size);
}

void
close(void *)
{
}

hn_status
regions(void *impl, hn_region_fn *each, void *arg)
{
    return target_of(impl).regions(each, arg);
}

hn_status
threads(void *impl, hn_thread_fn *each, void *arg)
{
    return target_of(impl).threads(each, arg);
}

hn_status
registers(void *impl, int64_t tid, hn_registers *ret)
{
    return target_of(impl).registers(tid, ret);
}

hn_status
find_symbol(void *impl, const char *name, hn_addr *ret)
{
    return target_of(impl).find_symbol(name, ret);
}

hn_status
evaluate(void *impl, const char *expression, uint64_t *ret)
{
    return target_of(impl).evaluate(expression, ret);
}

/* In the order of struct hn_target_ops. */
constexpr hn_target_ops ops = {
    "remote", "LLDB", read, close, regions, threads, registers, find_symbol, evaluate,
};

} // namespace call

Host::Host(const lldb::SBDebugger &with) : target(with), debugger(with), host()
{
    host.name = "lldb";
    host.impl = this;
    host.locate = call::locate;
    host.ops = &call::ops;
    host.write = call::write;
    host.interrupted = call::interrupted;
    host.progress = call::progress;
    host.select_frame = call::select_frame;
    host.run = call::run;
    host.start = call::start;
    session = hn_session_create(&host);
}

bool
Host::run(const std::string &name, char **arguments, lldb::SBCommandReturnObject &into)
{
    std::vector<const char *> argv = { name.c_str() };

    for (; arguments && *arguments; arguments++)
        argv.push_back(*arguments);
    result = &into;
    output.clear();
    at_once = false;
    host.terminal = isatty(STDOUT_FILENO) && debugger.GetUseColor();
    host.width = isatty(STDOUT_FILENO) ? debugger.GetTerminalWidth() : 0;

    hn_exit exit = hn_run(session, static_cast<int>(argv.size()), argv.data());

    into.Printf("%s", output.c_str());
    result = nullptr;
    if (exit != HN_EXIT_OK) {
        into.SetError(hn_session_message(session));
        return false;
    }
    into.SetStatus(lldb::eReturnStatusSuccessFinishResult);
    return true;
}

/* "Usage: " and what follows it in the help text; LLDB puts "Syntax: " there. */
std::string
Host::syntax(const char *name)
{
    static const std::string label = "Usage: ";
    const char *help = hn_command_help(session, name);
    std::string text = help ? help : "";
    size_t at = text.find(label);

    return at == std::string::npos ? text : text.substr(at + label.size());
}

void
Host::write(const char *text, size_t size)
{
    output.append(text, size);
    if (at_once)
        show_at_once();
}

/* Before LLDB 17, what is in the result of an interrupted command is thrown away. */
void
Host::show_at_once()
{
    if (!at_once)
        result->SetImmediateOutputFile(debugger.GetOutputFile());
    at_once = true;
    result->Printf("%s", output.c_str());
    output.clear();
}

bool
Host::asked_to_stop()
{
    return interrupt_requested(debugger)
           || debugger.GetCommandInterpreter().WasInterrupted();
}

bool
Host::interrupted()
{
    if (!asked_to_stop())
        return false;
    if (!at_once)
        show_at_once();
    return true;
}

void
Host::progress(const char *text)
{
    if (host.terminal)
        dprintf(STDERR_FILENO, "\r\033[K%s", text ? text : "");
}

hn_run_end
Host::run_target(uint64_t duration_ns, bool (*finished)(void *arg), void *arg,
                 const char **why_ret)
{
    why.clear();

    hn_run_end end = run_for(
        debugger, debugger.GetSelectedTarget().GetProcess(), duration_ns,
        [&] { return finished(arg); }, [&] { return asked_to_stop(); }, &why);

    *why_ret = why.c_str();
    if (end == HN_RUN_INTERRUPTED && !at_once)
        show_at_once();
    return end;
}

bool
Host::start_target(const char **why_ret)
{
    why.clear();

    bool started = start(debugger, &why);

    *why_ret = why.c_str();
    return started;
}

class Command : public lldb::SBCommandPluginInterface {
  public:
    Command(std::shared_ptr<Host> shared, const char *called)
        : host(std::move(shared)), name(called)
    {
    }

    bool
    DoExecute(lldb::SBDebugger, char **arguments,
              lldb::SBCommandReturnObject &result) override
    {
        return host->run(name, arguments, result);
    }

  private:
    std::shared_ptr<Host> host;
    std::string name;
};

} // namespace
} // namespace hognose

namespace lldb {

/* LLDB calls this once per debugger, and again when the plugin is loaded again: new
 * commands then take the place of the old ones. */
__attribute__((visibility("default"))) bool
PluginInitialize(SBDebugger debugger)
{
    auto host = std::make_shared<hognose::Host>(debugger);
    SBCommandInterpreter interpreter = debugger.GetCommandInterpreter();

    if (!*host)
        return false;
    for (size_t i = 0; const hn_command_entry *entry = hn_command_at(i); i++) {
        std::string name = std::string("py-") + entry->name;

        interpreter.AddCommand(name.c_str(), new hognose::Command(host, name.c_str()),
                               entry->summary, host->syntax(entry->name).c_str());
    }
    return true;
}

} // namespace lldb
