#include "core/sim/node/node_template.h"

#include "core/bitcoin/sha256d.h"
#include "core/sim/node/bip_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <unordered_map>

namespace warp::sim {

namespace {

constexpr std::int64_t MAX_WEIGHT = 4'000'000 - 8'000;
constexpr std::int64_t MAX_SIGOP_COST = 80'000 - 400;

// Chooses transactions; each brings the parents that were not chosen before.
class Selection final
{
public:
    explicit Selection(const Mempool& mempool)
        : m_mempool(mempool)
    {}

    void tryAdd(const MempoolEntryPtr& entry)
    {
        std::vector<MempoolEntryPtr> package;
        collect(entry, package);
        std::int64_t weight = m_weight;
        std::int64_t sigopCost = m_sigopCost;
        for (const MempoolEntryPtr& member : package) {
            weight += member->weight;
            sigopCost += member->sigopCost;
        }
        if (weight > MAX_WEIGHT || sigopCost > MAX_SIGOP_COST) {
            return;
        }
        m_weight = weight;
        m_sigopCost = sigopCost;
        for (MempoolEntryPtr& member : package) {
            m_places.emplace(member->txid, m_chosen.size() + 1);
            m_chosen.push_back(std::move(member));
        }
    }

    [[nodiscard]] const std::vector<MempoolEntryPtr>& chosen() const { return m_chosen; }
    /// Counted from 1; 0 where it is not in the template.
    [[nodiscard]] std::size_t placeOf(const bitcoin::Hash256& txid) const
    {
        const auto found = m_places.find(txid);
        return found == m_places.end() ? 0 : found->second;
    }

private:
    // Depth first, so parents come before children. Rows of parents are short (TransactionMaker),
    // but a submitted transaction may make them long: a stack of our own.
    void collect(const MempoolEntryPtr& entry, std::vector<MempoolEntryPtr>& package) const
    {
        std::vector<std::pair<MempoolEntryPtr, std::size_t>> stack;
        std::unordered_map<bitcoin::Hash256, bool> seen;
        const auto visit = [&](const MempoolEntryPtr& next) {
            if (next && !m_places.contains(next->txid) && seen.emplace(next->txid, true).second) {
                stack.emplace_back(next, 0);
            }
        };
        visit(entry);
        while (!stack.empty()) {
            auto& [top, nextParent] = stack.back();
            if (nextParent < top->parents.size()) {
                const bitcoin::Hash256 parent = top->parents[nextParent++];
                visit(m_mempool.find(parent));
            } else {
                package.push_back(top);
                stack.pop_back();
            }
        }
    }

    const Mempool& m_mempool;
    std::vector<MempoolEntryPtr> m_chosen;
    std::unordered_map<bitcoin::Hash256, std::size_t> m_places;
    std::int64_t m_weight = 0;
    std::int64_t m_sigopCost = 0;
};

// Satoshis per thousand weight units.
[[nodiscard]] std::int64_t feeRate(const MempoolEntry& entry)
{
    return entry.fee.value() * 1'000 / entry.weight;
}

// Of two with the same rate the one that came first stands first.
struct Ranked
{
    std::int64_t negativeRate = 0;
    std::uint64_t arrival = 0;
    MempoolEntryPtr entry;
};

[[nodiscard]] std::string toJson(const Selection& selection)
{
    std::string json = "[";
    for (const MempoolEntryPtr& entry : selection.chosen()) {
        std::string depends;
        for (const bitcoin::Hash256& parent : entry->parents) {
            if (const std::size_t place = selection.placeOf(parent); place != 0) {
                depends += fmt::format("{}{}", depends.empty() ? "" : ",", place);
            }
        }
        fmt::format_to(std::back_inserter(json),
                       R"({}{{"data":"{}","txid":"{}","hash":"{}","depends":[{}],"fee":{},)"
                       R"("sigops":{},"weight":{}}})",
                       json.size() == 1 ? "" : ",", entry->hex, toDisplayHex(entry->txid),
                       toDisplayHex(entry->wtxid), depends, entry->fee.value(), entry->sigopCost,
                       entry->weight);
    }
    return json + "]";
}

[[nodiscard]] util::Bytes commitmentScript(const std::vector<MempoolEntryPtr>& transactions)
{
    std::vector<bitcoin::Hash256> leaves(1);
    for (const MempoolEntryPtr& entry : transactions) {
        leaves.push_back(entry->wtxid);
    }
    // The reserved value is 32 zero bytes by custom.
    std::array<std::byte, 64> preimage{};
    std::ranges::copy(computeMerkleRoot(leaves).root.bytes, preimage.begin());
    util::Bytes script{std::byte{0x6A}, std::byte{0x24}, std::byte{0xAA},
                       std::byte{0x21}, std::byte{0xA9}, std::byte{0xED}};
    util::append(script, bitcoin::sha256d(preimage).bytes);
    return script;
}

} // namespace

std::shared_ptr<const NodeTemplate> makeTemplate(const Chain& chain, const Mempool& mempool,
                                                 std::int64_t now)
{
    std::vector<Ranked> byRate;
    byRate.reserve(mempool.entries().size());
    for (const auto& [arrival, entry] : mempool.entries()) {
        byRate.push_back({-feeRate(*entry), arrival, entry});
    }
    std::ranges::sort(byRate, [](const Ranked& left, const Ranked& right) {
        return std::tie(left.negativeRate, left.arrival) <
               std::tie(right.negativeRate, right.arrival);
    });
    Selection selection(mempool);
    for (const auto& [rate, arrival, entry] : byRate) {
        if (selection.placeOf(entry->txid) == 0) {
            selection.tryAdd(entry);
        }
    }
    auto made = std::make_shared<NodeTemplate>();
    made->previous = chain.tip().hash;
    made->height = chain.tip().height + 1;
    made->medianTimePast = medianTimePast(chain.tip());
    made->coinbaseValue = subsidyAt(chain.rules(), made->height);
    for (const MempoolEntryPtr& entry : selection.chosen()) {
        made->coinbaseValue = made->coinbaseValue + entry->fee;
    }
    made->transactions = selection.chosen();
    if (chain.rules().isSegwitActive(made->height)) {
        made->witnessCommitmentScript = commitmentScript(made->transactions);
    }
    made->transactionsJson = toJson(selection);
    made->mempoolChanges = mempool.changes();
    made->madeAt = now;
    return made;
}

} // namespace warp::sim
