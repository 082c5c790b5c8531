// Follows blocks that a node has: in the best chain or beside it, until they are a hundred deep.
// Asks at new tips, seldom for what is deep; asks a node to prefer our block to a rival of its
// height; compares the coinbase that the node has with what was promised. Owned by the courier;
// lives on its executor.
#pragma once

#include "core/engine/block_delivery.h"
#include "core/engine/spooled_block.h"
#include "core/util/executor.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace warp::engine {

class BlockFollower final
{
public:
    /// A coinbase can be spent with the hundredth block on it (COINBASE_MATURITY): what has so many
    /// confirmations is as safe as anything.
    static constexpr std::int64_t DEPTH = 100;
    static constexpr std::chrono::seconds RETRY_INTERVAL{30};
    /// Between two times that a node is found to have lost the same block.
    static constexpr std::chrono::minutes MISSING_INTERVAL{1};

    /// Both are called with an answer of a node, never inside a call of this class. What is over is
    /// followed no more when onChanged() is called.
    struct Callbacks
    {
        /// The record says something new.
        std::function<void(const SpooledBlock& block, const interfaces::BlockRecord& before)>
            onChanged;
        /// A node says that it has not got it, and none that it has.
        std::function<void(const SpooledBlock& block)> onMissing;
    };

    /// @param links  must outlive it.
    BlockFollower(util::Executor& executor, const NodeLinks& links, util::Duration questionTimeout,
                  Callbacks callbacks);

    /// Asks at once. The bytes are not kept.
    void follow(const SpooledBlock& block);
    [[nodiscard]] bool contains(const bitcoin::Hash256& hash) const;
    /// Whether it is over with a block of this record: buried, one way or the other.
    [[nodiscard]] bool isOver(const interfaces::BlockRecord& record) const;
    /// Asks again where the block is.
    void ask(const bitcoin::Hash256& hash);
    /// @param height  of the best chain.
    void onTip(std::int64_t height);
    /// The nodes are about to be others: no answer of theirs follows.
    void forgetQuestions();
    /// Once they are.
    void askAboutAll();
    /// Forgets the blocks of other networks.
    void keepOnly(bitcoin::Network network);

private:
    enum class Preference : std::uint8_t { NotAsked, Asked };

    struct Entry
    {
        SpooledBlock block;
        std::vector<node::BlockLocation> answers;
        std::vector<util::RequestHandle> questions; ///< one for each node
        std::size_t open = 0;                       ///< of them
        bool isWanted = false;                      ///< to be asked again when the round is over
        bool isDoubtful = true;                     ///< the last round brought nothing
        Preference preference = Preference::NotAsked;
        std::vector<util::RequestHandle> preferences;
        util::RequestHandle audit;
        std::uint32_t auditTries = 0;
        util::TimerHandle pause; ///< after a node was found to have lost it
    };
    using Entries = std::map<bitcoin::Hash256, Entry>;

    void askAll(Entry& entry);
    void onAnswer(const bitcoin::Hash256& hash, std::size_t link,
                  const node::BlockLocation& location);
    void conclude(Entry& entry);
    void onBestChain(Entry& entry, const node::BlockLocation& location, std::size_t link);
    void onSideChain(Entry& entry);
    void prefer(Entry& entry);
    void startAudit(Entry& entry, std::size_t link);
    void onOutputs(const bitcoin::Hash256& hash, const node::OutputsResult& outputs);
    void change(Entry& entry, interfaces::BlockRecord record);
    [[nodiscard]] bool isDue(const Entry& entry) const;
    void scheduleRetry();

    util::Executor& m_executor;
    const NodeLinks& m_links;
    util::Duration m_timeout;
    Callbacks m_callbacks;
    std::int64_t m_tipHeight = -1; ///< -1 before the first tip
    Entries m_entries;
    util::TimerHandle m_retryTimer;
};

} // namespace warp::engine
