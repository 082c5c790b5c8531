// The messages of the Stratum V2 template distribution protocol (Stratum V2 specification 7). Views
// into the payload they were read from, or to what their maker keeps. Values; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/target.h"
#include "core/stratum/v2/message_kind.h"
#include "core/stratum/v2/wire_types.h"

#include <cstdint>
#include <string_view>
#include <tuple>

namespace warp::stratum::v2 {

/// 7.1
struct CoinbaseOutputConstraints final
{
    static constexpr MessageKind KIND{0x70, FrameScope::Connection, Sender::Client};

    std::uint32_t coinbaseOutputMaxAdditionalSize = 0; ///< bytes
    std::uint16_t coinbaseOutputMaxAdditionalSigops = 0;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.coinbaseOutputMaxAdditionalSize,
                        self.coinbaseOutputMaxAdditionalSigops);
    }
};

/// 7.2
struct NewTemplate final
{
    static constexpr MessageKind KIND{0x71, FrameScope::Connection, Sender::Server};

    std::uint64_t templateId = 0;
    bool futureTemplate = false;
    std::uint32_t version = 0;
    std::uint32_t coinbaseTxVersion = 0;
    Bytes255 coinbasePrefix; ///< begins the scriptSig; up to 8 bytes
    std::uint32_t coinbaseTxInputSequence = 0;
    std::uint64_t coinbaseTxValueRemaining = 0; ///< satoshis
    std::uint32_t coinbaseTxOutputsCount = 0;
    Bytes64K coinbaseTxOutputs; ///< without their number; the last ones of the coinbase
    std::uint32_t coinbaseTxLocktime = 0;
    HashPath merklePath;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.templateId, self.futureTemplate, self.version, self.coinbaseTxVersion,
                        self.coinbasePrefix, self.coinbaseTxInputSequence,
                        self.coinbaseTxValueRemaining, self.coinbaseTxOutputsCount,
                        self.coinbaseTxOutputs, self.coinbaseTxLocktime, self.merklePath);
    }
};

/// 7.3; the specification calls it SetNewPrevHash, as the one of 5.3.17.
struct SetNewTemplatePrevHash final
{
    static constexpr MessageKind KIND{0x72, FrameScope::Connection, Sender::Server};

    std::uint64_t templateId = 0;
    bitcoin::Hash256 prevHash;
    std::uint32_t headerTimestamp = 0; ///< to begin with, not the least one
    std::uint32_t nBits = 0;
    bitcoin::Target target;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.templateId, self.prevHash, self.headerTimestamp, self.nBits,
                        self.target);
    }
};

/// 7.4
struct RequestTransactionData final
{
    static constexpr MessageKind KIND{0x73, FrameScope::Connection, Sender::Client};

    std::uint64_t templateId = 0;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.templateId);
    }
};

/// 7.5
struct RequestTransactionDataSuccess final
{
    static constexpr MessageKind KIND{0x74, FrameScope::Connection, Sender::Server};

    std::uint64_t templateId = 0;
    Bytes64K excessData;
    BlobList transactionList;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.templateId, self.excessData, self.transactionList);
    }
};

/// 7.6
struct RequestTransactionDataError final
{
    static constexpr MessageKind KIND{0x75, FrameScope::Connection, Sender::Server};

    std::uint64_t templateId = 0;
    std::string_view errorCode;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.templateId, self.errorCode);
    }
};

/// 7.7. The coinbase has its fields of BIP 141.
struct SubmitSolution final
{
    static constexpr MessageKind KIND{0x76, FrameScope::Connection, Sender::Client};

    std::uint64_t templateId = 0;
    std::uint32_t version = 0;
    std::uint32_t headerTimestamp = 0;
    std::uint32_t headerNonce = 0;
    Bytes64K coinbaseTx;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.templateId, self.version, self.headerTimestamp, self.headerNonce,
                        self.coinbaseTx);
    }
};

} // namespace warp::stratum::v2
