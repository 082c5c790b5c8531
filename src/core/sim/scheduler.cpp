#include "core/sim/scheduler.h"

#include "core/util/assert.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace warp::sim {

namespace {

constexpr std::uint64_t FNV_PRIME = 0x100000001B3ULL;
constexpr std::uint64_t FNV_OFFSET = 0xCBF29CE484222325ULL;
constexpr std::uint64_t GOLDEN_RATIO = 0x9E3779B97F4A7C15ULL;

/// FNV-1a, 64 bits.
std::uint64_t hashText(std::string_view text, std::uint64_t hash)
{
    for (const char character : text) {
        hash = (hash ^ static_cast<unsigned char>(character)) * FNV_PRIME;
    }
    return hash;
}

} // namespace

/// Destruction takes the task away, wherever it waits.
class Scheduler::Timer final : public util::Handle
{
public:
    Timer(StatePointer state, TimerKey key, std::shared_ptr<WaitingTask> waiting)
        : m_state(std::move(state))
        , m_key(key)
        , m_waiting(std::move(waiting))
    {}
    ~Timer() override
    {
        if (m_state->scheduler != nullptr) {
            m_state->scheduler->m_timers.erase(m_key);
        }
        m_waiting->task = nullptr;
    }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

private:
    StatePointer m_state;
    TimerKey m_key;
    std::shared_ptr<WaitingTask> m_waiting;
};

Scheduler::Scheduler(SchedulerOptions options)
    : m_options(options)
    , m_random(options.seed)
    , m_now(options.bootStart)
    , m_digest(FNV_OFFSET)
    , m_environment(createExecutor("environment"))
{}

Scheduler::~Scheduler()
{
    m_environment.reset();
    WARP_ASSERT(m_executorsAlive == 0);
}

std::uint64_t Scheduler::seedFor(std::string_view device) const
{
    return hashText(device, FNV_OFFSET ^ (m_options.seed * GOLDEN_RATIO));
}

util::WallReading Scheduler::wall() const
{
    const util::Duration elapsed = m_now - m_options.bootStart + m_wallOffset;
    return {.time = m_options.wallStart + std::chrono::floor<util::WallTime::duration>(elapsed),
            .trust = m_wallTrust};
}

std::unique_ptr<util::Executor> Scheduler::createExecutor(std::string name)
{
    auto state = std::make_shared<ExecutorState>();
    state->scheduler = this;
    state->name = std::move(name);
    state->number = m_executorCount++;
    ++m_executorsAlive;
    return std::make_unique<VirtualExecutor>(std::move(state));
}

void Scheduler::runOn(util::Executor& executor, const util::Task& task)
{
    WARP_ASSERT(m_current == nullptr || m_environment->isCurrent());
    const StatePointer state = ExecutorRef(executor).m_state;
    WARP_ASSERT(state->scheduler == this);
    const ExecutorState* const previous = std::exchange(m_current, state.get());
    task();
    m_current = previous;
}

util::TimerHandle Scheduler::addTimer(const StatePointer& state, util::BootTime when,
                                      util::Task task)
{
    auto waiting = std::make_shared<WaitingTask>(WaitingTask{std::move(task)});
    const TimerKey key = addTask(state, when, waiting);
    return std::make_unique<Timer>(state, key, std::move(waiting));
}

Scheduler::TimerKey Scheduler::addTask(const StatePointer& state, util::BootTime when,
                                       std::shared_ptr<WaitingTask> waiting)
{
    const TimerKey key{std::max(when, m_now), m_sequence++};
    m_timers.emplace(key, std::pair(state, std::move(waiting)));
    return key;
}

void Scheduler::stall(util::Executor& executor, util::Duration duration)
{
    const StatePointer state = ExecutorRef(executor).m_state;
    state->stalledUntil = std::max(state->stalledUntil, m_now + duration);
    unlist(*state);
    ExecutorRef(*m_environment).postAt(state->stalledUntil, [this, weak = std::weak_ptr(state)] {
        if (const auto alive = weak.lock(); alive && alive->scheduler == this) {
            list(alive);
        }
    });
}

void Scheduler::enqueue(const StatePointer& state, std::shared_ptr<WaitingTask> waiting)
{
    state->queue.push_back(std::move(waiting));
    list(state);
}

void Scheduler::list(const StatePointer& state)
{
    if (!state->isListed && !state->queue.empty() && state->stalledUntil <= m_now) {
        state->isListed = true;
        m_ready.push_back(state);
    }
}

void Scheduler::unlist(const ExecutorState& state)
{
    const auto found = std::find_if(m_ready.begin(), m_ready.end(),
                                    [&](const auto& listed) { return listed.get() == &state; });
    if (found != m_ready.end()) {
        (*found)->isListed = false;
        *found = std::move(m_ready.back());
        m_ready.pop_back();
    }
}

