#include "core/engine/session_maker.h"

#include "core/stratum/either_session.h"
#include "core/stratum/v1/server_session.h"
#include "core/stratum/v2/server_session.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

using config::ListenerProtocol;

SessionMaker::SessionMaker(Surroundings surroundings, std::optional<bitcoin::Network> network)
    : m_surroundings(std::move(surroundings))
    , m_perMinerPolicy(network)
    , m_limiter(m_surroundings.mayAuthorize)
    , m_extranonces(m_surroundings.thread)
    , m_handshakes{
          .curve = m_surroundings.handshakes.curve,
          .identity = m_surroundings.handshakes.identity,
          .keys = {m_surroundings.handshakes.curve, m_surroundings.handshakes.random, KEY_STOCK}}
{}

void SessionMaker::renew(const ListenerStates& listeners, mining::KeyUse keyUse)
{
    const bool isKeyed = keyUse == mining::KeyUse::Separate;
    m_limiter.setJudge(isKeyed ? static_cast<stratum::AuthorizePolicy&>(m_perMinerPolicy)
                               : m_singlePolicy);
    m_contexts.resize(listeners.size());
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        if (listeners[i] == nullptr) {
            m_contexts[i].reset();
            continue;
        }
        const ListenerOptions& options = listeners[i]->options;
        if (m_contexts[i] == nullptr) {
            m_contexts[i] = std::make_unique<Contexts>(
                Contexts{.v1 = {.options = options.stratum,
                                .policy = m_limiter,
                                .payoutJobs = isKeyed ? &m_payoutJobs : nullptr,
                                .memory = m_surroundings.memory,
                                .parked = &m_parked},
                         .v2 = {.options = options.stratum,
                                .policy = m_limiter,
                                .extranonces = m_extranonces,
                                .payoutJobs = isKeyed ? &m_payoutJobs : nullptr,
                                .memory = m_surroundings.memory}});
        }
        m_contexts[i]->protocol = options.protocol;
        m_contexts[i]->v1.options = options.stratum;
        m_contexts[i]->v2.options = options.stratum;
    }
    m_hasV2 = std::ranges::any_of(m_contexts, [](const auto& contexts) {
        return contexts != nullptr && contexts->protocol != ListenerProtocol::V1;
    });
}

void SessionMaker::forget()
{
    m_parked.clear();
    m_contexts.clear();
}

void SessionMaker::setNetwork(bitcoin::Network network)
{
    m_parked.clear();
    m_singlePolicy = stratum::SingleModePolicy(network);
    m_perMinerPolicy = stratum::PerMinerPolicy(network);
}

void SessionMaker::setExpectedNetwork(std::optional<bitcoin::Network> network)
{
    m_perMinerPolicy = stratum::PerMinerPolicy(network);
}

void SessionMaker::onTick(util::BootTime now)
{
    m_parked.onTimer(now);
    for (std::size_t made = 0; m_hasV2 && made < KEYS_PER_TICK && m_handshakes.keys.add(); ++made) {
    }
}

std::unique_ptr<stratum::Session> SessionMaker::make(std::size_t listener, std::uint64_t origin,
                                                     util::BootTime now)
{
    Contexts& contexts = *m_contexts[listener];
    switch (contexts.protocol) {
    case ListenerProtocol::V1:
        return makeV1(contexts, origin, now);
    case ListenerProtocol::V2:
        return makeV2(contexts, now);
    case ListenerProtocol::Both:
        break;
    }
    return std::make_unique<stratum::EitherSession>(
        [this, &contexts, origin](stratum::FirstBytes first, util::BootTime since) {
            return first == stratum::FirstBytes::StratumV1 ? makeV1(contexts, origin, since)
                                                           : makeV2(contexts, since);
        },
        now);
}

std::unique_ptr<stratum::Session> SessionMaker::makeV1(Contexts& contexts, std::uint64_t origin,
                                                       util::BootTime now)
{
    const auto extranonce1 = m_extranonces.allocate();
    if (!extranonce1) {
        return nullptr;
    }
    return std::make_unique<stratum::v1::ServerSession>(contexts.v1, *extranonce1, now, origin);
}

std::unique_ptr<stratum::Session> SessionMaker::makeV2(Contexts& contexts, util::BootTime now)
{
    return std::make_unique<stratum::v2::ServerSession>(contexts.v2, m_handshakes, now);
}

} // namespace warp::engine
