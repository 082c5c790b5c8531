#include "core/mining/proposal.h"

#include "core/mining/job_factory.h"
#include "core/mining/share.h"
#include "core/mining/template_parts.h"

#include <utility>

namespace warp::mining {

std::string coinbaseShape(const Job& job)
{
    const Coinbase& coinbase = job.coinbase;
    std::string shape = std::to_string(coinbase.prefix.size());
    shape += coinbase.hasWitness ? " witness " : " plain ";
    shape += std::to_string(job.terms->plan.tag.size());
    for (const bitcoin::TxOut& output : coinbase.outputs) {
        // Version or opcode, and length: together they tell the kinds of address apart.
        const unsigned first = output.script.empty() ? 0U : static_cast<unsigned>(output.script[0]);
        shape += ' ' + std::to_string(first) + '/' + std::to_string(output.script.size());
    }
    return shape;
}

AssembledBlock proposalOf(const std::shared_ptr<const Job>& job)
{
    const Share share{.job = job->id, .time = job->time};
    const Extranonce1 extranonce1{};
    const HashedHeader hashed = hashShare(*job, extranonce1, share, job->source->version);
    return assembleBlock({.job = job,
                          .header = hashed.header,
                          .extranonce1 = extranonce1,
                          .extranonce2 = share.extranonce2,
                          .hash = hashed.hash});
}

std::optional<AssembledBlock> emptyProposalOf(const Job& job)
{
    const auto value = valueOfFirst(*job.source, 0);
    if (!value) {
        return std::nullopt;
    }
    CoinbaseTerms terms = *job.terms;
    terms.value = *value;
    if (job.source->witnessCommitmentScript) {
        terms.plan.witnessCommitmentScript = commitmentOfFirst(*job.source, 0);
    }
    auto coinbase = coinbaseFor(terms, job.payoutKey);
    if (!coinbase) {
        return std::nullopt;
    }
    auto empty = std::make_shared<Job>(job);
    empty->coinbase = std::move(*coinbase);
    empty->branch.clear();
    empty->transactionCount = 0;
    empty->transactionsHex = std::make_shared<const HexText>();
    return proposalOf(empty);
}

} // namespace warp::mining
