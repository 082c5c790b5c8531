#include "core/engine/courier.h"

#include "core/bitcoin/address.h"
#include "core/mining/work_hash.h"
#include "core/util/log.h"

#include <algorithm>

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

} // namespace

Courier::Courier(util::Executor& executor, std::unique_ptr<node::BlockSubmitter> submitter,
                 Hosted<Statistics>& statistics, Options options, std::function<void()> onAccepted)
    : m_executor(executor)
    , m_submitter(std::move(submitter))
    , m_statistics(statistics)
    , m_options(options)
    , m_onAccepted(std::move(onAccepted))
{}

void Courier::report(const BlockRecord& record)
{
    m_statistics.post([record](Statistics& statistics) { statistics.setBlock(record); });
}

bool Courier::isParentWon(const bitcoin::Hash256& parent) const
{
    return std::find(m_wonParents.begin(), m_wonParents.end(), parent) != m_wonParents.end();
}

bool Courier::isParentTaken(const bitcoin::Hash256& parent) const
{
    return isParentWon(parent) ||
           std::any_of(m_parcels.begin(), m_parcels.end(), [&](const auto& entry) {
               return entry.second.parent == parent && entry.second.phase != Phase::Waiting;
           });
}

bool Courier::makeRoom(const bitcoin::Hash256& parent)
{
    if (m_parcels.size() < CAPACITY) {
        return true;
    }
    // What waits behind a block under way on its own parent is the least likely to be needed.
    for (auto it = m_parcels.begin(); it != m_parcels.end(); ++it) {
        if (it->second.phase == Phase::Waiting && it->second.parent != parent) {
            finishWaiting(it);
            return true;
        }
    }
    return !isParentTaken(parent);
}

void Courier::finishWaiting(Parcels::iterator it)
{
    BlockRecord record = it->second.record;
    record.state = BlockState::Superseded;
    m_parcels.erase(it);
    report(record);
}

void Courier::deliver(mining::FoundBlock block, std::string worker, bitcoin::Network network)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    if (m_parcels.contains(block.hash) ||
        std::find(m_finished.begin(), m_finished.end(), block.hash) != m_finished.end()) {
        return;
    }
    const bitcoin::Hash256 parent = block.job->source->previous;
    BlockRecord record{.hash = block.hash,
                       .height = block.job->source->height,
                       .state = BlockState::Pending,
                       .reason = {},
                       .worker = std::move(worker),
                       .payments = paymentsOf(*block.job, network)};
    if (isParentWon(parent) || !makeRoom(parent)) {
        record.state = BlockState::Superseded;
        report(record);
        return;
    }
    const bool goesFirst = !isParentTaken(parent);
    const mining::AssembledBlock assembled = mining::assembleBlock(block);
    auto bytes = std::make_shared<node::BlockBytes>();
    bytes->hash = block.hash;
    bytes->height = record.height;
    bytes->headHex = assembled.headHex;
    bytes->tailHex = assembled.tailHex;
    bytes->workId = block.job->source->workId;

    Parcel& parcel = m_parcels[block.hash];
    parcel.record = std::move(record);
    parcel.parent = parent;
    parcel.bytes = std::move(bytes);
    if (goesFirst) {
        submit(parcel);
        LOG_INFO(Engine, "block found at height {}: {}", parcel.record.height,
                 bitcoin::toDisplayHex(block.hash));
    } else {
        parcel.timer = m_executor.after(m_options.siblingWait,
                                        [this, hash = block.hash] { onSiblingWaitOver(hash); });
    }
    report(parcel.record);
}

void Courier::submit(Parcel& parcel)
{
    parcel.phase = Phase::Submitting;
    ++parcel.attempts;
    parcel.request =
        m_submitter->submit(parcel.bytes, m_options.submitTimeout,
                            [this, hash = parcel.record.hash](const node::SubmitOutcome& outcome) {
                                onOutcome(hash, outcome);
                            });
}

void Courier::onOutcome(const bitcoin::Hash256& hash, const node::SubmitOutcome& outcome)
{
    const auto it = m_parcels.find(hash);
    if (it == m_parcels.end()) {
        return;
    }
    switch (outcome.verdict) {
    case node::SubmitVerdict::Accepted:
    case node::SubmitVerdict::AlreadyThere:
        finish(hash, BlockState::Accepted, outcome.reason);
        break;
    case node::SubmitVerdict::Inconclusive:
        track(it->second, outcome.reason);
        break;
    case node::SubmitVerdict::Rejected:
        finish(hash, BlockState::Rejected, outcome.reason);
        break;
    case node::SubmitVerdict::Unknown:
        retryLater(it->second, outcome.reason);
        break;
    }
}

