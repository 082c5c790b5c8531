#include "core/engine/courier.h"

#include "core/bitcoin/address.h"
#include "core/mining/work_hash.h"
#include "core/util/log.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

using interfaces::BlockRecord;
using interfaces::BlockState;

namespace {

constexpr std::size_t WON_PARENTS_KEPT = 16;

std::vector<interfaces::Payment> paymentsOf(const mining::Job& job, bitcoin::Network network)
{
    std::vector<interfaces::Payment> payments;
    for (const bitcoin::TxOut& output : job.coinbase.outputs) {
        if (output.value > util::Satoshi(0)) {
            payments.push_back(
                {.address = bitcoin::encodeAddress(output.script, network).value_or(""),
                 .value = output.value});
        }
    }
    return payments;
}

std::shared_ptr<const node::BlockBytes> assemble(const mining::FoundBlock& block)
{
    const mining::AssembledBlock assembled = mining::assembleBlock(block);
    auto bytes = std::make_shared<node::BlockBytes>();
    bytes->hash = block.hash;
    bytes->height = block.job->source->height;
    bytes->headHex = assembled.headHex;
    bytes->tailHex = assembled.tailHex;
    bytes->workId = block.job->source->workId;
    return bytes;
}

} // namespace

Courier::Courier(const Surroundings& surroundings, NodeLinks links, Options options,
                 std::function<void()> onAccepted)
    : m_executor(surroundings.executor)
    , m_clock(surroundings.clock)
    , m_statistics(surroundings.statistics)
    , m_spool(surroundings.spool)
    , m_links(std::move(links))
    , m_options(std::move(options))
    , m_onAccepted(std::move(onAccepted))
    , m_follower(m_executor, m_links, m_options.delivery.questionTimeout,
                 {.onChanged = [this](const SpooledBlock& block,
                                      const BlockRecord& before) { onFollowed(block, before); },
                  .onMissing =
                      [this](const SpooledBlock& block) {
                          toSpool([block](BlockSpool& spool) { spool.readBack(block); });
                      }})
{}

void Courier::report(const BlockRecord& record)
{
    m_statistics.post([record](Statistics& statistics) { statistics.setBlock(record); });
}

void Courier::toSpool(std::function<void(BlockSpool&)> use)
{
    m_spool.post(std::move(use));
}

bool Courier::isParentWon(const bitcoin::Hash256& parent) const
{
    return std::find(m_wonParents.begin(), m_wonParents.end(), parent) != m_wonParents.end();
}

bool Courier::isParentTaken(const bitcoin::Hash256& parent) const
{
    return isParentWon(parent) ||
           std::any_of(m_parcels.begin(), m_parcels.end(), [&](const auto& entry) {
               const Parcel& parcel = entry.second;
               return parcel.block.parent == parent && parcel.phase != Phase::Waiting &&
                      parcel.block.record.state != BlockState::Rejected;
           });
}

bool Courier::isKnown(const bitcoin::Hash256& hash) const
{
    return m_parcels.contains(hash) || m_follower.contains(hash) ||
           std::find(m_finished.begin(), m_finished.end(), hash) != m_finished.end();
}

bool Courier::makeRoom(const bitcoin::Hash256& parent)
{
    if (m_parcels.size() < CAPACITY) {
        return true;
    }
    // Least needed is what a node has already, then what waits behind a block under way on its own
    // parent.
    for (auto it = m_parcels.begin(); it != m_parcels.end(); ++it) {
        if (it->second.phase == Phase::Settled) {
            m_parcels.erase(it);
            return true;
        }
    }
    for (auto it = m_parcels.begin(); it != m_parcels.end(); ++it) {
        if (it->second.phase == Phase::Waiting && it->second.block.parent != parent) {
            finishWaiting(it);
            return true;
        }
    }
    return !isParentTaken(parent);
}

void Courier::finishWaiting(Parcels::iterator it)
{
    BlockRecord record = it->second.block.record;
    record.state = BlockState::Superseded;
    m_parcels.erase(it);
    report(record);
}

