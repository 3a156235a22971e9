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
        : process(of), thread(of.GetSelectedThread().GetThreadID()),
          frame(of.GetSelectedThread().GetSelectedFrame().GetCFA())
    {
    }

    /* The same thread, and in it the same frame if it is still there. */
    void
    restore()
    {
        if (!process.SetSelectedThreadByID(thread))
            return;
        lldb::SBThread selected = process.GetSelectedThread();

        for (uint32_t i = 0; i < MAX_FRAMES && i < selected.GetNumFrames(); i++)
            if (selected.GetFrameAtIndex(i).GetCFA() == frame) {
                selected.SetSelectedFrame(i);
                return;
            }
    }

  private:
    /* Who selects a deeper one will do so again. */
    static constexpr uint32_t MAX_FRAMES = 64;

    lldb::SBProcess &process;
    lldb::tid_t thread;
    lldb::addr_t frame;
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

/* Halts the process when the time is over, or when somebody says so. A thread of its
 * own: the one that lets the process run waits for it inside LLDB, which holds the lock
 * of its API meanwhile; of all calls SendAsyncInterrupt() alone does without that. Of a
 * process that stands already it is not heard. */
class Timer {
  public:
    Timer(lldb::SBProcess &of, uint64_t duration_ns,
          const std::function<bool()> &asked_finished,
          const std::function<bool()> &asked_interrupted)
        : process(of), finished(asked_finished), interrupted(asked_interrupted),
          over(duration_ns ? clock::now() + std::chrono::nanoseconds(duration_ns)
                           : clock::time_point::max())
    {
        sigset_t all, before;

        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        thread = std::thread([this] { keep_time(); });
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
    ~Timer()
    {
        end();
    }
    Timer(const Timer &) = delete;
    Timer &
    operator=(const Timer &) = delete;

    /* Ends the thread; whether it has halted the process, and why. */
    bool
    end(hn_run_end *why = nullptr)
    {
        {
            std::lock_guard<std::mutex> guard(lock);
            cancelled = true;
        }
        changed.notify_all();
        if (thread.joinable())
            thread.join();
        if (why && fired)
            *why = reason;
        return fired;
    }

  private:
    /* A process that is just being resumed does not hear it either. */
    static constexpr std::chrono::milliseconds AGAIN_AFTER{ 500 };

    void
    keep_time()
    {
        std::unique_lock<std::mutex> held(lock);

        while (!cancelled && !is_time(held))
            changed.wait_until(held, std::min(over, clock::now() + ASK_EVERY));
        while (!cancelled) {
            fired = true;
            process.SendAsyncInterrupt();
            changed.wait_for(held, AGAIN_AFTER);
        }
    }

    bool
    is_time(std::unique_lock<std::mutex> &held)
    {
        held.unlock();
        bool by_user = interrupted(), by_other = finished();
        held.lock();

        reason = by_user ? HN_RUN_INTERRUPTED : HN_RUN_OVER;
        return by_user || by_other || clock::now() >= over;
    }

    lldb::SBProcess &process;
    const std::function<bool()> &finished, &interrupted;
    clock::time_point over;
    std::thread thread;
    std::mutex lock; /* guards what follows */
    std::condition_variable changed;
    bool cancelled = false, fired = false;
    hn_run_end reason = HN_RUN_OVER;
};

constexpr std::chrono::milliseconds Timer::AGAIN_AFTER;

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
    Timer timer(process, duration_ns, finished, interrupted);
    lldb::SBError error = process.Continue();
    hn_run_end end = HN_RUN_INTERRUPTED;
    lldb::StateType state = process.GetState();

    timer.end(&end);
    if (error.Fail()) {
        *why = error.GetCString() ? error.GetCString() : "";
        return HN_RUN_REFUSED;
    }
    if (!stands(state) || !is_halted(process))
        end = end_by_itself(process, state, why);
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