void Scheduler::retire(const StatePointer& state)
{
    unlist(*state);
    const ExecutorState* const previous = std::exchange(m_current, state.get());
    auto last = std::exchange(state->queue, {});
    for (const auto& waiting : last) {
        run(state, *waiting);
    }
    last.clear();
    // What the last tasks posted is dropped, as with a thread that is about to end. Dropping may
    // destroy objects that hold timers of this executor, hence the copies.
    unlist(*state);
    auto dropped = std::exchange(state->queue, {});
    for (auto timer = m_timers.begin(); timer != m_timers.end();) {
        if (timer->second.first == state) {
            dropped.push_back(std::move(timer->second.second));
            timer = m_timers.erase(timer);
        } else {
            ++timer;
        }
    }
    for (const auto& waiting : dropped) {
        const util::Task gone = std::exchange(waiting->task, nullptr);
    }
    m_current = previous;
    state->scheduler = nullptr;
    --m_executorsAlive;
}

void Scheduler::releaseDueTimers()
{
    while (!m_timers.empty() && m_timers.begin()->first.first <= m_now) {
        auto node = m_timers.extract(m_timers.begin());
        enqueue(node.mapped().first, std::move(node.mapped().second));
    }
}

bool Scheduler::step(util::BootTime limit)
{
    releaseDueTimers();
    if (m_ready.empty()) {
        if (m_timers.empty() || m_timers.begin()->first.first > limit) {
            return false;
        }
        m_now = m_timers.begin()->first.first;
        m_tasksAtThisTime = 0;
        releaseDueTimers();
        if (m_ready.empty()) {
            return true; // they belong to a stalled executor
        }
    }
    const std::size_t chosen = m_ready.size() == 1 ? 0 : m_random.below(m_ready.size());
    const StatePointer state = m_ready[chosen];
    const std::shared_ptr<WaitingTask> waiting = std::move(state->queue.front());
    state->queue.pop_front();
    if (state->queue.empty()) {
        unlist(*state);
    }
    const ExecutorState* const previous = std::exchange(m_current, state.get());
    run(state, *waiting);
    m_current = previous;
    if (m_observer) {
        m_observer(state->name);
    }
    if (++m_tasksAtThisTime > MAX_TASKS_AT_ONE_TIME) {
        static_cast<void>(std::fprintf(stderr, "time stands still on executor %s, seed %llu\n",
                                       state->name.c_str(),
                                       static_cast<unsigned long long>(m_options.seed)));
        std::abort();
    }
    return true;
}

void Scheduler::run(const StatePointer& state, WaitingTask& waiting)
{
    if (!waiting.task) {
        return;
    }
    ++m_tasksRun;
    mix(static_cast<std::uint64_t>(m_now.time_since_epoch().count()));
    mix(state->number);
    // Moved out, so that the task may drop its own timer and lets go of what it holds here.
    const util::Task task = std::exchange(waiting.task, nullptr);
    task();
}

void Scheduler::runUntil(util::BootTime time)
{
    WARP_ASSERT(!m_isRunning);
    m_isRunning = true;
    while (step(time)) {
    }
    m_now = std::max(m_now, time);
    m_isRunning = false;
}

bool Scheduler::runUntil(const std::function<bool()>& isDone, util::Duration limit)
{
    WARP_ASSERT(!m_isRunning);
    m_isRunning = true;
    const util::BootTime end = m_now + limit;
    bool hasFinished = isDone();
    while (!hasFinished && step(end)) {
        hasFinished = isDone();
    }
    if (!hasFinished) {
        m_now = std::max(m_now, end);
    }
    m_isRunning = false;
    return hasFinished;
}

void Scheduler::note(std::string_view text)
{
    const auto elapsed =
        std::chrono::floor<std::chrono::microseconds>(m_now - m_options.bootStart).count();
    m_notes.push_back(fmt::format("{}.{:06} {}", elapsed / 1'000'000, elapsed % 1'000'000, text));
    mix(hashText(m_notes.back(), FNV_OFFSET));
    if (m_notes.size() > MAX_NOTES) {
        m_notes.pop_front();
    }
}

void Scheduler::mix(std::uint64_t value)
{
    m_digest = (m_digest ^ value) * FNV_PRIME;
    m_digest ^= m_digest >> 29U;
}

void observeTasks(Scheduler& scheduler, std::function<void(std::string_view)> observer)
{
    scheduler.m_observer = std::move(observer);
}

void dropTasks(Scheduler& scheduler, const std::function<bool(std::string_view)>& isVictim)
{
    WARP_ASSERT(!scheduler.m_isRunning);
    for (const auto& state : std::vector<Scheduler::StatePointer>(scheduler.m_ready)) {
        if (isVictim(state->name)) {
            scheduler.unlist(*state);
            // What the tasks hold goes where they would have run.
            const ExecutorState* const previous = std::exchange(scheduler.m_current, state.get());
            std::exchange(state->queue, {}).clear();
            scheduler.m_current = previous;
        }
    }
}

} // namespace warp::sim
