// What a simulated miner has to do with its pool, whichever protocol it speaks: work comes, shares
// go, answers come. Owned by the miner, one a connection; lives on its executor.
#pragma once

#include "core/sim/grinder.h"
#include "core/sim/miner_options.h"
#include "core/stratum/v1/client_session.h"
#include "core/stratum/v2/curve.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"
#include "core/util/random.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace warp::sim {

struct WorkReceived
{
    GrinderWork work;
};
/// The pool asks to come back, there or elsewhere.
struct ReconnectAsked
{
    std::string host; ///< unsanitised; empty: the present one
    std::uint16_t port = 0;
};
/// The connection is of no more use.
struct LinkFailed
{
    std::string reason; ///< a code of ours
};

/// Codes of answers are those of Stratum V1.
using LinkEvent = std::variant<stratum::v1::Authorized, stratum::v1::AuthorizationRefused,
                               stratum::v1::DifficultyChanged, stratum::v1::ShareAnswered,
                               WorkReceived, ReconnectAsked, LinkFailed>;

struct LinkActions
{
    util::Bytes output; ///< bytes to send
    std::vector<LinkEvent> events;
};

struct LinkShare
{
    util::ByteView extranonce2;
    std::uint32_t time = 0;
    std::uint32_t nonce = 0;
    std::optional<std::uint32_t> versionBits;
};

class MinerLink
{
public:
    virtual ~MinerLink() = default;

    /// Appends the first bytes to send, once.
    virtual void start(util::Bytes& out) = 0;
    /// Appends to `actions`. Bytes may be any part of the stream.
    virtual void onBytes(util::ByteView bytes, LinkActions& actions) = 0;
    /// Appends a share of work that came by this link.
    virtual void submit(const GrinderWork& work, const LinkShare& share, std::uint64_t tag,
                        util::Bytes& out) = 0;
};

/// Makes the links of one miner or load driver, which may be many. Lives on its executor.
class MinerLinkMaker final
{
public:
    /// Both outlive it and the links.
    MinerLinkMaker(const util::Clock& clock, util::Random& random)
        : m_clock(clock)
        , m_random(random)
    {}

    [[nodiscard]] std::unique_ptr<MinerLink> make(const MinerOptions& options);

private:
    const util::Clock& m_clock;
    util::Random& m_random;
    std::unique_ptr<stratum::v2::Curve> m_curve; ///< made for the first that needs it
};

} // namespace warp::sim