void Courier::deliver(const mining::FoundBlock& block, std::string worker, bitcoin::Network network,
                      std::optional<util::BootTime> receivedAt)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    if (isKnown(block.hash)) {
        return;
    }
    const bitcoin::Hash256 parent = block.job->source->previous;
    BlockRecord record{.hash = block.hash,
                       .height = block.job->source->height,
                       .state = BlockState::Pending,
                       .reason = {},
                       .worker = std::move(worker),
                       .payments = paymentsOf(*block.job, network),
                       .foundAt = m_clock.wall().time};
    if (isParentWon(parent) || !makeRoom(parent)) {
        record.state = BlockState::Superseded;
        report(record);
        return;
    }
    const bool goesFirst = !isParentTaken(parent);
    Parcel& parcel = m_parcels[block.hash];
    parcel.block.record = std::move(record);
    parcel.block.parent = parent;
    parcel.block.network = network;
    parcel.block.bytes = assemble(block);
    if (goesFirst) {
        sendFirst(parcel);
        if (receivedAt) {
            m_statistics.post([time = m_clock.boot() - *receivedAt](Statistics& statistics) {
                statistics.latency().addSubmission(time);
            });
        }
        LOG_INFO(Engine, "block found at height {}: {}", parcel.block.record.height,
                 bitcoin::toDisplayHex(block.hash));
    } else {
        parcel.siblingTimer = m_executor.after(
            m_options.siblingWait, [this, hash = block.hash] { onSiblingWaitOver(hash); });
    }
    report(parcel.block.record);
}

void Courier::sendFirst(Parcel& parcel)
{
    // On its way to every node before the disk hears of it; neither waits for the other.
    launch(parcel, DeliveryStart::Submit);
    toSpool([block = parcel.block](BlockSpool& spool) { spool.keep(block); });
}

void Courier::launch(Parcel& parcel, DeliveryStart start)
{
    const bitcoin::Hash256 hash = parcel.block.record.hash;
    parcel.phase = Phase::Delivering;
    parcel.siblingTimer.reset();
    const auto isCurrent = std::make_shared<bool>(true);
    parcel.isCurrent = isCurrent;
    parcel.delivery = std::make_unique<BlockDelivery>(
        m_executor, m_links, parcel.block.bytes, m_options.delivery, start,
        [this, hash, isCurrent](BlockDelivery::Verdict verdict) {
            if (*isCurrent) {
                onVerdict(hash, verdict);
            }
        },
        [this, hash, isCurrent] {
            if (*isCurrent) {
                onDeliveryOver(hash);
            }
        });
    watchForRisk(parcel, m_options.riskDelay);
}

void Courier::replay(const std::vector<SpooledBlock>& blocks)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    for (const SpooledBlock& block : blocks) {
        const bool isOtherChain = m_options.network && *m_options.network != block.network;
        if (isOtherChain || isKnown(block.record.hash)) {
            continue;
        }
        m_statistics.post(
            [record = block.record](Statistics& statistics) { statistics.restoreBlock(record); });
        const BlockState state = block.record.state;
        if (state == BlockState::Pending && block.bytes) {
            LOG_INFO(Engine, "block {} of height {} has no verdict yet: bringing it to the node",
                     bitcoin::toDisplayHex(block.record.hash), block.record.height);
            Parcel& parcel = m_parcels[block.record.hash];
            parcel.block = block;
            launch(parcel, DeliveryStart::AskFirst);
        } else if (state == BlockState::Pending || state == BlockState::Accepted ||
                   state == BlockState::Orphaned) {
            m_follower.follow(block);
        } else {
            noteFinished(block.record.hash);
        }
    }
}

void Courier::redeliver(const SpooledBlock& block)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    const bitcoin::Hash256 hash = block.record.hash;
    if (!block.bytes || !m_follower.contains(hash) || m_parcels.contains(hash) ||
        !makeRoom(block.parent)) {
        return;
    }
    LOG_WARNING(Engine, "a node has not got block {} of height {}: bringing it again",
                bitcoin::toDisplayHex(hash), block.record.height);
    Parcel& parcel = m_parcels[hash];
    parcel.block = block;
    launch(parcel, DeliveryStart::AskFirst);
    parcel.phase = Phase::Settled;
    parcel.riskTimer.reset();
}

void Courier::onTip(std::int64_t height, std::optional<bitcoin::Network> network)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    if (network) {
        m_follower.keepOnly(*network);
    }
    m_follower.onTip(height);
    std::vector<bitcoin::Hash256> gone;
    for (const auto& [hash, parcel] : m_parcels) {
        if ((network && parcel.block.network != *network) ||
            (parcel.phase == Phase::Delivering &&
             height >= parcel.block.record.height + BlockFollower::DEPTH)) {
            gone.push_back(hash);
        }
    }
    for (const bitcoin::Hash256& hash : gone) {
        Parcel& parcel = m_parcels.at(hash);
        clearRisk(parcel);
        if (!network || parcel.block.network == *network) {
            // The chain has gone on for so long that no node would turn back: what is left is to
            // ask where it is.
            m_follower.follow(parcel.block);
        }
        m_parcels.erase(hash);
    }
    checkDrained();
}

