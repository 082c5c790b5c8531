// A Stratum V2 client by the specification alone: it reads the pool's frames, keeps its channels
// and builds its headers from what it was sent, never from the pool's own jobs. Test code; one
// thread.
#pragma once

#include "core/bitcoin/header.h"
#include "core/bitcoin/merkle.h"
#include "core/bitcoin/sha256d.h"
#include "core/bitcoin/target.h"
#include "core/stratum/v2/message_sets.h"

#include "tests/core/stratum/v2_pool_fixtures.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace warp::test {

/// A frame of the pool's. The message views its bytes.
struct V2Said
{
    stratum::v2::FrameHeader header;
    std::shared_ptr<const util::Bytes> payload;
    stratum::v2::MiningMessage message;
};

using V2Saying = std::vector<V2Said>;

/// Ends the test program where the bytes are not whole frames that can be read.
inline V2Saying readFrames(util::ByteView frames)
{
    using stratum::v2::FrameHeader;
    V2Saying saying;
    while (!frames.empty()) {
        if (frames.size() < FrameHeader::SIZE) {
            qFatal("half a header");
        }
        const FrameHeader header = FrameHeader::parse(frames.first<FrameHeader::SIZE>());
        const auto payload = frames.subspan(FrameHeader::SIZE, header.payloadSize);
        V2Said said{.header = header,
                    .payload = std::make_shared<const util::Bytes>(payload.begin(), payload.end()),
                    .message = {}};
        const auto decoded =
            stratum::v2::decodeFrame<stratum::v2::MiningMessage>(header, *said.payload);
        if (!decoded || !decoded->trailing.empty()) {
            qFatal("message %x cannot be read", static_cast<unsigned>(header.type));
        }
        said.message = decoded->message;
        saying.push_back(std::move(said));
        frames = frames.subspan(FrameHeader::SIZE + header.payloadSize);
    }
    return saying;
}

/// The messages of one kind in their order; views of what `saying` holds.
template <class Kind>
std::vector<Kind> allOf(const V2Saying& saying)
{
    std::vector<Kind> found;
    for (const V2Said& said : saying) {
        if (const auto* message = std::get_if<Kind>(&said.message)) {
            found.push_back(*message);
        }
    }
    return found;
}

template <class Kind>
std::vector<Kind> allOf(V2Saying&& saying) = delete;

/// Types of all messages in hexadecimal, joined by blanks.
inline std::string typesOf(const V2Saying& saying)
{
    std::string types;
    for (const V2Said& said : saying) {
        const std::array type{static_cast<std::byte>(said.header.type)};
        types += (types.empty() ? "" : " ") + util::toHex(type);
    }
    return types;
}

struct V2Share
{
    std::uint32_t jobId = 0;
    std::uint32_t nonce = 0;
    std::uint32_t time = 0;
    std::uint32_t version = 0;
    util::Bytes extranonce{}; ///< of an extended channel
    std::uint32_t sequence = 0;
};

class V2Channel final
{
public:
    struct Work
    {
        std::uint32_t version = 0;
        std::optional<std::uint32_t> minTime;
        bool isRollingAllowed = true;
        util::Bytes prefix{};
        util::Bytes suffix{};
        std::vector<bitcoin::Hash256> path{};
        std::optional<bitcoin::Hash256> root{}; ///< of a standard job
        bool isForGroup = false;
    };

    std::uint32_t id = 0;
    std::uint32_t group = 0;
    bool isStandard = false;
    util::Bytes prefix;
    std::size_t extranonceSize = 0;
    bitcoin::Target target;
    std::map<std::uint32_t, Work> works; ///< that may be mined, or are to be
    std::optional<std::uint32_t> active;
    bitcoin::Hash256 previous;
    std::uint32_t bits = 0;
    std::uint32_t minTime = 0;
    /// Whatever the specification forbids; empty where all is well.
    std::string faults;

    void take(const V2Said& said)
    {
        std::visit([this](const auto& message) { on(message); }, said.message);
    }

    [[nodiscard]] const Work& work() const { return works.at(*active); }

