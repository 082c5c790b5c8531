#include "core/store/worker_directory.h"

#include <algorithm>

namespace warp::store {

WorkerDirectory::WorkerDirectory(std::vector<WorkerMemory> workers)
{
    workers.resize(std::min(workers.size(), MAX_WORKERS));
    for (WorkerMemory& worker : workers) {
        std::string name = worker.name;
        m_workers.emplace(std::move(name), std::move(worker));
    }
}

void WorkerDirectory::note(const interfaces::WorkerView& worker, const WorkerDifficulty& difficulty)
{
    if (m_workers.size() >= MAX_WORKERS && !m_workers.contains(worker.name)) {
        return;
    }
    WorkerMemory& memory = m_workers[worker.name];
    memory.name = worker.name;
    memory.label = worker.label;
    memory.isHidden = worker.isHidden;
    memory.firstSeen = worker.firstSeen.value_or(difficulty.notedAt);
    memory.lastShare = worker.lastShare.value_or(difficulty.notedAt);
    memory.best = std::max(memory.best, worker.bestAllTime);
    const WorkerMemory::Asked asked{.minerClass = difficulty.minerClass,
                                    .difficulty = difficulty.difficulty,
                                    .rate = difficulty.rate,
                                    .notedAt = difficulty.notedAt};
    const auto known = std::ranges::find(memory.asked, asked.minerClass,
                                         [](const auto& each) { return each.minerClass; });
    if (known == memory.asked.end()) {
        memory.asked.push_back(asked);
    } else {
        *known = asked;
    }
}

const WorkerMemory* WorkerDirectory::find(std::string_view name) const
{
    const auto found = m_workers.find(name);
    return found == m_workers.end() ? nullptr : &found->second;
}

const WorkerMemory::Asked* WorkerDirectory::find(std::string_view name,
                                                 std::string_view minerClass) const
{
    const WorkerMemory* const worker = find(name);
    if (worker == nullptr) {
        return nullptr;
    }
    const auto found = std::ranges::find(worker->asked, minerClass,
                                         [](const auto& asked) { return asked.minerClass; });
    return found == worker->asked.end() ? nullptr : &*found;
}

} // namespace warp::store
