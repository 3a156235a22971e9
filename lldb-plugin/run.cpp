/* See run.hpp. Written for LLDB 14 and everything newer.
 *
 * The process runs under a synchronous Continue(): of a stop in an asynchronous one
 * LLDB would tell on its screen. Its own threads see to the process's events, and one
 * of ours to the clock. That stop takes LLDB about 100 ms. */
#include "run.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <pthread.h>
#include <thread>

namespace hognose {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds ASK_EVERY(20);

/* Synchronous for as long as this lives. */
class Synchronous {
  public:
    explicit Synchronous(lldb::SBDebugger &of) : debugger(of), before(of.GetAsync())
    {
        debugger.SetAsync(false);
    }
    ~Synchronous()
    {
        debugger.SetAsync(before);
    }
    Synchronous(const Synchronous &) = delete;
    Synchronous &
    operator=(const Synchronous &) = delete;

  private:
    lldb::SBDebugger &debugger;
    bool before;
};

bool
stands(lldb::StateType state)
{
    return state == lldb::eStateStopped || state == lldb::eStateCrashed
           || state == lldb::eStateSuspended;
}

bool
is_over(lldb::StateType state)
{
    return state == lldb::eStateExited || state == lldb::eStateDetached
           || state == lldb::eStateInvalid;
}

/* The selection, by ids that outlive a run. */
class Selection {
  public:
    explicit Selection(lldb::SBProcess &of)
        : process(of), thread(of.GetSelectedThread().GetThreadID())
    {
        lldb::SBFrame frame = of.GetSelectedThread().GetSelectedFrame();

        if (frame.GetFrameID() != 0)
            cfa = frame.GetCFA();
    }

    /* The same thread, and in it the same frame if it is still there. Where a thread
     * stands is what is selected in it anyway; for the frames around that LLDB
     * disassembles the function, and CPython's interpreter loop takes it half a second.
     */
    void
    restore()
    {
        if (!process.SetSelectedThreadByID(thread) || cfa == LLDB_INVALID_ADDRESS)
            return;
        lldb::SBThread selected = process.GetSelectedThread();

        for (uint32_t i = 0; i < MAX_FRAMES; i++) {
            lldb::SBFrame found = selected.GetFrameAtIndex(i);

            if (!found.IsValid() || found.GetCFA() > cfa)
                return;
            if (found.GetCFA() == cfa) {
                selected.SetSelectedFrame(i);
                return;
            }
        }
    }

  private:
    /* Who selects a deeper one will do so again. */
    static constexpr uint32_t MAX_FRAMES = 64;

