// What is known of workers that were here before, for the moment when one comes back: immutable,
// bounded, made by the store and read by any thread.
#pragma once

#include "core/interfaces/miner_view.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warp::store {

/// What a worker's miners of one kind were asked for.
struct WorkerDifficulty
{
    std::string worker;     ///< as authorized
    std::string minerClass; ///< stable name of the kind, e.g. "bitaxe"
    util::Difficulty difficulty{};
    util::Hashrate rate{};
    util::WallTime notedAt{};

    friend bool operator==(const WorkerDifficulty&, const WorkerDifficulty&) = default;
};

struct WorkerMemory
{
    struct Asked
    {
        std::string minerClass; ///< stable name of the kind of miner
        util::Difficulty difficulty{};
        util::Hashrate rate{};
        util::WallTime notedAt{}; ///< its age is for the reader to judge

        friend bool operator==(const Asked&, const Asked&) = default;
    };

    std::string name;
    std::string label;
    bool isHidden = false;
    util::WallTime firstSeen{};
    util::WallTime lastShare{};
    util::Difficulty best{};
    std::vector<Asked> asked; ///< one for each kind

    friend bool operator==(const WorkerMemory&, const WorkerMemory&) = default;
};

class WorkerDirectory final
{
public:
    static constexpr std::size_t MAX_WORKERS = 10'000;

    WorkerDirectory() = default;
    /// The first MAX_WORKERS of them.
    explicit WorkerDirectory(std::vector<WorkerMemory> workers);

    /// Notes a worker of the present run, if there is room for it: before the directory is
    /// published.
    void note(const interfaces::WorkerView& worker, const WorkerDifficulty& difficulty);

    /// nullptr where it is not known.
    [[nodiscard]] const WorkerMemory* find(std::string_view name) const;
    /// nullptr where nothing is known of the worker's miners of this kind.
    [[nodiscard]] const WorkerMemory::Asked* find(std::string_view name,
                                                  std::string_view minerClass) const;
    [[nodiscard]] std::size_t size() const { return m_workers.size(); }
    [[nodiscard]] const std::map<std::string, WorkerMemory, std::less<>>& workers() const
    {
        return m_workers;
    }

private:
    std::map<std::string, WorkerMemory, std::less<>> m_workers;
};

} // namespace warp::store
