#include "core/engine/miner_gate.h"

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
    // Who shares its address with many would be punished for all of them.
    const auto identity = m_shared.peers.identityOf(peer, 0);
    if (identity.kind() != net::PeerKind::Connection &&
        !m_shared.rates.take(RateKeeper::Act::Connect, identity, *m_terms.rateLimits,
                             m_shared.clock.boot())) {
        return "its peer connects too often";
    }
    return std::nullopt;
}

util::Result<std::unique_ptr<util::Handle>, std::string_view>
MinerGate::admit(const net::Endpoint& peer, const ListenerState& listener)
{
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

bool MinerGate::mayAuthorize(const net::Endpoint& peer, std::uint64_t connection)
{
    return !m_terms.rateLimits || m_shared.rates.take(RateKeeper::Act::Authorize,
                                                      m_shared.peers.identityOf(peer, connection),
                                                      *m_terms.rateLimits, m_shared.clock.boot());
}

} // namespace warp::engine
