// The messages of the Stratum V2 mining protocol that carry jobs and shares (Stratum V2
// specification 5.3). Views into the payload they were read from, or to what their maker keeps.
// Values; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/stratum/v2/message_kind.h"
#include "core/stratum/v2/wire_types.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

namespace warp::stratum::v2 {

/// 5.3.15
struct NewMiningJob final
{
    static constexpr MessageKind KIND{0x15, FrameScope::Channel, Sender::Server};

    std::uint32_t channelId = 0;
    std::uint32_t jobId = 0;
    std::optional<std::uint32_t> minNtime; ///< empty: a future job
    std::uint32_t version = 0;
    bitcoin::Hash256 merkleRoot;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.jobId, self.minNtime, self.version, self.merkleRoot);
    }
};

/// 5.3.16. The coinbase is without the fields of BIP 141, so that its hash is the txid.
struct NewExtendedMiningJob final
{
    static constexpr MessageKind KIND{0x1F, FrameScope::Channel, Sender::Server};

    std::uint32_t channelId = 0; ///< a channel or a group
    std::uint32_t jobId = 0;
    std::optional<std::uint32_t> minNtime; ///< empty: a future job
    std::uint32_t version = 0;
    bool versionRollingAllowed = false;
    HashPath merklePath;
    Bytes64K coinbaseTxPrefix;
    Bytes64K coinbaseTxSuffix;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.jobId, self.minNtime, self.version,
                        self.versionRollingAllowed, self.merklePath, self.coinbaseTxPrefix,
                        self.coinbaseTxSuffix);
    }
};

/// 5.3.17
struct SetNewPrevHash final
{
    static constexpr MessageKind KIND{0x20, FrameScope::Channel, Sender::Server};

    std::uint32_t channelId = 0; ///< a channel or a group
    std::uint32_t jobId = 0;
    bitcoin::Hash256 prevHash;
    std::uint32_t minNtime = 0;
    std::uint32_t nbits = 0;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.jobId, self.prevHash, self.minNtime, self.nbits);
    }
};

/// 5.3.11
struct SubmitSharesStandard final
{
    static constexpr MessageKind KIND{0x1A, FrameScope::Channel, Sender::Client};

    std::uint32_t channelId = 0;
    std::uint32_t sequenceNumber = 0;
    std::uint32_t jobId = 0;
    std::uint32_t nonce = 0;
    std::uint32_t ntime = 0;
    std::uint32_t version = 0; ///< the whole field of the header

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.sequenceNumber, self.jobId, self.nonce, self.ntime,
                        self.version);
    }
};

/// 5.3.12; the name of a worker may follow as a TLV field (see tlv.h).
struct SubmitSharesExtended final
{
    static constexpr MessageKind KIND{0x1B, FrameScope::Channel, Sender::Client};

    std::uint32_t channelId = 0;
    std::uint32_t sequenceNumber = 0;
    std::uint32_t jobId = 0;
    std::uint32_t nonce = 0;
    std::uint32_t ntime = 0;
    std::uint32_t version = 0; ///< the whole field of the header
    Bytes32 extranonce;        ///< without the prefix

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.sequenceNumber, self.jobId, self.nonce, self.ntime,
                        self.version, self.extranonce);
    }
};

/// 5.3.13. Counts are of this batch alone.
struct SubmitSharesSuccess final
{
    static constexpr MessageKind KIND{0x1C, FrameScope::Channel, Sender::Server};

    std::uint32_t channelId = 0;
    std::uint32_t lastSequenceNumber = 0;
    std::uint32_t newSubmitsAcceptedCount = 0;
    std::uint64_t newSharesSum = 0; ///< of the difficulties

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.lastSequenceNumber, self.newSubmitsAcceptedCount,
                        self.newSharesSum);
    }
};

/// 5.3.14
struct SubmitSharesError final
{
    static constexpr MessageKind KIND{0x1D, FrameScope::Channel, Sender::Server};

    std::uint32_t channelId = 0;
    std::uint32_t sequenceNumber = 0;
    std::string_view errorCode;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.sequenceNumber, self.errorCode);
    }
};

/// 5.3.18
struct SetCustomMiningJob final
{
    static constexpr MessageKind KIND{0x22, FrameScope::Channel, Sender::Client};

    std::uint32_t channelId = 0;
    std::uint32_t requestId = 0;
    Bytes255 miningJobToken;
    std::uint32_t version = 0;
    bitcoin::Hash256 prevHash;
    std::uint32_t minNtime = 0;
    std::uint32_t nbits = 0;
    std::uint32_t coinbaseTxVersion = 0;
    Bytes255 coinbasePrefix; ///< begins the scriptSig; SRI sends more than the 8 bytes of the text
    std::uint32_t coinbaseTxInputNSequence = 0;
    Bytes64K coinbaseTxOutputs; ///< with their number before them as a CompactSize
    std::uint32_t coinbaseTxLocktime = 0;
    HashPath merklePath;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.requestId, self.miningJobToken, self.version,
                        self.prevHash, self.minNtime, self.nbits, self.coinbaseTxVersion,
                        self.coinbasePrefix, self.coinbaseTxInputNSequence, self.coinbaseTxOutputs,
                        self.coinbaseTxLocktime, self.merklePath);
    }
};

/// 5.3.19
struct SetCustomMiningJobSuccess final
{
    static constexpr MessageKind KIND{0x23, FrameScope::Channel, Sender::Server};

    std::uint32_t channelId = 0;
    std::uint32_t requestId = 0;
    std::uint32_t jobId = 0;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.requestId, self.jobId);
    }
};

/// 5.3.20
struct SetCustomMiningJobError final
{
    static constexpr MessageKind KIND{0x24, FrameScope::Channel, Sender::Server};

    std::uint32_t channelId = 0;
    std::uint32_t requestId = 0;
    std::string_view errorCode;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.requestId, self.errorCode);
    }
};

} // namespace warp::stratum::v2
