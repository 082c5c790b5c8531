#include "core/config/settings.h"

namespace warp::config {

std::optional<bitcoin::Network> networkOf(ChainChoice choice)
{
    switch (choice) {
    case ChainChoice::Main:
        return bitcoin::Network::Main;
    case ChainChoice::Test:
        return bitcoin::Network::Test;
    case ChainChoice::Testnet4:
        return bitcoin::Network::Testnet4;
    case ChainChoice::Signet:
        return bitcoin::Network::Signet;
    case ChainChoice::Regtest:
        return bitcoin::Network::Regtest;
    case ChainChoice::Auto:
        break;
    }
    return std::nullopt;
}

std::vector<ListenerSettings> effectiveListeners(const Settings& settings)
{
    std::vector<ListenerSettings> listeners;
    const ServerSettings& server = settings.server;
    if (server.poolListen) {
        listeners.push_back({.listen = server.poolListen});
    }
    if (server.tlsListen) {
        listeners.push_back({.listen = server.tlsListen, .isTls = true});
    }
    if (server.v2Listen) {
        listeners.push_back({.listen = server.v2Listen, .protocol = ListenerProtocol::V2});
    }
    for (const ListenerSettings& listener : settings.listeners) {
        if (listener.listen) {
            listeners.push_back(listener);
        }
    }
    return listeners;
}

} // namespace warp::config
