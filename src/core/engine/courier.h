// Brings found blocks to all nodes and follows each until it is buried. Lives on the "courier"
// executor, which it shares with nothing; files are written beside it, on "spool". Of our blocks on
// one parent the first goes out at once; later ones wait for its verdict, at most a second, and go
// out only after a rejection.
#pragma once

#include "core/engine/block_delivery.h"
#include "core/engine/block_follower.h"
#include "core/engine/block_spool.h"
#include "core/engine/hosted.h"
#include "core/engine/statistics.h"
#include "core/mining/share.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace warp::engine {

class Courier final
{
public:
    static constexpr std::size_t CAPACITY = 256;
    /// So many sets of former nodes may finish at a time what is under way to them.
    static constexpr std::size_t FORMER_KEPT = 8;

    struct Options
    {
        DeliveryOptions delivery{};
        util::Duration siblingWait{std::chrono::seconds(1)};
        /// A block that has no verdict by then is at risk; that is said again so often.
        util::Duration riskDelay{std::chrono::seconds(5)};
        util::Duration riskRepeat{std::chrono::minutes(1)};
        std::filesystem::path spoolFolder{}; ///< for messages
        /// Blocks of another chain, from before the node was changed, stay in the spool.
        std::optional<bitcoin::Network> network{};
    };

    struct Surroundings
    {
        util::Executor& executor;
        util::Clock& clock;
        Hosted<Statistics>& statistics;
        Hosted<BlockSpool>& spool;
    };

    /// @param links      at least one, the primary node first
    /// @param onAccepted called on this executor when a node has taken a block
    Courier(const Surroundings& surroundings, NodeLinks links, Options options,
            std::function<void()> onAccepted);

    /// A block that was found. Blocks on a parent that is already won are only counted; when full,
    /// so are those that wait behind a block under way on their own parent.
    /// @param receivedAt  when its share arrived, to measure the way to the nodes
    void deliver(const mining::FoundBlock& block, std::string worker, bitcoin::Network network,
                 std::optional<util::BootTime> receivedAt = {});
    /// What the spool has from an earlier run: pending blocks go on, the others are followed.
    void replay(const std::vector<SpooledBlock>& blocks);
    /// The spool's answer for a block that a node has lost.
    void redeliver(const SpooledBlock& block);
    /// The best chain has this height. Blocks of another network stay in the spool.
    void onTip(std::int64_t height, std::optional<bitcoin::Network> network);

    /// Other nodes from here on: blocks under way go to these, those that are followed are looked
    /// for there.
    void useNodes(NodeLinks links, std::optional<bitcoin::Network> network);

    /// A block without a verdict is tried at once; false where there is none of this hash.
    bool retry(const bitcoin::Hash256& hash);
    /// A block at risk is said no more.
    void acknowledge(const bitcoin::Hash256& hash);

    /// Calls `done` once nothing is under way, or after `patience`.
    void drain(util::Duration patience, util::Task done);

private:
    enum class Phase : std::uint8_t {
        Waiting,    ///< for the verdict on an elder one of the same parent
        Delivering, ///< no verdict yet
        Settled,    ///< there is one; nodes that have not got the block are still tried
    };

    struct Parcel
    {
        SpooledBlock block;
        Phase phase = Phase::Waiting;
        bool isAtRisk = false;
        std::unique_ptr<BlockDelivery> delivery;
        std::shared_ptr<bool> isCurrent; ///< whether the delivery's word counts
        util::TimerHandle siblingTimer;
        util::TimerHandle riskTimer;
    };

    using Parcels = std::unordered_map<bitcoin::Hash256, Parcel>;

    /// Nodes that were configured until a moment ago, and what is still under way to them.
    struct Former
    {
        NodeLinks links;
        std::vector<std::unique_ptr<BlockDelivery>> deliveries; ///< go before the links
        util::TimerHandle end;
    };

    [[nodiscard]] bool isParentWon(const bitcoin::Hash256& parent) const;
    /// Won, or with a block of ours under way.
    [[nodiscard]] bool isParentTaken(const bitcoin::Hash256& parent) const;
    [[nodiscard]] bool isKnown(const bitcoin::Hash256& hash) const;
    [[nodiscard]] bool makeRoom(const bitcoin::Hash256& parent);
    /// One that need not go out any more.
    void finishWaiting(Parcels::iterator it);
    void sendFirst(Parcel& parcel);
    void launch(Parcel& parcel, DeliveryStart start);
    void onSiblingWaitOver(const bitcoin::Hash256& hash);
    void onVerdict(const bitcoin::Hash256& hash, BlockDelivery::Verdict verdict);
    void onDeliveryOver(const bitcoin::Hash256& hash);
    void settle(Parcel& parcel, interfaces::BlockState state);
    void onFollowed(const SpooledBlock& block, const interfaces::BlockRecord& before);
    void noteWon(const SpooledBlock& block);
    void noteFinished(const bitcoin::Hash256& hash);
    void releaseSiblings(const bitcoin::Hash256& parent);
    void watchForRisk(Parcel& parcel, util::Duration delay);
    void clearRisk(Parcel& parcel);
    void report(const interfaces::BlockRecord& record);
    void toSpool(std::function<void(BlockSpool&)> use);
    void checkDrained();

    util::Executor& m_executor;
    util::Clock& m_clock;
    Hosted<Statistics>& m_statistics;
    Hosted<BlockSpool>& m_spool;
    NodeLinks m_links;
    Options m_options;
    std::function<void()> m_onAccepted;
    BlockFollower m_follower;
    std::vector<std::unique_ptr<Former>> m_former; ///< newest last, at most FORMER_KEPT
    Parcels m_parcels;                             ///< by block hash
    std::vector<bitcoin::Hash256> m_wonParents;    ///< newest last, at most 16
    std::vector<bitcoin::Hash256> m_finished;      ///< newest last, at most CAPACITY
    util::Task m_onDrained;
    util::TimerHandle m_drainTimer;
};

} // namespace warp::engine
