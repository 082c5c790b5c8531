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
