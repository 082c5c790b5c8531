// Which messages belong to which protocol of Stratum V2, and the decoding of a frame whose type
// its header tells. Pure; safe on any thread.
#pragma once

#include "core/stratum/v2/channel_messages.h"
#include "core/stratum/v2/common_messages.h"
#include "core/stratum/v2/extension_messages.h"
#include "core/stratum/v2/frame_header.h"
#include "core/stratum/v2/job_declaration_messages.h"
#include "core/stratum/v2/message_codec.h"
#include "core/stratum/v2/template_messages.h"
#include "core/stratum/v2/work_messages.h"
#include "core/util/bytes.h"

#include <cstdint>
#include <variant>

namespace warp::stratum::v2 {

/// No message of the protocol has this extension and type. Of another extension than 0 it is
/// discarded silently (3.4.1); of the core protocol it is worth a line in the log.
struct UnknownMessage final
{
    std::uint16_t extension = 0;
    std::uint8_t type = 0;

    friend bool operator==(const UnknownMessage&, const UnknownMessage&) = default;
};

using MiningMessage =
    std::variant<UnknownMessage, SetupConnection, SetupConnectionSuccess, SetupConnectionError,
                 ChannelEndpointChanged, Reconnect, OpenStandardMiningChannel,
                 OpenStandardMiningChannelSuccess, OpenMiningChannelError,
                 OpenExtendedMiningChannel, OpenExtendedMiningChannelSuccess, NewMiningJob,
                 UpdateChannel, UpdateChannelError, CloseChannel, SetExtranoncePrefix,
                 SubmitSharesStandard, SubmitSharesExtended, SubmitSharesSuccess, SubmitSharesError,
                 NewExtendedMiningJob, SetNewPrevHash, SetTarget, SetCustomMiningJob,
                 SetCustomMiningJobSuccess, SetCustomMiningJobError, SetGroupChannel,
                 RequestExtensions, RequestExtensionsSuccess, RequestExtensionsError>;

using JobDeclarationMessage =
    std::variant<UnknownMessage, SetupConnection, SetupConnectionSuccess, SetupConnectionError,
                 ChannelEndpointChanged, Reconnect, AllocateMiningJobToken,
                 AllocateMiningJobTokenSuccess, ProvideMissingTransactions,
                 ProvideMissingTransactionsSuccess, DeclareMiningJob, DeclareMiningJobSuccess,
                 DeclareMiningJobError, PushSolution, RequestExtensions, RequestExtensionsSuccess,
                 RequestExtensionsError>;

using TemplateMessage =
    std::variant<UnknownMessage, SetupConnection, SetupConnectionSuccess, SetupConnectionError,
                 ChannelEndpointChanged, Reconnect, CoinbaseOutputConstraints, NewTemplate,
                 SetNewTemplatePrevHash, RequestTransactionData, RequestTransactionDataSuccess,
                 RequestTransactionDataError, SubmitSolution, RequestExtensions,
                 RequestExtensionsSuccess, RequestExtensionsError>;

/// By extension and type; the scope of the header is ignored, since peers of different age differ
/// in it. The payload must outlive the result.
template <class MessageSet>
[[nodiscard]] DecodeResult<MessageSet> decodeFrame(const FrameHeader& header,
                                                   util::ByteView payload);

/// The longest payload worth receiving, to be asked when the header is there and before a byte is
/// kept: the fields of the message and TLV_ALLOWANCE, at most 64 KiB on a mining connection and
/// for a message that the protocol has not. Only the two messages that carry transactions may
/// take FrameHeader::MAX_PAYLOAD.
[[nodiscard]] std::uint32_t payloadLimit(Protocol protocol, const FrameHeader& header);

/// For what may follow the fields of a message.
inline constexpr std::uint32_t TLV_ALLOWANCE = 1024;
inline constexpr std::uint32_t DEFAULT_PAYLOAD_LIMIT = 64 * 1024;

} // namespace warp::stratum::v2
