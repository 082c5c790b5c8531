#include "core/sim/node/longpoll_queue.h"

#include <chrono>
#include <utility>

namespace warp::sim {

namespace {

constexpr util::Duration FIRST_CHECK = std::chrono::seconds(60);
constexpr util::Duration NEXT_CHECK = std::chrono::seconds(10);

} // namespace

LongpollQueue::LongpollQueue(util::Clock& clock, util::Executor& executor, NodeCore& core)
    : m_core(core)
    , m_checks(clock, executor)
    , m_tips(core.tips().subscribe([this](const TipChanged&) { answerAll(); }))
{}

void LongpollQueue::wait(const LongpollKey& key, std::function<void()> ready)
{
    if (key.tip != m_core.chain().tip().hash) {
        ready();
        return;
    }
    const std::uint64_t id = m_nextId++;
    m_waiting.emplace(id, Waiting{key, std::move(ready)});
    m_checks.add(FIRST_CHECK, [this, id] { check(id); });
}

void LongpollQueue::clear()
{
    m_waiting.clear();
    m_checks.clear();
}

void LongpollQueue::check(std::uint64_t id)
{
    const auto found = m_waiting.find(id);
    if (found == m_waiting.end()) {
        return;
    }
    if (found->second.key.mempoolChanges == m_core.mempool().changes()) {
        m_checks.add(NEXT_CHECK, [this, id] { check(id); });
        return;
    }
    const auto waiting = m_waiting.extract(found);
    waiting.mapped().ready();
}

void LongpollQueue::answerAll()
{
    auto all = std::exchange(m_waiting, {});
    m_checks.clear();
    for (auto& [id, waiting] : all) {
        waiting.ready();
    }
}

} // namespace warp::sim
