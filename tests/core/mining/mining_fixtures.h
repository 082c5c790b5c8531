// Templates, jobs and mined shares for the mining tests. Test code; one thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/sha256d.h"
#include "core/bitcoin/witness_commitment.h"
#include "core/mining/job_book.h"
#include "core/mining/job_factory.h"
#include "core/mining/work_hash.h"
#include "core/util/hex.h"

#include <memory>
#include <string>

namespace warp::test {

inline constexpr std::uint32_t REGTEST_BITS = 0x207fffff;

inline bitcoin::Hash256 hashOf(std::string_view text)
{
    return bitcoin::sha256d(util::asBytes(text));
}

inline util::BootTime at(std::chrono::milliseconds time)
{
    return util::BootTime(std::chrono::hours(1) + time);
}

/// Pays P2WPKH of twenty 0x11 bytes.
inline util::Bytes payoutScript()
{
    return *util::fromHex("00141111111111111111111111111111111111111111");
}

struct TemplateShape
{
    std::int64_t height = 200;
    std::size_t transactions = 0;
    std::uint32_t transactionWeight = 400;
    std::uint32_t bits = REGTEST_BITS;
    std::optional<util::Satoshi> fee = util::Satoshi(1000);
    std::string previous = "tip";
    bool hasWitness = true;
};

inline mining::BlockTemplate makeTemplate(const TemplateShape& shape)
{
    mining::BlockTemplate made;
    made.version = 0x20000000;
    made.previous = hashOf(shape.previous);
    made.height = shape.height;
    made.coinbaseValue = util::Satoshi(25'0000'0000);
    made.bits = shape.bits;
    made.currentTime = 1'700'000'000;
    made.minimumTime = 1'699'999'000;
    made.received = at({});
    std::string hex;
    std::vector<bitcoin::Hash256> wtxids;
    for (std::size_t i = 0; i < shape.transactions; ++i) {
        const std::string name = "transaction " + std::to_string(i);
        const std::string data = util::toHex(util::asBytes(name));
        made.transactions.push_back({.txid = hashOf(name),
                                     .wtxid = hashOf(name + " with witness"),
                                     .weight = shape.transactionWeight,
                                     .sigopCost = 4,
                                     .fee = shape.fee,
                                     .hexLength = data.size()});
        wtxids.push_back(made.transactions.back().wtxid);
        hex += data;
    }
    made.textBytes = made.newTextBytes = hex.size();
    made.transactionsHex = std::make_shared<const mining::HexText>(
        mining::HexText{std::make_shared<const std::string>(hex)});
    if (shape.hasWitness) {
        made.witnessCommitmentScript = bitcoin::witnessCommitmentScript(
            bitcoin::witnessCommitment(bitcoin::witnessRootFromTxids(wtxids), {}));
    }
    return made;
}

inline std::shared_ptr<const mining::BlockTemplate> sharedTemplate(const TemplateShape& shape = {})
{
    return std::make_shared<const mining::BlockTemplate>(makeTemplate(shape));
}

inline mining::JobFactory makeFactory(std::uint32_t instance = 7)
{
    return mining::JobFactory({.tag = "/WarpPool test/",
                               .payout = std::make_shared<mining::SinglePayout>(
                                   payoutScript(), std::vector<mining::PayoutCut>{}),
                               .instance = instance,
                               .firstJobId = 0x1000});
}

/// Rolls the nonce until the hash passes (or fails) `wanted`.
template <class Wanted>
mining::Share mine(const mining::Job& job, const mining::Extranonce1& extranonce1, Wanted wanted,
                   mining::Share share = {})
{
    share.job = job.id;
    share.time = share.time == 0 ? job.time : share.time;
    const std::uint32_t version = share.versionBits
                                      ? mining::rollVersion(job.source->version, *share.versionBits,
                                                            mining::VERSION_ROLLING_MASK)
                                      : job.source->version;
    while (!wanted(mining::hashShare(job, extranonce1, share, version).hash)) {
        ++share.nonce;
    }
    return share;
}

} // namespace warp::test
