#include "core/engine/miner_gate.h"

#include "core/util/log.h"

#include <algorithm>

namespace warp::engine {

namespace {

bool isAllowed(const ListenerOptions& options, const net::Endpoint& peer)
{
    if (options.allow.empty()) {
        return true;
    }
    const auto address = net::parseAddressBytes(peer.host);
    return address && std::any_of(options.allow.begin(), options.allow.end(),
                                  [&](const auto& range) { return range.contains(*address); });
}

} // namespace

void MinerGate::onWorkDoubtful()
{
    if (!m_doubtfulSince) {
        m_doubtfulSince = m_shared.clock.boot();
    }
}

bool MinerGate::isWithoutWork(const ListenerOptions& options) const
{
    return m_doubtfulSince && m_shared.clock.boot() - *m_doubtfulSince >= options.noWorkAfter;
}

void MinerGate::makeRoom(const ListenerState& listener)
{
    const std::size_t limit = listener.options.maxConnections;
    const bool isPoolFull = m_shared.connections >= m_terms.maxConnections;
    const bool isFull = isPoolFull || (limit != 0 && listener.connections >= limit);
    if (!m_terms.rateLimits || !isFull) {
        return;
    }
    if (const auto id = m_roomMaker.next(isPoolFull ? nullptr : &listener, m_shared.clock.boot())) {
        LOG_WARNING(Net, "all connections are taken: one without a good share makes room");
        m_shared.dismiss(*id);
    }
}

bool MinerGate::takeToken(RateKeeper::Act act, const net::Endpoint& peer,
                          const net::PeerIdentity& identity)
{
    // Who shares its address with many would be punished for all of them.
    const auto crowd = static_cast<double>(m_shared.peers.minersBehind(peer)) /
                       static_cast<double>(PeerRegistry::MINERS_OF_GATEWAY);
    return m_shared.rates.take(act, identity, m_terms.rateLimits->scaled(1 + crowd),
                               m_shared.clock.boot());
}

std::optional<std::string_view> MinerGate::refusalOf(const net::Endpoint& peer,
                                                     const ListenerState& listener)
{
    const ListenerOptions& options = listener.options;
    if (!isAllowed(options, peer)) {
        return "it is not on the listener's list";
    }
    if (options.noWork != NoWorkPolicy::Keep && isWithoutWork(options)) {
        return "there is no work";
    }
    if (m_shared.connections >= m_terms.maxConnections) {
        return "all connections are taken";
    }
    if (options.maxConnections != 0 && listener.connections >= options.maxConnections) {
        return "all connections of the listener are taken";
    }
    if (!m_terms.rateLimits) {
        return std::nullopt;
    }
    if (!net::isGatewayLike(peer) &&
        !takeToken(RateKeeper::Act::Connect, peer, net::PeerIdentity::ofAddress(peer))) {
        return "its peer connects too often";
    }
    return std::nullopt;
}

util::Result<std::unique_ptr<util::Handle>, std::string_view>
MinerGate::admit(const net::Endpoint& peer, const ListenerState& listener)
{
    makeRoom(listener);
    if (const auto refusal = refusalOf(peer, listener)) {
        return util::Unexpected(*refusal);
    }
    auto pass = m_shared.peers.admitOpening(peer);
    if (!pass) {
        return util::Unexpected(
            std::string_view("too many of its peer's connections have not authorised"));
    }
    return pass;
}

bool MinerGate::enter(const net::Endpoint& peer, ListenerState& listener)
{
    // Others may have begun since it was admitted.
    makeRoom(listener);
    if (m_shared.connections.fetch_add(1) >= m_terms.maxConnections) {
        --m_shared.connections;
        return false;
    }
    const std::size_t limit = listener.options.maxConnections;
    if (listener.connections.fetch_add(1) >= limit && limit != 0) {
        --listener.connections;
        --m_shared.connections;
        return false;
    }
    m_shared.peers.join(peer);
    return true;
}

void MinerGate::release(const net::Endpoint& peer, PeerRegistry::Standing standing,
                        ListenerState& listener)
{
    m_shared.peers.leave(peer, standing);
    --listener.connections;
    --m_shared.connections;
}

bool MinerGate::mayAuthorize(const net::Endpoint& peer, std::uint64_t connection,
                             AuthorizeLimiter::Outcome outcome)
{
    return !m_terms.rateLimits ||
           takeToken(outcome == AuthorizeLimiter::Outcome::Good ? RateKeeper::Act::Authorize
                                                                : RateKeeper::Act::FailToAuthorize,
                     peer,
                     net::isGatewayLike(peer) ? net::PeerIdentity::ofConnection(connection)
                                              : net::PeerIdentity::ofAddress(peer));
}

} // namespace warp::engine
