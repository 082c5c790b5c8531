#include "core/sim/node/node_core.h"

#include "core/sim/node/block_maker.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace warp::sim {

namespace {

constexpr std::int64_t TEMPLATE_SECONDS = 5;

[[nodiscard]] BlockData dataOf(const BlockEntry& entry)
{
    auto data = BlockData::parse(entry.raw);
    WARP_ASSERT(data.hasValue());
    return std::move(data).value();
}

// From the block after `fork` up to `tip`, lowest first.
[[nodiscard]] std::vector<const BlockEntry*> branch(const BlockEntry& fork, const BlockEntry& tip)
{
    std::vector<const BlockEntry*> blocks;
    for (const BlockEntry* entry = &tip; entry != &fork; entry = entry->parent) {
        blocks.push_back(entry);
    }
    std::ranges::reverse(blocks);
    return blocks;
}

} // namespace

NodeCore::NodeCore(util::Clock& clock, util::Random& random, const ChainRules& rules)
    : m_clock(clock)
    , m_random(random)
    , m_chain(rules)
    , m_mempool(m_chain)
    , m_maker(m_random, m_chain, m_mempool)
{}

util::Result<Placement, Rejection> NodeCore::submit(const BlockData& data)
{
    return accept(data, BlockSource::Submitted);
}

Verdict NodeCore::test(const BlockData& data)
{
    ++m_proposals;
    return m_chain.test(data, now());
}

std::vector<bitcoin::Hash256> NodeCore::generate(std::size_t count, util::ByteView payoutScript,
                                                 std::uint32_t maxTries, std::int64_t spacing)
{
    std::vector<bitcoin::Hash256> hashes;
    for (std::size_t i = 0; i < count; ++i) {
        const auto later = static_cast<std::int64_t>(count - 1 - i);
        const auto data = mineOne(payoutScript, maxTries, now() - spacing * later);
        if (!data) {
            break;
        }
        // Refused only where the clock is too far behind the chain.
        if (!accept(*data, BlockSource::Generated)) {
            break;
        }
        hashes.push_back(data->hash);
    }
    return hashes;
}

bool NodeCore::invalidate(const bitcoin::Hash256& hash)
{
    const BlockEntry& before = m_chain.tip();
    const bool isDone = m_chain.invalidate(hash);
    followTip(before);
    return isDone;
}

bool NodeCore::makePrecious(const bitcoin::Hash256& hash)
{
    const BlockEntry& before = m_chain.tip();
    const bool isDone = m_chain.makePrecious(hash);
    followTip(before);
    return isDone;
}

util::Result<MempoolEntryPtr, Rejection> NodeCore::send(bitcoin::Transaction transaction)
{
    return m_mempool.add(std::move(transaction));
}

std::size_t NodeCore::addTraffic(std::size_t count)
{
    return m_maker.make(count);
}

std::shared_ptr<const NodeTemplate> NodeCore::currentTemplate()
{
    const std::int64_t at = now();
    const bool isCurrent = m_template && m_template->previous == m_chain.tip().hash &&
                           (m_template->mempoolChanges == m_mempool.changes() ||
                            at - m_template->madeAt <= TEMPLATE_SECONDS);
    if (!isCurrent) {
        m_template = makeTemplate(m_chain, m_mempool, at);
    }
    return m_template;
}

std::int64_t NodeCore::now() const
{
    return std::chrono::floor<std::chrono::seconds>(m_clock.wall().time.time_since_epoch()).count();
}

util::Result<Placement, Rejection> NodeCore::accept(const BlockData& data, BlockSource source)
{
    const BlockEntry& before = m_chain.tip();
    auto placed = m_chain.submit(data, now());
    followTip(before);
    if (placed && *placed == Placement::BestChain) {
        m_blocks.emit({.hash = data.hash,
                       .height = m_chain.find(data.hash)->height,
                       .coinbase = data.block.transactions.front(),
                       .raw = data.raw,
                       .source = source});
    }
    return placed;
}

void NodeCore::followTip(const BlockEntry& before)
{
    const BlockEntry& after = m_chain.tip();
    if (&before == &after) {
        return;
    }
    const BlockEntry& fork = forkPoint(before, after);
    for (const BlockEntry* entry : branch(fork, after)) {
        m_mempool.removeForBlock(dataOf(*entry));
    }
    if (&fork != &before) {
        std::vector<bitcoin::Transaction> returned;
        for (const BlockEntry* entry : branch(fork, before)) {
            BlockData data = dataOf(*entry);
            std::move(data.block.transactions.begin() + 1, data.block.transactions.end(),
                      std::back_inserter(returned));
        }
        m_mempool.reload(std::move(returned));
    }
    m_tips.emit({.hash = after.hash,
                 .height = after.height,
                 .raw = after.raw,
                 .cause = &fork == &after ? TipCause::Invalidated : TipCause::Block});
}

std::optional<BlockData> NodeCore::mineOne(util::ByteView payoutScript, std::uint32_t maxTries,
                                           std::int64_t time)
{
    const auto made = makeTemplate(m_chain, m_mempool, now());
    const std::int64_t atLeast = made->medianTimePast + 1;
    bitcoin::Block block =
        assembleBlock(*made, m_chain.rules(), payoutScript,
                      static_cast<std::uint32_t>(std::max(time, atLeast)), m_random.uint64());
    if (!grind(block.header, maxTries)) {
        return std::nullopt;
    }
    auto data = BlockData::parse(
        std::make_shared<const util::Bytes>(block.serialize(bitcoin::WitnessMode::Include)));
    WARP_ASSERT(data.hasValue());
    return std::move(data).value();
}

} // namespace warp::sim