void Courier::onSiblingWaitOver(const bitcoin::Hash256& hash)
{
    const auto it = m_parcels.find(hash);
    if (it == m_parcels.end()) {
        return;
    }
    // The first one has no verdict yet: its node may be hung, so this one must not wait longer.
    if (isParentWon(it->second.block.parent)) {
        finishWaiting(it);
    } else {
        sendFirst(it->second);
    }
}

void Courier::onVerdict(const bitcoin::Hash256& hash, BlockDelivery::Verdict verdict)
{
    const auto it = m_parcels.find(hash);
    if (it == m_parcels.end() || verdict == BlockDelivery::Verdict::None) {
        return;
    }
    Parcel& parcel = it->second;
    if (m_follower.contains(hash)) {
        m_follower.ask(hash);
        return;
    }
    if (parcel.phase == Phase::Settled && parcel.block.record.state != BlockState::Rejected) {
        return; // it is buried already
    }
    switch (verdict) {
    case BlockDelivery::Verdict::Accepted:
        settle(parcel, BlockState::Accepted);
        break;
    case BlockDelivery::Verdict::SideOnly:
        // Valid, but another block of its height came first. The race may yet be won.
        settle(parcel, BlockState::Pending);
        break;
    default:
        settle(parcel, BlockState::Rejected);
        break;
    }
}

void Courier::settle(Parcel& parcel, BlockState state)
{
    parcel.phase = Phase::Settled;
    clearRisk(parcel);
    BlockRecord& record = parcel.block.record;
    record.state = state;
    record.reason = state == BlockState::Accepted ? std::string() : parcel.delivery->reason();
    parcel.block.verdicts = parcel.delivery->verdicts();
    report(record);
    toSpool([block = parcel.block](BlockSpool& spool) { spool.saveState(block); });
    if (state == BlockState::Accepted) {
        noteWon(parcel.block);
    } else if (state == BlockState::Rejected) {
        LOG_ERROR(Engine, "block rejected at height {}: {}: {}", record.height,
                  bitcoin::toDisplayHex(record.hash), util::sanitize(record.reason, 200));
        noteFinished(record.hash);
    }
    if (state == BlockState::Accepted || state == BlockState::Pending) {
        m_follower.follow(parcel.block);
    }
    releaseSiblings(bitcoin::Hash256(parcel.block.parent));
    checkDrained();
}

void Courier::noteWon(const SpooledBlock& block)
{
    LOG_INFO(Engine, "block accepted at height {}: {}", block.record.height,
             bitcoin::toDisplayHex(block.record.hash));
    m_wonParents.push_back(block.parent);
    if (m_wonParents.size() > WON_PARENTS_KEPT) {
        m_wonParents.erase(m_wonParents.begin());
    }
    m_onAccepted();
}

void Courier::noteFinished(const bitcoin::Hash256& hash)
{
    m_finished.push_back(hash);
    if (m_finished.size() > CAPACITY) {
        m_finished.erase(m_finished.begin());
    }
}

void Courier::onDeliveryOver(const bitcoin::Hash256& hash)
{
    const auto it = m_parcels.find(hash);
    if (it == m_parcels.end() || it->second.phase != Phase::Settled) {
        return;
    }
    const SpooledBlock& block = it->second.block;
    if (block.record.state == BlockState::Rejected) {
        toSpool([block](BlockSpool& spool) { spool.finish(block); });
    }
    // Lives until the end of this call, which its callback is a part of.
    const std::unique_ptr<BlockDelivery> ended = std::move(it->second.delivery);
    m_parcels.erase(it);
}

void Courier::onFollowed(const SpooledBlock& block, const BlockRecord& before)
{
    const BlockRecord& record = block.record;
    m_statistics.post([record, before = before.state](Statistics& statistics) {
        statistics.followBlock(record, before);
    });
    if (record.state != before.state) {
        LOG_INFO(Engine, "block {} of height {}: {}", bitcoin::toDisplayHex(record.hash),
                 record.height, name(record.state));
    }
    if (m_follower.isOver(record)) {
        noteFinished(record.hash);
        toSpool([block](BlockSpool& spool) { spool.finish(block); });
        return;
    }
    if (before.state == BlockState::Accepted && record.state != BlockState::Accepted) {
        std::erase(m_wonParents, block.parent); // blocks beside it are wanted again
    }
    // How deep it is need not be known after a restart.
    if (record.state != before.state || record.audit != before.audit) {
        toSpool([block](BlockSpool& spool) { spool.saveState(block); });
    }
    if (record.state == BlockState::Accepted && before.state == BlockState::Pending) {
        noteWon(block);
        releaseSiblings(block.parent);
    }
}

