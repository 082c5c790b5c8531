// Brings found blocks to the node and follows each until its verdict. Lives on the "courier"
// executor, which it shares with nothing. Of our blocks on one parent the first goes out at once;
// later ones wait for its verdict, at most a second, and go out only after a rejection.
#pragma once

#include "core/engine/hosted.h"
#include "core/engine/statistics.h"
#include "core/mining/share.h"
#include "core/node/node_interfaces.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace warp::engine {

class Courier final
{
public:
    static constexpr std::size_t CAPACITY = 256;

    struct Options
    {
        util::Duration submitTimeout{std::chrono::seconds(30)};
        util::Duration retryDelay{std::chrono::milliseconds(500)};
        util::Duration retryDelayMax{std::chrono::seconds(5)}; ///< the delay doubles up to this
        util::Duration siblingWait{std::chrono::seconds(1)};
        /// A block that is valid but not on the best chain is asked about so often, so many times.
        util::Duration trackInterval{std::chrono::seconds(10)};
        std::uint32_t trackLimit = 60;
    };

    /// @param onAccepted called on this executor when the node has taken a block
    Courier(util::Executor& executor, std::unique_ptr<node::BlockSubmitter> submitter,
            Hosted<Statistics>& statistics, Options options, std::function<void()> onAccepted);

    /// A block that was found. Blocks on a parent that is already won are only counted; when full,
    /// so are those that wait behind a block under way on their own parent.
    void deliver(mining::FoundBlock block, std::string worker, bitcoin::Network network);

    /// Calls `done` once nothing is under way, or after `patience`.
    void drain(util::Duration patience, util::Task done);

private:
    enum class Phase : std::uint8_t { Waiting, Submitting, Retrying, Tracking };

    struct Parcel
    {
        interfaces::BlockRecord record;
        bitcoin::Hash256 parent{};
        std::shared_ptr<const node::BlockBytes> bytes;
        Phase phase = Phase::Waiting;
        std::uint32_t attempts = 0;
        std::uint32_t inconclusive = 0; ///< such answers so far
        util::RequestHandle request;
        util::TimerHandle timer;
    };

    using Parcels = std::unordered_map<bitcoin::Hash256, Parcel>;

    [[nodiscard]] bool isParentWon(const bitcoin::Hash256& parent) const;
    /// Won, or with a block of ours under way.
    [[nodiscard]] bool isParentTaken(const bitcoin::Hash256& parent) const;
    [[nodiscard]] bool makeRoom(const bitcoin::Hash256& parent);
    /// One that need not go out any more.
    void finishWaiting(Parcels::iterator it);
    void submit(Parcel& parcel);
    void onOutcome(const bitcoin::Hash256& hash, const node::SubmitOutcome& outcome);
    void onSiblingWaitOver(const bitcoin::Hash256& hash);
    void retryLater(Parcel& parcel, const std::string& reason);
    void track(Parcel& parcel, const std::string& reason);
    void submitAfter(Parcel& parcel, util::Duration delay);
    void finish(const bitcoin::Hash256& hash, interfaces::BlockState state,
                const std::string& reason);
    void releaseSiblings(const bitcoin::Hash256& parent);
    void report(const interfaces::BlockRecord& record);
    void checkDrained();

    util::Executor& m_executor;
    std::unique_ptr<node::BlockSubmitter> m_submitter;
    Hosted<Statistics>& m_statistics;
    Options m_options;
    std::function<void()> m_onAccepted;
    Parcels m_parcels;                          ///< by block hash
    std::vector<bitcoin::Hash256> m_wonParents; ///< newest last, at most 16
    std::vector<bitcoin::Hash256> m_finished;   ///< newest last, at most CAPACITY
    util::Task m_onDrained;
    util::TimerHandle m_drainTimer;
};

} // namespace warp::engine
