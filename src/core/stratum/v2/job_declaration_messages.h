// The messages of the Stratum V2 job declaration protocol (Stratum V2 specification 6.4). Views
// into the payload they were read from, or to what their maker keeps. Values; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/stratum/v2/message_kind.h"
#include "core/stratum/v2/wire_types.h"

#include <cstdint>
#include <string_view>
#include <tuple>

namespace warp::stratum::v2 {

/// 6.4.2
struct AllocateMiningJobToken final
{
    static constexpr MessageKind KIND{0x50, FrameScope::Connection, Sender::Client};

    std::string_view userIdentifier;
    std::uint32_t requestId = 0;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.userIdentifier, self.requestId);
    }
};

/// 6.4.3
struct AllocateMiningJobTokenSuccess final
{
    static constexpr MessageKind KIND{0x51, FrameScope::Connection, Sender::Server};

    std::uint32_t requestId = 0;
    Bytes255 miningJobToken;
    Bytes64K coinbaseTxOutputs; ///< with their number before them as a CompactSize

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.miningJobToken, self.coinbaseTxOutputs);
    }
};

/// 6.4.7
struct ProvideMissingTransactions final
{
    static constexpr MessageKind KIND{0x55, FrameScope::Connection, Sender::Server};

    std::uint32_t requestId = 0;
    NumberList16 unknownTxPositionList; ///< 0: the first one after the coinbase

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.unknownTxPositionList);
    }
};

/// 6.4.8
struct ProvideMissingTransactionsSuccess final
{
    static constexpr MessageKind KIND{0x56, FrameScope::Connection, Sender::Client};

    std::uint32_t requestId = 0;
    BlobList transactionList;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.transactionList);
    }
};

/// 6.4.4. The coinbase has its fields of BIP 141.
struct DeclareMiningJob final
{
    static constexpr MessageKind KIND{0x57, FrameScope::Connection, Sender::Client};

    std::uint32_t requestId = 0;
    Bytes255 miningJobToken;
    std::uint32_t version = 0;
    Bytes64K coinbaseTxPrefix;
    Bytes64K coinbaseTxSuffix;
    HashList wtxidList; ///< without the coinbase
    Bytes64K excessData;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.miningJobToken, self.version, self.coinbaseTxPrefix,
                        self.coinbaseTxSuffix, self.wtxidList, self.excessData);
    }
};

/// 6.4.5
struct DeclareMiningJobSuccess final
{
    static constexpr MessageKind KIND{0x58, FrameScope::Connection, Sender::Server};

    std::uint32_t requestId = 0;
    Bytes255 newMiningJobToken;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.newMiningJobToken);
    }
};

/// 6.4.6
struct DeclareMiningJobError final
{
    static constexpr MessageKind KIND{0x59, FrameScope::Connection, Sender::Server};

    std::uint32_t requestId = 0;
    std::string_view errorCode;
    Bytes64K errorDetails;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.errorCode, self.errorDetails);
    }
};

/// 6.4.9
struct PushSolution final
{
    static constexpr MessageKind KIND{0x60, FrameScope::Connection, Sender::Client};

    Bytes32 extranonce; ///< with the prefix
    bitcoin::Hash256 prevHash;
    std::uint32_t nonce = 0;
    std::uint32_t ntime = 0;
    std::uint32_t nbits = 0;
    std::uint32_t version = 0;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.extranonce, self.prevHash, self.nonce, self.ntime, self.nbits,
                        self.version);
    }
};

} // namespace warp::stratum::v2
