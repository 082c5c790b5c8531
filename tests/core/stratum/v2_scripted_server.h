// A Stratum V2 server that says what a test tells it to, for tests of clients. Test code; one
// thread.
#pragma once

#include "core/stratum/v2/frame_header.h"
#include "core/stratum/v2/frame_sealing.h"
#include "core/stratum/v2/message_codec.h"
#include "core/stratum/v2/message_sets.h"
#include "core/stratum/v2/noise_responder.h"
#include "core/stratum/v2/noise_transport.h"
#include "core/stratum/v2/static_identity.h"
#include "core/util/bytes.h"
#include "tests/core/stratum/noise_fixtures.h"

#include <memory>
#include <utility>
#include <vector>

namespace warp::test {

class ScriptedV2Server
{
public:
    explicit ScriptedV2Server(stratum::v2::StaticIdentity identity = vectorIdentity())
        : m_identity(std::move(identity))
    {}

    /// What a client sent: the handshake is answered, frames are kept in plain.
    /// @return bytes for the client
    util::Bytes receive(util::ByteView bytes)
    {
        util::Bytes out;
        if (m_transport == nullptr) {
            if (!m_responder.collect(bytes)) {
                return out;
            }
            const auto keys = m_responder.respond(testCurve(), m_identity, serverKey(), out);
            m_transport = std::make_unique<stratum::v2::NoiseTransport>(
                keys, stratum::v2::NoiseSide::Server, [](const stratum::v2::FrameHeader&) {
                    return std::size_t{stratum::v2::FrameHeader::MAX_PAYLOAD};
                });
        }
        for (auto next = m_transport->next(bytes); next && *next; next = m_transport->next(bytes)) {
            const stratum::v2::PlainFrame& frame = **next;
            m_frames.push_back(
                {frame.header.type, util::Bytes(frame.payload.begin(), frame.payload.end())});
        }
        return out;
    }

    /// A message for the client, encrypted.
    template <stratum::v2::Message Kind>
    util::Bytes say(const Kind& message)
    {
        util::Bytes plain;
        util::Bytes out;
        stratum::v2::appendFrame(plain, message);
        stratum::v2::sealFrames(*m_transport, plain, out);
        return out;
    }

    /// The oldest frame that was not taken, as this message; nothing where it is another one.
    template <stratum::v2::Message Kind>
    std::optional<Kind> take()
    {
        if (m_frames.empty() || m_frames.front().type != Kind::KIND.type) {
            return std::nullopt;
        }
        m_last = std::move(m_frames.front().payload);
        m_frames.erase(m_frames.begin());
        const auto decoded = stratum::v2::decodePayload<Kind>(m_last);
        return decoded ? std::optional(decoded->message) : std::nullopt;
    }
    [[nodiscard]] bool hasFrames() const { return !m_frames.empty(); }

private:
    struct Frame
    {
        std::uint8_t type = 0;
        util::Bytes payload;
    };

    stratum::v2::StaticIdentity m_identity;
    stratum::v2::NoiseResponder m_responder;
    std::unique_ptr<stratum::v2::NoiseTransport> m_transport;
    std::vector<Frame> m_frames;
    util::Bytes m_last;
};

} // namespace warp::test
