#include "core/mining/job_audit.h"

#include "core/bitcoin/merkle.h"
#include "core/bitcoin/sha256d.h"
#include "core/mining/template_parts.h"

#include <algorithm>
#include <array>
#include <span>

namespace warp::mining {

namespace {

/// The coinbase as it is hashed, with a dummy extranonce.
util::Bytes wholeCoinbase(const SentWork& sent)
{
    util::Bytes whole = sent.coinbaseStart;
    whole.resize(whole.size() + EXTRANONCE1_SIZE + EXTRANONCE2_SIZE);
    util::append(whole, sent.coinbaseEnd);
    return whole;
}

AuditFault compareOutputs(const DecodedCoinbase& coinbase, const PayoutSplit& promise)
{
    std::vector<const DecodedOutput*> paying;
    for (const DecodedOutput& output : coinbase.outputs) {
        if (output.kind != OutputKind::WitnessCommitment || output.value.value() != 0) {
            paying.push_back(&output);
        }
    }
    if (paying.size() != promise.outputs.size()) {
        return AuditFault::Payout;
    }
    for (std::size_t i = 0; i < paying.size(); ++i) {
        if (paying[i]->script != promise.outputs[i].script) {
            return AuditFault::Payout;
        }
        if (paying[i]->value != promise.outputs[i].value) {
            return AuditFault::Amount;
        }
    }
    return AuditFault::None;
}

bool isCommitmentRight(const DecodedCoinbase& coinbase, const Job& job)
{
    const BlockTemplate& source = *job.source;
    const auto count = std::count_if(
        coinbase.outputs.begin(), coinbase.outputs.end(),
        [](const DecodedOutput& output) { return output.kind == OutputKind::WitnessCommitment; });
    if (!source.witnessCommitmentScript) {
        return count == 0;
    }
    // The node's own, unless transactions had to be left out.
    const util::Bytes expected = job.transactionCount == source.transactions.size()
                                     ? *source.witnessCommitmentScript
                                     : commitmentOfFirst(source, job.transactionCount);
    return count == 1 && coinbase.outputs.back().script == expected;
}

AuditFault compareCoinbase(const DecodedCoinbase& coinbase, const Job& job,
                           const PayoutSplit& promise, std::string_view tag)
{
    if (coinbase.height != job.source->height) {
        return AuditFault::Height;
    }
    if (coinbase.tag != tag) {
        return AuditFault::Tag;
    }
    if (const AuditFault fault = compareOutputs(coinbase, promise); fault != AuditFault::None) {
        return fault;
    }
    if (coinbase.total != valueOfFirst(*job.source, job.transactionCount)) {
        return AuditFault::Total;
    }
    return isCommitmentRight(coinbase, job) ? AuditFault::None : AuditFault::Commitment;
}

AuditFault compareHeader(const SentWork& sent, const BlockTemplate& source)
{
    if (sent.previous != source.previous) {
        return AuditFault::Previous;
    }
    if (sent.version != source.version || sent.bits != source.bits) {
        return AuditFault::Header;
    }
    const bool isEarly = sent.time < source.minimumTime || sent.time < source.currentTime;
    return isEarly ? AuditFault::Time : AuditFault::None;
}

} // namespace

std::string_view code(AuditFault fault)
{
    constexpr std::array<std::string_view, 12> CODES = {
        "ok",    "unreadable", "height",   "tag",    "payout", "amount",
        "total", "commitment", "previous", "header", "time",   "branch"};
    return CODES.at(static_cast<std::size_t>(fault));
}

WorkAudit auditWork(const SentWork& sent, const Job& job, const PayoutPolicy& promised,
                    std::string_view tag, bitcoin::Network network)
{
    WorkAudit audit;
    const auto value = valueOfFirst(*job.source, job.transactionCount);
    audit.promise = promised.split(job.payoutKey, value.value_or(util::Satoshi(0)));
    auto coinbase = decodeCoinbase(
        wholeCoinbase(sent), network,
        {.offset = sent.coinbaseStart.size(), .size = EXTRANONCE1_SIZE + EXTRANONCE2_SIZE});
    if (!coinbase) {
        audit.fault = AuditFault::Unreadable;
        return audit;
    }
    audit.fault = compareCoinbase(*coinbase, job, audit.promise, tag);
    if (audit.fault == AuditFault::None) {
        audit.fault = compareHeader(sent, *job.source);
    }
    audit.coinbase = std::move(*coinbase);
    return audit;
}

AuditFault auditBranch(const SentWork& sent, const Job& job)
{
    const bitcoin::Hash256 coinbase = bitcoin::sha256d(wholeCoinbase(sent));
    std::vector<bitcoin::Hash256> leaves{coinbase};
    leaves.reserve(job.transactionCount + 1);
    for (const TemplateTransaction& transaction :
         std::span(job.source->transactions).first(job.transactionCount)) {
        leaves.push_back(transaction.txid);
    }
    return bitcoin::foldBranch(coinbase, sent.branch) == bitcoin::merkleRoot(leaves)
               ? AuditFault::None
               : AuditFault::Branch;
}

} // namespace warp::mining
