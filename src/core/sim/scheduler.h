// One thread that plays all threads: virtual time, any number of named executors, timers, and a
// seed that decides who runs next. The same seed replays the same run.
// Owned by the test or scenario; outlives every executor it made. Single-threaded.
#pragma once

#include "core/sim/virtual_executor.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/random.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warp::sim {

struct SchedulerOptions
{
    std::uint64_t seed = 1;
    util::BootTime bootStart{std::chrono::hours(1)};
    util::WallTime wallStart{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
    /// Timers fire up to this much late, at random, as those of a busy machine do.
    util::Duration timerLateness{};
};

class Scheduler final : public util::Clock, public util::ExecutorFactory
{
public:
    explicit Scheduler(SchedulerOptions options);
    ~Scheduler() override;
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    [[nodiscard]] std::uint64_t seed() const { return m_options.seed; }
    /// A seed of its own for each virtual device, so that one's draws do not shift another's.
    [[nodiscard]] std::uint64_t seedFor(std::string_view device) const;

    [[nodiscard]] util::BootTime boot() const override { return m_now; }
    [[nodiscard]] util::WallReading wall() const override;
    /// Sets the wall clock forward or back; boot time does not notice.
    void jumpWall(util::Duration by) { m_wallOffset += by; }
    void setWallTrust(util::WallTrust trust) { m_wallTrust = trust; }

    /// Destroying the executor runs what was posted before and drops its timers.
    [[nodiscard]] std::unique_ptr<util::Executor> createExecutor(std::string name) override;
    /// Where the world outside of the program under test lives: wires, faults, other machines.
    [[nodiscard]] util::Executor& environment() { return *m_environment; }

    /// Calls from test code: runs `task` at once as if on `executor`. Only between runs or from
    /// the environment, since a real thread cannot run another one's work.
    void runOn(util::Executor& executor, const util::Task& task);

    /// The executor runs nothing for so long, as a thread that the system does not schedule.
    void stall(util::Executor& executor, util::Duration duration);
    /// The machine sleeps: boot time goes on, nothing runs, timers that came due fire afterwards.
    void suspend(util::Duration duration) { m_now += duration; }

    /// Runs everything that is due up to and at `time`, then stands there.
    void runUntil(util::BootTime time);
    void runFor(util::Duration duration) { runUntil(m_now + duration); }
    /// Runs until `isDone`, which is asked after each task; false where `limit` passed before.
    [[nodiscard]] bool runUntil(const std::function<bool()>& isDone, util::Duration limit);

    /// A line of the run's event log, with the virtual time before it; goes into digest().
    void note(std::string_view text);
    /// The last lines, oldest first.
    [[nodiscard]] const std::deque<std::string>& notes() const { return m_notes; }
    /// Of every task run so far (when, where) and every note: equal for equal runs.
    [[nodiscard]] std::uint64_t digest() const { return m_digest; }
    [[nodiscard]] std::uint64_t tasksRun() const { return m_tasksRun; }

private:
    friend void observeTasks(Scheduler& scheduler,
                             std::function<void(std::string_view executor)> observer);
    friend void dropTasks(Scheduler& scheduler,
                          const std::function<bool(std::string_view executor)>& isVictim);
    friend class ExecutorRef;
    friend class VirtualExecutor;
    class Timer;
    using TimerKey = std::pair<util::BootTime, std::uint64_t>;
    using StatePointer = std::shared_ptr<ExecutorState>;

    static constexpr std::size_t MAX_NOTES = 20'000;
    /// More tasks than any real work needs without time going on: two executors post in a circle.
    static constexpr std::uint64_t MAX_TASKS_AT_ONE_TIME = 10'000'000;

    [[nodiscard]] util::TimerHandle addTimer(const StatePointer& state, util::BootTime when,
                                             util::Task task);
    TimerKey addTask(const StatePointer& state, util::BootTime when,
                     std::shared_ptr<WaitingTask> waiting);
    void enqueue(const StatePointer& state, std::shared_ptr<WaitingTask> waiting);
    void list(const StatePointer& state);
    void unlist(const ExecutorState& state);
    void retire(const StatePointer& state);
    void releaseDueTimers();
    /// One task; false where nothing is due up to `limit`.
    bool step(util::BootTime limit);
    void run(const StatePointer& state, WaitingTask& waiting);
    void mix(std::uint64_t value);

    SchedulerOptions m_options;
    util::SeededRandom m_random;
    util::BootTime m_now;
    util::Duration m_wallOffset{};
    util::WallTrust m_wallTrust = util::WallTrust::Confirmed;
    std::map<TimerKey, std::pair<StatePointer, std::shared_ptr<WaitingTask>>> m_timers;
    std::vector<StatePointer> m_ready; ///< executors with tasks that may run
    const ExecutorState* m_current = nullptr;
    bool m_isRunning = false;
    std::uint64_t m_sequence = 0;
    std::uint64_t m_executorCount = 0;
    std::uint64_t m_executorsAlive = 0;
    std::uint64_t m_tasksRun = 0;
    std::uint64_t m_tasksAtThisTime = 0;
    std::uint64_t m_digest = 0;
    std::deque<std::string> m_notes;
    std::function<void(std::string_view)> m_observer;
    std::unique_ptr<util::Executor> m_environment;
};

/// `observer` is called after each task with the name of the executor that ran it; an empty one
/// ends that.
void observeTasks(Scheduler& scheduler, std::function<void(std::string_view executor)> observer);

/// The program is killed: what executors whose names `isVictim` picks have still to run is dropped.
/// Between runs only; the caller destroys the program next.
void dropTasks(Scheduler& scheduler,
               const std::function<bool(std::string_view executor)>& isVictim);

} // namespace warp::sim
