#include "core/sim/node/chain.h"

#include "core/bitcoin/target.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace warp::sim {

namespace {

[[nodiscard]] bool isBetter(const BlockEntry& left, const BlockEntry& right)
{
    if (left.chainwork != right.chainwork) {
        return left.chainwork > right.chainwork;
    }
    return left.arrival < right.arrival;
}

[[nodiscard]] bitcoin::Uint256 workOf(std::uint32_t bits)
{
    const auto target = bitcoin::Target::fromCompact(bits);
    return target ? target->work() : bitcoin::Uint256();
}

[[nodiscard]] BlockData dataOf(const BlockEntry& entry)
{
    auto data = BlockData::parse(entry.raw);
    WARP_ASSERT(data.hasValue());
    return std::move(data).value();
}

} // namespace

Chain::Chain(const ChainRules& rules)
    : m_rules(rules)
{
    const bitcoin::Block block = genesisBlock(rules);
    auto entry = std::make_unique<BlockEntry>();
    entry->hash = block.header.hash();
    entry->header = block.header;
    entry->chainwork = workOf(rules.bits);
    entry->standing = BlockStanding::Valid;
    entry->transactionCount = block.transactions.size();
    entry->raw =
        std::make_shared<const util::Bytes>(block.serialize(bitcoin::WitnessMode::Include));
    entry->arrival = m_nextArrival++;
    // The first block's coin is not in the set: nobody can spend it.
    m_best.push_back(entry.get());
    m_order.push_back(entry.get());
    m_entries.emplace(entry->hash, std::move(entry));
}

util::Result<Placement, Rejection> Chain::submit(const BlockData& data, std::int64_t now)
{
    WARP_CHECK(checkBlock(data, m_rules, ProofOfWork::Required));
    if (const BlockEntry* known = find(data.hash)) {
        if (known->hasFailed()) {
            return reject("duplicate-invalid");
        }
        return Placement::Known;
    }
    const auto parent = m_entries.find(data.block.header.previous);
    if (parent == m_entries.end()) {
        return reject("prev-blk-not-found", Blame::Body);
    }
    if (parent->second->hasFailed()) {
        return reject("bad-prevblk");
    }
    const BlockContext context = contextAfter(*parent->second, now);
    WARP_CHECK(checkHeaderInContext(data.block.header, m_rules, context));
    if (const Verdict verdict = checkBlockInContext(data, m_rules, context); !verdict) {
        if (verdict.error().blame == Blame::Block) {
            insert(data, *parent->second, BlockStanding::Failed);
        }
        return util::Unexpected(verdict.error());
    }
    const BlockEntry& entry = insert(data, *parent->second, BlockStanding::Untried);
    if (!isBetter(entry, tip())) {
        return Placement::SideChain;
    }
    if (auto rejection = activateBest(&entry)) {
        return util::Unexpected(std::move(*rejection));
    }
    return isInBestChain(entry) ? Placement::BestChain : Placement::SideChain;
}

Verdict Chain::test(const BlockData& data, std::int64_t now)
{
    if (const BlockEntry* known = find(data.hash)) {
        switch (known->standing) {
        case BlockStanding::Valid:
            return reject("duplicate");
        case BlockStanding::Untried:
            return reject("duplicate-inconclusive");
        case BlockStanding::Failed:
        case BlockStanding::FailedParent:
            return reject("duplicate-invalid");
        }
    }
    if (data.block.header.previous != tip().hash) {
        return reject("inconclusive-not-best-prevblk");
    }
    const BlockContext context = contextAfter(tip(), now);
    WARP_CHECK(checkBlock(data, m_rules, ProofOfWork::Ignored));
    WARP_CHECK(checkHeaderInContext(data.block.header, m_rules, context));
    WARP_CHECK(checkBlockInContext(data, m_rules, context));
    const auto undo = connectBlock(data, m_rules, context.height, m_coins);
    if (!undo) {
        return util::Unexpected(undo.error());
    }
    m_coins.revert(*undo);
    return {};
}

bool Chain::invalidate(const bitcoin::Hash256& hash)
{
    const auto found = m_entries.find(hash);
    if (found == m_entries.end() || found->second->parent == nullptr) {
        return false;
    }
    while (isInBestChain(*found->second)) {
        disconnectTip();
    }
    found->second->standing = BlockStanding::Failed;
    markDescendants();
    activateBest(nullptr);
    return true;
}

