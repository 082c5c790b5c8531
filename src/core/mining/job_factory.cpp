#include "core/mining/job_factory.h"

#include "core/bitcoin/header.h"
#include "core/bitcoin/merkle.h"
#include "core/mining/template_parts.h"

#include <algorithm>
#include <span>
#include <vector>

namespace warp::mining {

namespace {

constexpr std::uint32_t MAX_BLOCK_WEIGHT = 4'000'000;  // BIP 141
constexpr std::uint32_t MAX_BLOCK_SIGOP_COST = 80'000; // BIP 141
/// Header and the largest transaction count there is, four weight units a byte.
constexpr std::uint64_t FRAME_WEIGHT = 4 * (bitcoin::BlockHeader::SIZE + 5);

std::uint64_t weightOf(const TemplateTransaction& transaction)
{
    // Where the node does not say, no transaction weighs more than four units a byte.
    return transaction.weight != 0 ? transaction.weight : 2 * std::uint64_t{transaction.hexLength};
}

/// How many transactions fit, in order, beside a coinbase of this weight and sigop cost.
/// Cutting at the end is safe: a transaction only depends on earlier ones.
std::size_t countThatFit(const BlockTemplate& source, const Coinbase& coinbase)
{
    const std::uint64_t weightLimit =
        std::min(source.weightLimit.value_or(MAX_BLOCK_WEIGHT), MAX_BLOCK_WEIGHT);
    const std::uint64_t sigopLimit =
        std::min(source.sigopLimit.value_or(MAX_BLOCK_SIGOP_COST), MAX_BLOCK_SIGOP_COST);
    std::uint64_t weight = FRAME_WEIGHT + coinbase.weight;
    std::uint64_t sigops = coinbase.sigopCost;
    std::size_t count = 0;
    for (const TemplateTransaction& transaction : source.transactions) {
        weight += weightOf(transaction);
        sigops += transaction.sigopCost;
        if (weight > weightLimit || sigops > sigopLimit) {
            break;
        }
        ++count;
    }
    return count;
}

/// Whether the node's commitment is that of its transactions; it may carry more data behind it.
bool isCommitmentRight(const BlockTemplate& source)
{
    const util::Bytes expected = commitmentOfFirst(source, source.transactions.size());
    const util::Bytes& given = *source.witnessCommitmentScript;
    return given.size() >= expected.size() &&
           std::equal(expected.begin(), expected.end(), given.begin());
}

/// The text of the first `count` transactions, without a copy where the template's parts allow it.
std::shared_ptr<const HexText> textOfFirst(const BlockTemplate& source, std::size_t count)
{
    const HexText& parts = *source.transactionsHex;
    if (count == source.transactions.size()) {
        return source.transactionsHex;
    }
    if (parts.size() == source.transactions.size()) {
        const auto end = parts.begin() + static_cast<std::ptrdiff_t>(count);
        return std::make_shared<const HexText>(parts.begin(), end);
    }
    std::size_t length = 0;
    for (std::size_t i = 0; i < count; ++i) {
        length += source.transactions[i].hexLength;
    }
    return std::make_shared<const HexText>(
        HexText{std::make_shared<const std::string>(parts.front()->substr(0, length))});
}

} // namespace

std::string_view describe(JobError error)
{
    switch (error) {
    case JobError::BadBits:
        return "the template's target is not valid";
    case JobError::Coinbase:
        return "the coinbase cannot be built";
    case JobError::CommitmentMismatch:
        return "the template's witness commitment does not match its transactions";
    case JobError::TooHeavy:
        return "the template does not fit into a block";
    }
    return "unknown failure";
}

util::Result<Coinbase, CoinbaseError> coinbaseFor(const CoinbaseTerms& terms, const PayoutKey& key)
{
    CoinbasePlan plan = terms.plan;
    plan.payouts = terms.policy->split(key, terms.value).outputs;
    return buildCoinbase(plan);
}

util::Result<std::shared_ptr<const Job>, JobError> jobForKey(const Job& job, PayoutKey key)
{
    auto coinbase = coinbaseFor(*job.terms, key);
    if (!coinbase) {
        return util::Unexpected(JobError::Coinbase);
    }
    auto keyed = std::make_shared<Job>(job);
    keyed->coinbase = std::move(*coinbase);
    keyed->payoutKey = std::move(key);
    return std::shared_ptr<const Job>(std::move(keyed));
}

JobFactory::JobFactory(JobFactoryOptions options)
    : m_options(std::move(options))
{}

void JobFactory::setPayout(std::shared_ptr<const PayoutPolicy> payout)
{
    m_options.payout = std::move(payout);
}

util::Result<std::shared_ptr<const Job>, JobError>
JobFactory::make(const std::shared_ptr<const BlockTemplate>& source, std::uint32_t tipNumber,
                 util::BootTime now)
{
    const auto target = bitcoin::Target::fromCompact(source->bits);
    if (!target) {
        return util::Unexpected(JobError::BadBits);
    }
    if (source->coinbaseValue.value() < 0) {
        return util::Unexpected(JobError::Coinbase);
    }
    if (source->witnessCommitmentScript && !isCommitmentRight(*source)) {
        return util::Unexpected(JobError::CommitmentMismatch);
    }
    const std::uint32_t number = JOB_ID_STEP * m_counter++;
    const util::JobId first = baseOf(util::JobId(m_options.firstJobId));
    auto job =
        std::make_shared<Job>(util::JobId(first.value() + number), tipNumber, source, *target);
    job->created = now;
    const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(now - source->received);
    job->time = source->currentTime +
                static_cast<std::uint32_t>(std::max<std::int64_t>(elapsed.count(), 0));
    if (source->maximumTime != 0) {
        job->time = std::min(job->time, source->maximumTime);
    }

    auto terms = std::make_shared<CoinbaseTerms>();
    terms->policy = m_options.payout;
    terms->value = source->coinbaseValue;
    CoinbasePlan& plan = terms->plan;
    plan.height = source->height;
    plan.tag = m_options.tag;
    plan.witnessCommitmentScript = source->witnessCommitmentScript;
    util::storeBigEndian<std::uint32_t>(std::span(plan.salt).first<4>(), m_options.instance);
    util::storeBigEndian<std::uint32_t>(std::span(plan.salt).last<4>(), number);
    const PayoutKey heaviest = m_options.payout->heaviestKey();
    auto coinbase = coinbaseFor(*terms, heaviest);
    if (!coinbase) {
        return util::Unexpected(JobError::Coinbase);
    }
    const std::size_t count = countThatFit(*source, *coinbase);
    if (FRAME_WEIGHT + coinbase->weight > MAX_BLOCK_WEIGHT ||
        coinbase->sigopCost > MAX_BLOCK_SIGOP_COST) {
        return util::Unexpected(JobError::TooHeavy);
    }
    if (count < source->transactions.size()) {
        const auto value = valueOfFirst(*source, count);
        if (!value) {
            return util::Unexpected(JobError::TooHeavy);
        }
        terms->value = *value;
        if (source->witnessCommitmentScript) {
            plan.witnessCommitmentScript = commitmentOfFirst(*source, count);
        }
        coinbase = coinbaseFor(*terms, heaviest);
        WARP_ASSERT(coinbase.hasValue());
    }
    if (m_options.payout->keyUse() == KeyUse::Shared) {
        job->coinbase = std::move(*coinbase);
    }
    job->terms = std::move(terms);

    std::vector<bitcoin::Hash256> txids;
    txids.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        txids.push_back(source->transactions[i].txid);
    }
    job->transactionCount = count;
    job->transactionsHex = textOfFirst(*source, count);
    job->branch = bitcoin::merkleBranchOfFirst(txids);
    return std::shared_ptr<const Job>(std::move(job));
}

} // namespace warp::mining