void Courier::releaseSiblings(const bitcoin::Hash256& parent)
{
    const bool isWon = isParentWon(parent);
    std::vector<bitcoin::Hash256> waiting;
    for (const auto& [hash, parcel] : m_parcels) {
        if (parcel.block.parent == parent && parcel.phase == Phase::Waiting) {
            waiting.push_back(hash);
        }
    }
    std::sort(waiting.begin(), waiting.end());
    for (const bitcoin::Hash256& hash : waiting) {
        if (isWon) {
            finishWaiting(m_parcels.find(hash));
        } else if (!isParentTaken(parent)) {
            sendFirst(m_parcels.at(hash));
        }
    }
}

void Courier::watchForRisk(Parcel& parcel, util::Duration delay)
{
    parcel.riskTimer = m_executor.after(delay, [this, hash = parcel.block.record.hash] {
        const auto it = m_parcels.find(hash);
        if (it == m_parcels.end() || it->second.phase != Phase::Delivering) {
            return;
        }
        Parcel& late = it->second;
        late.isAtRisk = true;
        BlockRecord record = late.block.record;
        record.reason = late.delivery->reason();
        m_statistics.post([record, path = BlockSpool::pathOf(m_options.spoolFolder, hash).string()](
                              Statistics& statistics) { statistics.raiseBlockRisk(record, path); });
        watchForRisk(late, m_options.riskRepeat);
    });
}

void Courier::clearRisk(Parcel& parcel)
{
    parcel.riskTimer.reset();
    if (std::exchange(parcel.isAtRisk, false)) {
        m_statistics.post([hash = parcel.block.record.hash](Statistics& statistics) {
            statistics.clearBlockRisk(hash);
        });
    }
}

void Courier::useNodes(NodeLinks links, std::optional<bitcoin::Network> network)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    // What is under way to the former nodes goes on for a while: one of them may be taking the
    // block right now. What becomes of it is the new ones' to say.
    std::vector<bitcoin::Hash256> underWay;
    auto former = std::make_unique<Former>();
    for (auto& [hash, parcel] : m_parcels) {
        if (parcel.delivery) {
            *parcel.isCurrent = false;
            former->deliveries.push_back(std::move(parcel.delivery));
            underWay.push_back(hash);
        }
    }
    m_follower.forgetQuestions();
    former->links = std::exchange(m_links, std::move(links));
    former->end = m_executor.after(m_options.delivery.submitTimeout, [this, it = former.get()] {
        std::erase_if(m_former, [it](const auto& entry) { return entry.get() == it; });
    });
    m_former.push_back(std::move(former));
    if (m_former.size() > FORMER_KEPT) {
        m_former.erase(m_former.begin());
    }
    m_options.network = network;
    for (const bitcoin::Hash256& hash : underWay) {
        Parcel& parcel = m_parcels.at(hash);
        const Phase phase = parcel.phase;
        launch(parcel, DeliveryStart::AskFirst);
        if (phase == Phase::Settled) {
            parcel.phase = phase;
            parcel.riskTimer.reset();
        }
    }
    m_follower.askAboutAll();
}

bool Courier::retry(const bitcoin::Hash256& hash)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    const auto it = m_parcels.find(hash);
    if (it == m_parcels.end() || !it->second.delivery) {
        return false;
    }
    it->second.delivery->retryNow();
    return true;
}

void Courier::acknowledge(const bitcoin::Hash256& hash)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    if (const auto it = m_parcels.find(hash); it != m_parcels.end()) {
        it->second.riskTimer.reset();
    }
}

void Courier::drain(util::Duration patience, util::Task done)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    m_onDrained = std::move(done);
    m_drainTimer = m_executor.after(patience, [this] {
        if (m_onDrained) {
            LOG_ERROR(Engine, "{} found blocks have no verdict yet at the stop; the spool has them",
                      std::count_if(m_parcels.begin(), m_parcels.end(), [](const auto& entry) {
                          return entry.second.phase != Phase::Settled;
                      }));
            std::exchange(m_onDrained, nullptr)();
        }
    });
    checkDrained();
}

void Courier::checkDrained()
{
    const bool isIdle = std::all_of(m_parcels.begin(), m_parcels.end(), [](const auto& entry) {
        return entry.second.phase == Phase::Settled;
    });
    if (m_onDrained && isIdle) {
        m_drainTimer.reset();
        // Later, because finishing a block calls this from within its own callbacks.
        m_executor.post(std::exchange(m_onDrained, nullptr));
    }
}

} // namespace warp::engine
