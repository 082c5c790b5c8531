// The miner's side of Stratum V2 without I/O: used by simulated miners, the load driver and whoever
// speaks to another pool. The server is not trusted: every size is bounded.
// Owned by one executor, like the connection whose bytes it reads.
#pragma once

#include "core/stratum/v2/client_channel.h"
#include "core/stratum/v2/client_events.h"
#include "core/stratum/v2/curve.h"
#include "core/stratum/v2/message_sets.h"
#include "core/stratum/v2/noise_initiator.h"
#include "core/stratum/v2/noise_transport.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"
#include "core/util/random.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace warp::stratum::v2 {

class ClientSession final
{
public:
    /// Of a frame; ESP-Miner's buffer takes no more.
    static constexpr std::size_t MAX_PAYLOAD = 256 * 1024;
    static constexpr std::size_t MAX_ESP_PAYLOAD = 8192;

    /// @param curve  outlives it.
    ClientSession(const Curve& curve, util::Random& random, ClientOptions options);

    /// Appends the first bytes to send, once. All else follows by itself from onBytes().
    void start(util::Bytes& out);

    /// Appends to `actions`; the caller clears it. Bytes may be any part of the stream.
    /// @param now  for the server's certificate; nothing where the clock cannot be trusted.
    void onBytes(util::ByteView bytes, std::optional<util::WallTime> now, ClientActions& actions);

    /// Appends a share on an open channel, which `share` fits. Its answer comes as ShareAnswered
    /// with this tag.
    void submit(std::size_t channel, const ClientShare& share, std::uint64_t tag, util::Bytes& out);
    void closeChannel(std::size_t channel, util::Bytes& out);

    [[nodiscard]] bool isOpen(std::size_t channel) const;
    [[nodiscard]] bool hasFailed() const { return m_hasFailed; }

private:
    void readHandshake(util::ByteView& bytes, std::optional<util::WallTime> now,
                       ClientActions& actions);
    void onFrame(const PlainFrame& frame, ClientActions& actions);

    void on(const SetupConnectionSuccess& message, ClientActions& actions);
    void on(const SetupConnectionError& message, ClientActions& actions);
    void on(const OpenStandardMiningChannelSuccess& message, ClientActions& actions);
    void on(const OpenExtendedMiningChannelSuccess& message, ClientActions& actions);
    void on(const OpenMiningChannelError& message, ClientActions& actions);
    void on(const NewMiningJob& message, ClientActions& actions);
    void on(const NewExtendedMiningJob& message, ClientActions& actions);
    void on(const SetNewPrevHash& message, ClientActions& actions);
    void on(const SetTarget& message, ClientActions& actions);
    void on(const SetExtranoncePrefix& message, ClientActions& actions);
    void on(const SetGroupChannel& message, ClientActions& actions);
    void on(const CloseChannel& message, ClientActions& actions);
    void on(const Reconnect& message, ClientActions& actions);
    void on(const SubmitSharesSuccess& message, ClientActions& actions);
    void on(const SubmitSharesError& message, ClientActions& actions);
    /// Nothing follows from it, or it is none of a server's.
    template <class Other>
    void on(const Other& message, ClientActions& actions);

    template <class Job>
    void onJob(const Job& message, ClientActions& actions);
    void openNext(ClientActions& actions);
    void opened(std::uint32_t requestId, ChannelKind kind, ClientChannel::Terms terms,
                ClientActions& actions);
    /// Seals frames in plain.
    void send(util::ByteView frames, util::Bytes& out);
    void fail(ClientFailure reason, ClientActions& actions);

    ClientOptions m_options;
    NoiseInitiator m_initiator;
    std::unique_ptr<NoiseTransport> m_transport;          ///< none before the handshake
    std::vector<std::optional<ClientChannel>> m_channels; ///< one a request, as far as it is open
    std::size_t m_requested = 0;                          ///< channels that were asked for
    bool m_isSetUp = false;
    bool m_awaitsOpen = false;
    bool m_mayRollVersion = true;
    bool m_hasFailed = false;
};

} // namespace warp::stratum::v2
