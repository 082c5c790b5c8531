// Both directions of a connection after its handshake. Owned by its session, on its io thread.
#pragma once

#include "core/stratum/v2/noise_opener.h"
#include "core/stratum/v2/noise_sealer.h"
#include "core/stratum/v2/noise_symmetric.h"
#include "core/util/bytes.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace warp::stratum::v2 {

enum class NoiseSide : std::uint8_t {
    Client, ///< the initiator
    Server, ///< the responder
};

class NoiseTransport final
{
public:
    /// @param limitOf  of the frames that come in.
    NoiseTransport(const TransportKeys& keys, NoiseSide side, PayloadLimitFn limitOf);

    /// See NoiseSealer::seal().
    void seal(const PlainFrame& frame, util::Bytes& out) { m_sealer.seal(frame, out); }
    /// See NoiseOpener::next().
    [[nodiscard]] util::Result<std::optional<PlainFrame>, FrameFault> next(util::ByteView& input)
    {
        return m_opener.next(input);
    }

    [[nodiscard]] const NoiseSealer& sealer() const { return m_sealer; }
    [[nodiscard]] const NoiseOpener& opener() const { return m_opener; }

private:
    NoiseSealer m_sealer;
    NoiseOpener m_opener;
};

} // namespace warp::stratum::v2
