// What the miners of one io thread did since the last batch, by worker. A worker's name is hashed
// once a share and copied once a batch; a best share is taken whole only where it is a record of
// its worker. Owned by an IoWorker, lives on its executor.
#pragma once

#include "core/engine/share_batch.h"
#include "core/stratum/session.h"
#include "core/util/strong.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace warp::engine {

class ShareCollector final
{
public:
    /// Names that are known at one time. Miners choose them: beyond that all names are forgotten at
    /// the next batch, and what comes before it under further names counts for the pool alone.
    static constexpr std::size_t MAX_NAMES = 10'000;

    /// Counts a share for the pool and its worker.
    /// @param owner  an authorized worker of the session for shares whose own name says nothing,
    ///               because they were refused before it was looked at; may be empty
    void add(const stratum::ShareReport& share, std::string_view owner);

    /// What was counted, and begins anew.
    [[nodiscard]] ShareBatch take();

    /// For all but the shares: the batch that is being filled.
    [[nodiscard]] ShareBatch& batch() { return m_batch; }

private:
    struct Known
    {
        ShareTally shares;
        util::Difficulty record{}; ///< the best that has been reported
        std::optional<mining::FoundBlock> proof;
        util::Difficulty proven{}; ///< of `proof`
        bool isListed = false;     ///< in m_active
    };
    struct NameHash
    {
        using is_transparent = void; // NOLINT(readability-identifier-naming): the library's
        [[nodiscard]] std::size_t operator()(std::string_view name) const
        {
            return std::hash<std::string_view>()(name);
        }
    };
    using Names = std::unordered_map<std::string, Known, NameHash, std::equal_to<>>;

    [[nodiscard]] Names::value_type* find(std::string_view name);

    ShareBatch m_batch;
    Names m_names;
    std::vector<Names::value_type*> m_active; ///< that have shares since the last batch
};

} // namespace warp::engine