bool Chain::makePrecious(const bitcoin::Hash256& hash)
{
    const auto found = m_entries.find(hash);
    if (found == m_entries.end()) {
        return false;
    }
    found->second->arrival = --m_lowestArrival;
    activateBest(nullptr);
    return true;
}

const BlockEntry* Chain::at(std::int64_t height) const
{
    if (height < 0 || height > tip().height) {
        return nullptr;
    }
    return m_best[static_cast<std::size_t>(height)];
}

const BlockEntry* Chain::find(const bitcoin::Hash256& hash) const
{
    const auto found = m_entries.find(hash);
    return found == m_entries.end() ? nullptr : found->second.get();
}

bool Chain::isInBestChain(const BlockEntry& entry) const
{
    return at(entry.height) == &entry;
}

std::vector<const BlockEntry*> Chain::leaves() const
{
    std::unordered_set<const BlockEntry*> parents;
    for (const BlockEntry* entry : m_order) {
        parents.insert(entry->parent);
    }
    std::vector<const BlockEntry*> found;
    for (const BlockEntry* entry : m_order) {
        if (!parents.contains(entry) || entry == &tip()) {
            found.push_back(entry);
        }
    }
    std::ranges::sort(found, [](const BlockEntry* left, const BlockEntry* right) {
        return std::pair(-left->height, left->arrival) < std::pair(-right->height, right->arrival);
    });
    return found;
}

BlockContext Chain::contextAfter(const BlockEntry& parent, std::int64_t now) const
{
    return {.height = parent.height + 1, .medianTimePast = medianTimePast(parent), .now = now};
}

BlockEntry& Chain::insert(const BlockData& data, BlockEntry& parent, BlockStanding standing)
{
    auto entry = std::make_unique<BlockEntry>();
    entry->hash = data.hash;
    entry->header = data.block.header;
    entry->parent = &parent;
    entry->height = parent.height + 1;
    entry->chainwork = parent.chainwork + workOf(entry->header.bits);
    entry->standing = standing;
    entry->arrival = m_nextArrival++;
    entry->transactionCount = data.block.transactions.size();
    entry->raw = data.raw;
    BlockEntry& reference = *entry;
    m_order.push_back(&reference);
    m_entries.emplace(data.hash, std::move(entry));
    return reference;
}

void Chain::markDescendants()
{
    for (BlockEntry* entry : m_order) {
        if (entry->parent != nullptr && entry->parent->hasFailed() && !entry->hasFailed()) {
            entry->standing = BlockStanding::FailedParent;
        }
    }
}

BlockEntry& Chain::bestCandidate() const
{
    BlockEntry* best = m_best.front();
    for (BlockEntry* entry : m_order) {
        if (!entry->hasFailed() && isBetter(*entry, *best)) {
            best = entry;
        }
    }
    return *best;
}

std::optional<Rejection> Chain::activateBest(const BlockEntry* watched)
{
    std::optional<Rejection> watchedRejection;
    for (BlockEntry* goal = &bestCandidate(); goal != m_best.back(); goal = &bestCandidate()) {
        std::vector<BlockEntry*> path;
        for (BlockEntry* entry = goal; !isInBestChain(*entry); entry = entry->parent) {
            path.push_back(entry);
        }
        const std::int64_t forkHeight = goal->height - static_cast<std::int64_t>(path.size());
        while (tip().height > forkHeight) {
            disconnectTip();
        }
        for (; !path.empty(); path.pop_back()) {
            BlockEntry& entry = *path.back();
            auto undo = connectBlock(dataOf(entry), m_rules, entry.height, m_coins);
            if (!undo) {
                entry.standing = BlockStanding::Failed;
                markDescendants();
                if (&entry == watched) {
                    watchedRejection = std::move(undo).error();
                }
                break;
            }
            entry.undo = std::move(undo).value();
            entry.standing = BlockStanding::Valid;
            m_best.push_back(&entry);
        }
    }
    return watchedRejection;
}

void Chain::disconnectTip()
{
    BlockEntry& entry = *m_best.back();
    m_coins.revert(entry.undo);
    entry.undo = {};
    m_best.pop_back();
}

} // namespace warp::sim