    [[nodiscard]] std::array<std::byte, 80> headerOf(const V2Share& share) const
    {
        const Work& used = works.at(share.jobId);
        bitcoin::Hash256 root;
        if (used.root) {
            root = *used.root;
        } else {
            util::Bytes coinbase = used.prefix;
            util::append(coinbase, prefix);
            util::append(coinbase, share.extranonce);
            util::append(coinbase, used.suffix);
            root = bitcoin::foldBranch(bitcoin::sha256d(coinbase), used.path);
        }
        return bitcoin::BlockHeader{.version = share.version,
                                    .previous = previous,
                                    .merkleRoot = root,
                                    .time = share.time,
                                    .bits = bits,
                                    .nonce = share.nonce}
            .serialize();
    }
    [[nodiscard]] bitcoin::Hash256 hashOf(const V2Share& share) const
    {
        return bitcoin::sha256d(headerOf(share));
    }

    /// Of the active job, with the next extranonce where it has one.
    [[nodiscard]] V2Share start()
    {
        const Work& used = work();
        V2Share share{.jobId = *active,
                      .time = used.minTime.value_or(minTime),
                      .version = used.version,
                      .extranonce = util::Bytes(extranonceSize)};
        if (extranonceSize >= 8) {
            util::storeBigEndian<std::uint64_t>(std::span(share.extranonce).first<8>(),
                                                ++m_extranonce);
        } else {
            share.nonce = m_nonce;
        }
        return share;
    }

    /// Rolls the nonce until the hash is as wanted.
    template <class Wanted>
    [[nodiscard]] V2Share mine(Wanted wanted, V2Share share)
    {
        while (!wanted(hashOf(share))) {
            ++share.nonce;
        }
        m_nonce = share.nonce + 1;
        share.sequence = ++m_sequence;
        return share;
    }
    /// One that meets the channel's target, or `difficulty`.
    [[nodiscard]] V2Share mine(std::optional<util::Difficulty> difficulty = std::nullopt)
    {
        const auto limit = difficulty ? bitcoin::Target::fromDifficulty(*difficulty) : target;
        return mine([&](const auto& hash) { return limit.isMetBy(hash); }, start());
    }

private:
    template <class Other>
    void on(const Other&)
    {}
    [[nodiscard]] bool isFor(std::uint32_t channel) const
    {
        return channel == id || (group != 0 && channel == group);
    }
    void check(bool isRight, const char* fault)
    {
        if (!isRight) {
            faults += std::string(fault) + "; ";
        }
    }
    void add(std::uint32_t jobId, Work work)
    {
        check(jobId > m_lastJob, "a job number does not rise"); // SV2-48
        m_lastJob = jobId;
        if (work.minTime) {
            check(active.has_value(), "an active job before any previous hash"); // SV2-51
            active = jobId;
        }
        works[jobId] = std::move(work);
    }
    void on(const stratum::v2::NewMiningJob& job)
    {
        if (isFor(job.channelId)) {
            check(job.channelId == id && isStandard, "a standard job for a group");
            add(job.jobId,
                {.version = job.version, .minTime = job.minNtime, .root = job.merkleRoot});
        }
    }
    void on(const stratum::v2::NewExtendedMiningJob& job)
    {
        if (!isFor(job.channelId)) {
            return;
        }
        check(!isStandard || job.channelId == group, "an extended job for a standard channel");
        add(job.jobId, {.version = job.version,
                        .minTime = job.minNtime,
                        .isRollingAllowed = job.versionRollingAllowed,
                        .prefix = util::Bytes(job.coinbaseTxPrefix.bytes.begin(),
                                              job.coinbaseTxPrefix.bytes.end()),
                        .suffix = util::Bytes(job.coinbaseTxSuffix.bytes.begin(),
                                              job.coinbaseTxSuffix.bytes.end()),
                        .path = job.merklePath.toVector(),
                        .isForGroup = job.channelId == group});
    }
    void on(const stratum::v2::SetNewPrevHash& tip)
    {
        if (!isFor(tip.channelId)) {
            return;
        }
        const auto named = works.find(tip.jobId);
        // SV2-49
        check(named != works.end() && !named->second.minTime, "SetNewPrevHash names no future job");
        previous = tip.prevHash;
        bits = tip.nbits;
        minTime = tip.minNtime;
        active = tip.jobId;
    }
    void on(const stratum::v2::SetTarget& change)
    {
        if (isFor(change.channelId)) {
            target = change.maximumTarget;
        }
    }

    std::uint64_t m_extranonce = 0;
    std::uint32_t m_nonce = 0;
    std::uint32_t m_sequence = 0;
    std::uint32_t m_lastJob = 0;
};

} // namespace warp::test
