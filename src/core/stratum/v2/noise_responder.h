// The server's side of a handshake (Stratum V2 specification 4.5): collects act 1 as it arrives,
// then answers with act 2. Sans I/O. Owned by its connection; 72 bytes until the answer.
#pragma once

#include "core/stratum/v2/curve.h"
#include "core/stratum/v2/ellswift.h"
#include "core/stratum/v2/noise_key.h"
#include "core/stratum/v2/noise_symmetric.h"
#include "core/stratum/v2/static_identity.h"
#include "core/util/bytes.h"

#include <cstddef>

namespace warp::stratum::v2 {

/// The client's ephemeral key.
inline constexpr std::size_t ACT_1_SIZE = 64;
/// The server's ephemeral key, its static key and its certificate, the latter two with a tag each.
/// (Specification 4.5.2 still prints 170, from when a key had 32 bytes.)
inline constexpr std::size_t ACT_2_SIZE = 234;

class NoiseResponder final
{
public:
    /// Takes what act 1 lacks from the front of `input`. What follows it stays: a client must not
    /// send more before it has act 2, but its bytes may be on their way.
    /// @return whether act 1 is whole. Any 64 bytes are one, so that it costs nothing until then.
    bool collect(util::ByteView& input);
    /// Appends act 2 to `out`; nothing is sent before. The dear part: two multiplications on the
    /// curve, a fifth of a millisecond or so. Once, and only where act 1 is whole.
    /// @param ephemeral  for this handshake alone.
    [[nodiscard]] TransportKeys respond(const Curve& curve, const StaticIdentity& identity,
                                        const NoiseKey& ephemeral, util::Bytes& out);

    [[nodiscard]] bool isWhole() const { return m_size == ACT_1_SIZE; }
    /// What there is of act 1.
    [[nodiscard]] util::ByteView collected() const
    {
        return util::ByteView(m_theirs).first(m_size);
    }

private:
    EllSwift m_theirs{};
    std::size_t m_size = 0;
};

} // namespace warp::stratum::v2