void Courier::submitAfter(Parcel& parcel, util::Duration delay)
{
    parcel.timer = m_executor.after(delay, [this, hash = parcel.record.hash] {
        if (const auto it = m_parcels.find(hash); it != m_parcels.end()) {
            submit(it->second);
        }
    });
}

void Courier::retryLater(Parcel& parcel, const std::string& reason)
{
    parcel.phase = Phase::Retrying;
    LOG_WARNING(Engine, "block {} has no verdict after {} attempts ({}); trying again",
                bitcoin::toDisplayHex(parcel.record.hash), parcel.attempts,
                util::sanitize(reason, 200));
    constexpr std::uint32_t MAX_DOUBLINGS = 8;
    const std::uint32_t doublings = std::min(parcel.attempts - 1, MAX_DOUBLINGS);
    submitAfter(parcel,
                std::min(m_options.retryDelay * (1U << doublings), m_options.retryDelayMax));
}

void Courier::track(Parcel& parcel, const std::string& reason)
{
    // Valid, but another block of its height came first, or the node still connects it. The race
    // may yet be won: "duplicate" then says that the node has it.
    if (++parcel.inconclusive >= m_options.trackLimit) {
        finish(parcel.record.hash, BlockState::Superseded, reason);
        return;
    }
    parcel.phase = Phase::Tracking;
    submitAfter(parcel, m_options.trackInterval);
    checkDrained();
}

void Courier::onSiblingWaitOver(const bitcoin::Hash256& hash)
{
    const auto it = m_parcels.find(hash);
    if (it == m_parcels.end()) {
        return;
    }
    // The first one has no verdict yet: its node may be hung, so this one must not wait longer.
    if (isParentWon(it->second.parent)) {
        finish(hash, BlockState::Superseded, {});
    } else {
        submit(it->second);
    }
}

void Courier::finish(const bitcoin::Hash256& hash, BlockState state, const std::string& reason)
{
    const auto it = m_parcels.find(hash);
    BlockRecord record = it->second.record;
    const bitcoin::Hash256 parent = it->second.parent;
    m_parcels.erase(it);
    m_finished.push_back(hash);
    if (m_finished.size() > CAPACITY) {
        m_finished.erase(m_finished.begin());
    }
    record.state = state;
    record.reason = reason;
    report(record);
    if (state == BlockState::Accepted) {
        LOG_INFO(Engine, "block accepted at height {}: {}", record.height,
                 bitcoin::toDisplayHex(hash));
        m_wonParents.push_back(parent);
        if (m_wonParents.size() > WON_PARENTS_KEPT) {
            m_wonParents.erase(m_wonParents.begin());
        }
        m_onAccepted();
    } else if (state == BlockState::Rejected) {
        LOG_ERROR(Engine, "block rejected at height {}: {}: {}", record.height,
                  bitcoin::toDisplayHex(hash), util::sanitize(reason, 200));
    }
    releaseSiblings(parent);
    checkDrained();
}

void Courier::releaseSiblings(const bitcoin::Hash256& parent)
{
    const bool isWon = isParentWon(parent);
    std::vector<bitcoin::Hash256> waiting;
    for (const auto& [hash, parcel] : m_parcels) {
        if (parcel.parent == parent && parcel.phase == Phase::Waiting) {
            waiting.push_back(hash);
        }
    }
    std::sort(waiting.begin(), waiting.end());
    for (const bitcoin::Hash256& hash : waiting) {
        if (isWon) {
            finishWaiting(m_parcels.find(hash));
        } else if (!isParentTaken(parent)) {
            submit(m_parcels.at(hash));
        }
    }
}

void Courier::drain(util::Duration patience, util::Task done)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    m_onDrained = std::move(done);
    m_drainTimer = m_executor.after(patience, [this] {
        if (m_onDrained) {
            LOG_ERROR(Engine, "{} found blocks have no verdict yet at the stop", m_parcels.size());
            std::exchange(m_onDrained, nullptr)();
        }
    });
    checkDrained();
}

void Courier::checkDrained()
{
    const bool isIdle = std::all_of(m_parcels.begin(), m_parcels.end(), [](const auto& entry) {
        return entry.second.phase == Phase::Tracking;
    });
    if (m_onDrained && isIdle) {
        m_drainTimer.reset();
        // Later, because finishing a block calls this from within its own callbacks.
        m_executor.post(std::exchange(m_onDrained, nullptr));
    }
}

} // namespace warp::engine
