#include "core/sim/node/transaction_maker.h"

#include "core/sim/node/transaction_check.h"

#include <algorithm>
#include <array>
#include <utility>

namespace warp::sim {

namespace {

/// Coins below this are left alone: fees would eat them.
constexpr std::int64_t MIN_COIN = 20'000;
/// Core's limit is 25 ancestors; rows stay below it.
constexpr std::size_t MAX_DEPTH = 20;
constexpr std::size_t PLENTY_OF_COINS = 2'000;
constexpr std::size_t FAN_OUT = 10;
constexpr std::uint32_t REPLACEABLE_SEQUENCE = 0xFFFF'FFFD;

[[nodiscard]] bitcoin::TxOut dataOutput(util::Random& random)
{
    constexpr std::size_t MAX_DATA = 75;
    std::array<std::byte, MAX_DATA> data{};
    const auto length = static_cast<std::size_t>(1 + random.below(MAX_DATA));
    random.fill(std::span(data).first(length));
    bitcoin::TxOut output;
    output.script = {std::byte{0x6A}, static_cast<std::byte>(length)};
    util::append(output.script, std::span(data).first(length));
    return output;
}

} // namespace

TransactionMaker::TransactionMaker(util::Random& random, const Chain& chain, Mempool& mempool)
    : m_random(random)
    , m_chain(chain)
    , m_mempool(mempool)
{}

std::size_t TransactionMaker::make(std::size_t count)
{
    if (m_collectedAt != m_chain.tip().hash) {
        collectCandidates();
    }
    std::size_t made = 0;
    while (made < count && !m_candidates.empty()) {
        made += makeOne() ? 1U : 0U;
    }
    return made;
}

void TransactionMaker::collectCandidates()
{
    m_collectedAt = m_chain.tip().hash;
    m_candidates.clear();
    const std::int64_t height = m_chain.tip().height + 1;
    for (const auto& [point, coin] : m_chain.coins().coins()) {
        const bool isMature =
            !coin.isCoinbase || height - coin.height >= m_chain.rules().coinbaseMaturity;
        if (isMature && coin.output.value.value() >= MIN_COIN &&
            isAnyoneScript(coin.output.script) && !m_mempool.spends(point)) {
            m_candidates.push_back({point, coin, 0});
        }
    }
    std::ranges::sort(m_candidates, std::less(), &Candidate::point);
    for (const auto& [arrival, entry] : m_mempool.entries()) {
        addOutputs(*entry);
    }
}

void TransactionMaker::addOutputs(const MempoolEntry& entry)
{
    if (entry.depth >= MAX_DEPTH) {
        return;
    }
    for (std::size_t i = 0; i < entry.transaction.vout.size(); ++i) {
        const bitcoin::TxOut& output = entry.transaction.vout[i];
        const bitcoin::OutPoint point{entry.txid, static_cast<std::uint32_t>(i)};
        if (output.value.value() >= MIN_COIN && isAnyoneScript(output.script) &&
            !m_mempool.spends(point)) {
            m_candidates.push_back(
                {point, Coin{output, m_chain.tip().height + 1, false}, entry.depth + 1});
        }
    }
}

TransactionMaker::Candidate TransactionMaker::takeCandidate()
{
    const auto place = static_cast<std::size_t>(m_random.below(m_candidates.size()));
    std::swap(m_candidates[place], m_candidates.back());
    Candidate taken = std::move(m_candidates.back());
    m_candidates.pop_back();
    return taken;
}

bitcoin::Transaction TransactionMaker::build(const std::vector<Candidate>& inputs)
{
    bitcoin::Transaction transaction;
    std::vector<const Coin*> coins;
    std::int64_t value = 0;
    for (const Candidate& input : inputs) {
        bitcoin::TxIn in;
        in.previous = input.point;
        in.sequence = REPLACEABLE_SEQUENCE;
        transaction.vin.push_back(std::move(in));
        coins.push_back(&input.coin);
        value += input.coin.output.value.value();
    }
    satisfyInputs(transaction, coins);
    const std::size_t outputs = drawOutputCount();
    for (std::size_t i = 0; i < outputs; ++i) {
        bitcoin::TxOut output;
        output.script = m_random.below(5) == 0 ? anyoneScript() : anyoneWitnessScript();
        transaction.vout.push_back(std::move(output));
    }
    const auto payments = transaction.vout.size();
    if (m_random.below(8) == 0) {
        transaction.vout.push_back(dataOutput(m_random));
    }
    constexpr std::uint64_t MAX_FEE_RATE = 20;
    const std::int64_t virtualSize = (transaction.weight() + 3) / 4;
    const std::int64_t fee =
        virtualSize * static_cast<std::int64_t>(1 + m_random.below(MAX_FEE_RATE));
    const std::int64_t share = (value - fee) / static_cast<std::int64_t>(payments);
    for (std::size_t i = 0; i < payments; ++i) {
        transaction.vout[i].value = util::Satoshi(share);
    }
    return transaction;
}

std::size_t TransactionMaker::drawOutputCount()
{
    if (m_candidates.size() < PLENTY_OF_COINS) {
        return FAN_OUT;
    }
    // What has grown too many is gathered again.
    return m_candidates.size() > 2 * PLENTY_OF_COINS
               ? 1
               : static_cast<std::size_t>(1 + m_random.below(3));
}

bool TransactionMaker::makeOne()
{
    std::vector<Candidate> inputs{takeCandidate()};
    const bool wantsMore = m_candidates.size() > 2 * PLENTY_OF_COINS || m_random.below(4) == 0;
    if (wantsMore && !m_candidates.empty()) {
        inputs.push_back(takeCandidate());
    }
    const auto added = m_mempool.add(build(inputs));
    if (added) {
        addOutputs(**added);
    }
    return added.hasValue();
}

} // namespace warp::sim