    lldb::SBProcess &process;
    lldb::tid_t thread;
    lldb::addr_t cfa = LLDB_INVALID_ADDRESS; /* of a frame that is not the innermost */
};

std::string
describe(lldb::SBThread thread)
{
    char text[200] = "";

    thread.GetStopDescription(text, sizeof(text));
    return std::string(text) + " in thread " + std::to_string(thread.GetIndexID());
}

/* What the process says stopped it: the selected thread, or else the first that has a
 * reason. */
std::string
reason(lldb::SBProcess &process)
{
    lldb::SBThread selected = process.GetSelectedThread();

    if (selected.GetStopReason() != lldb::eStopReasonNone)
        return describe(selected);
    for (uint32_t i = 0; i < process.GetNumThreads(); i++) {
        lldb::SBThread thread = process.GetThreadAtIndex(i);

        if (thread.GetStopReason() != lldb::eStopReasonNone)
            return describe(thread);
    }
    return "a stop of LLDB's";
}

std::string
exit_in_words(lldb::SBProcess &process)
{
    const char *description = process.GetExitDescription();

    if (description && *description)
        return std::string("it ended: ") + description;
    return "it exited with " + std::to_string(process.GetExitStatus());
}

hn_run_end
end_by_itself(lldb::SBProcess &process, lldb::StateType state, std::string *why)
{
    if (is_over(state)) {
        *why = exit_in_words(process);
        return HN_RUN_GONE;
    }
    *why = reason(process);
    return HN_RUN_STOPPED;
}

/* A Continue() that lasts until the process stands again. On a thread of its own, since
 * only LLDB's main one hears of Ctrl-C, and so must be there to ask. LLDB holds the
 * lock of its API meanwhile: of all calls about the process, interrupt() alone does
 * without. */
class Continuation {
  public:
    explicit Continuation(lldb::SBProcess &of) : process(of)
    {
        sigset_t all, before;

        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        thread = std::thread([this] { run(); });
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
    ~Continuation()
    {
        thread.join();
    }
    Continuation(const Continuation &) = delete;
    Continuation &
    operator=(const Continuation &) = delete;

    /* Whether it has ended by @until. */
    bool
    ended_by(clock::time_point until)
    {
        std::unique_lock<std::mutex> held(lock);

        return changed.wait_until(held, until, [this] { return ended; });
    }

    /* Halts the process, and waits for that. A process that is just being resumed, or
     * stands already, does not hear it. */
    void
    interrupt()
    {
        do
            process.SendAsyncInterrupt();
        while (!ended_by(clock::now() + AGAIN_AFTER));
    }

    /* Once it has ended. */
    const lldb::SBError &
    error() const
    {
        return result;
    }

  private:
    static constexpr std::chrono::milliseconds AGAIN_AFTER{ 500 };

    void
    run()
    {
        result = process.Continue();

        std::lock_guard<std::mutex> guard(lock);

        ended = true;
        changed.notify_all();
    }

    lldb::SBProcess &process;
    lldb::SBError result;
    std::mutex lock;
    std::condition_variable changed;
    bool ended = false; /* under @lock */
    std::thread thread;
};

constexpr std::chrono::milliseconds Continuation::AGAIN_AFTER;

/* Until the process stands. HN_RUN_STOPPED: by itself. */
hn_run_end
watch(Continuation &run, uint64_t duration_ns, const std::function<bool()> &finished,
      const std::function<bool()> &interrupted)
{
    clock::time_point over = duration_ns
                                 ? clock::now() + std::chrono::nanoseconds(duration_ns)
                                 : clock::time_point::max();

    while (!run.ended_by(std::min(over, clock::now() + ASK_EVERY))) {
        bool by_user = interrupted();

        if (!by_user && !finished() && clock::now() < over)
            continue;
        run.interrupt();
        return by_user ? HN_RUN_INTERRUPTED : HN_RUN_OVER;
    }
    return HN_RUN_STOPPED;
}

/* A halt looks like a signal; LLDB's own Ctrl-C does, too. */
bool
is_halted(lldb::SBProcess &process)
{
    for (uint32_t i = 0; i < process.GetNumThreads(); i++) {
        lldb::SBThread thread = process.GetThreadAtIndex(i);

        switch (thread.GetStopReason()) {
        case lldb::eStopReasonInvalid:
        case lldb::eStopReasonNone: break;
        case lldb::eStopReasonSignal:
            if (thread.GetStopReasonDataAtIndex(0) != SIGSTOP
                && thread.GetStopReasonDataAtIndex(0) != SIGINT)
                return false;
            break;
        default: return false;
        }
    }
    return true;
}

} // namespace

hn_run_end
run_for(lldb::SBDebugger debugger, lldb::SBProcess process, uint64_t duration_ns,
        const std::function<bool()> &finished, const std::function<bool()> &interrupted,
        std::string *why)
{
    Selection selection(process);
    Synchronous synchronous(debugger);
    hn_run_end end;
    lldb::SBError error;

    {
        Continuation run(process);

        end = watch(run, duration_ns, finished, interrupted);
        error = run.error();
    }
    if (error.Fail()) {
        *why = error.GetCString() ? error.GetCString() : "";
        return HN_RUN_REFUSED;
    }
    lldb::StateType state = process.GetState();

    if (!stands(state) || !is_halted(process))
        end = end_by_itself(process, state, why);
    else if (end == HN_RUN_STOPPED)
        end = HN_RUN_INTERRUPTED; /* by LLDB itself, on Ctrl-C */
    if (stands(state))
        selection.restore();
    return end;
}

bool
start(lldb::SBDebugger debugger, std::string *why)
{
    lldb::SBTarget target = debugger.GetSelectedTarget();
    lldb::SBError error;

    if (!target.IsValid()) {
        *why = "no program is loaded";
        return false;
    }
    lldb::SBLaunchInfo launch = target.GetLaunchInfo();

    launch.SetLaunchFlags(launch.GetLaunchFlags() | lldb::eLaunchFlagStopAtEntry);
    Synchronous synchronous(debugger);
    target.Launch(launch, error);
    if (error.Fail())
        *why = error.GetCString() ? error.GetCString() : "";
    return error.Success();
}

} // namespace hognose
