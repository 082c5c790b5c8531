// What a Stratum V2 client's session asks of its owner and tells it: what it opens, the work that
// it was given, what became of shares. Values; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/target.h"
#include "core/stratum/v2/channel_kind.h"
#include "core/stratum/v2/noise_certificate.h"
#include "core/util/bytes.h"
#include "core/util/strong.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace warp::stratum::v2 {

/// How strictly a client goes by the text.
enum class ClientHabits : std::uint8_t {
    Specification, ///< and what the specification forbids the server ends the connection
    /// As the firmware ESP-Miner does (its stratum_v2.c): it reads frames for its own channel
    /// alone, keeps future jobs in eight places by their number, and passes over what it does not
    /// expect.
    EspMiner,
};

struct ChannelRequest
{
    ChannelKind kind = ChannelKind::Extended;
    std::string user;
    float nominalRate = 0; ///< hashes per second; 0: not known
    bitcoin::Target maxTarget = bitcoin::Target::fromDifficulty(util::Difficulty(0));
    std::uint16_t minExtranonceSize = 0; ///< of an extended channel
};

struct ClientOptions
{
    ClientHabits habits = ClientHabits::Specification;
    CertificatePolicy certificate; ///< whom the client takes for its pool
    std::uint32_t flags = 0;       ///< mining_flags
    std::string host;              ///< that it connected to
    std::uint16_t port = 0;
    std::string vendor;
    std::string firmware;
    std::vector<ChannelRequest> channels; ///< opened one after the other
};

/// A job and what it is to be hashed with. Immutable; any thread.
struct ClientWork
{
    std::uint32_t jobId = 0;
    bitcoin::Hash256 previous{};
    std::uint32_t version = 0;
    std::uint32_t versionMask = 0; ///< bits that may be rolled
    std::uint32_t bits = 0;
    std::uint32_t minTime = 0;
    /// Of a standard job, which has no coinbase.
    std::optional<bitcoin::Hash256> merkleRoot;
    util::Bytes coinbasePrefix; ///< before the extranonce
    util::Bytes coinbaseSuffix;
    std::vector<bitcoin::Hash256> branch; ///< merkle branch of the coinbase
    util::Bytes extranoncePrefix;         ///< as it was when the job came
    std::size_t extranonceSize = 0;       ///< that the client fills
    bitcoin::Target target;               ///< of its shares
    bool isNewPrevious = false;           ///< whatever came before it is stale
};

struct ClientShare
{
    std::uint32_t jobId = 0;
    util::ByteView extranonce; ///< of an extended channel, without the prefix
    std::uint32_t time = 0;
    std::uint32_t nonce = 0;
    std::uint32_t version = 0; ///< the whole field
};

enum class ClientFailure : std::uint8_t {
    HandshakeNotAuthentic, ///< or another protocol, or another revision of the handshake
    WrongAuthorityKey,
    CertificateUnknown, ///< of a version that is not known
    CertificateNotYetValid,
    CertificateExpired,
    FrameNotAuthentic,
    FrameTooLong,
    BadMessage,
    SetupRefused,
    UnexpectedMessage, ///< not from a server, or not at this time
    RepeatedJob,       ///< its number is still in use
    UnknownJob,        ///< made active without having been sent
    WrongShareCount,   ///< shares were accepted that were not sent, or left out
};

[[nodiscard]] std::string_view name(ClientFailure failure);

// `channel` is the place of its request in ClientOptions::channels.
struct ChannelOpened
{
    std::size_t channel = 0;
    std::uint32_t channelId = 0;
    util::Bytes extranoncePrefix;
    std::size_t extranonceSize = 0;
};
struct ChannelRefused
{
    std::size_t channel = 0;
    std::string code; ///< the server's word, unsanitised
};
struct TargetChanged
{
    std::size_t channel = 0;
    bitcoin::Target target;
    /// The smallest whose target lies within it.
    util::Difficulty difficulty{};
};
struct WorkReceived
{
    std::size_t channel = 0;
    std::shared_ptr<const ClientWork> work;
};
struct ShareAnswered
{
    std::size_t channel = 0;
    std::uint64_t tag = 0; ///< as given to submit()
    bool isAccepted = false;
    std::string code; ///< of a refusal, unsanitised
};
struct ChannelEnded
{
    std::size_t channel = 0;
    std::string reason; ///< unsanitised
};
/// The server asks to come back, there or elsewhere. The key by which the client knows its pool
/// stays as it is (3.6.5).
struct ReconnectAsked
{
    std::string host; ///< unsanitised; empty: the present one
    std::uint16_t port = 0;
};
/// The connection is of no more use; close it. Nothing follows.
struct Failed
{
    ClientFailure reason{};
};

using ClientEvent = std::variant<ChannelOpened, ChannelRefused, TargetChanged, WorkReceived,
                                 ShareAnswered, ChannelEnded, ReconnectAsked, Failed>;

struct ClientActions
{
    util::Bytes output; ///< bytes to send
    std::vector<ClientEvent> events;
};

} // namespace warp::stratum::v2
