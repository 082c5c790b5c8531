// What a link to one node runs with. Value type; no thread affinity.
#pragma once

#include "core/bitcoin/network.h"
#include "core/node/rpc_meter.h"
#include "core/util/clock.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace warp::node {

enum class Longpoll : std::uint8_t { On, Off };

struct NodeOptions
{
    std::string url{}; ///< "http://127.0.0.1:8332"
    /// A user of its own goes before the cookie; without both the node is asked without a login.
    std::filesystem::path cookieFile{};
    std::string user{};
    std::string password{};
    /// Endpoints of ZeroMQ publishers, e.g. "tcp://127.0.0.1:28332"; empty for none.
    std::string zmqHashBlock{};
    std::string zmqRawBlock{};
    /// Any other chain is the state WrongChain; without a value the node's chain is taken.
    std::optional<bitcoin::Network> expectedNetwork{};

    /// A new tip is noticed within this time where nothing else brings it.
    util::Duration pollInterval{std::chrono::seconds(1)};
    /// Between two getblockchaininfo of a node that is ready; of any other it is at most a second.
    util::Duration healthInterval{std::chrono::seconds(5)};
    /// For one health question. A node that was well is asked once more before it counts as
    /// unreachable.
    util::Duration healthTimeout{std::chrono::seconds(5)};
    util::Duration templateTimeout{
        std::chrono::seconds(20)}; ///< of the link's own template requests
    /// Core answers after a minute at the earliest, and never while neither its tip nor its mempool
    /// changes (rpc/mining.cpp).
    util::Duration longpollTimeout{std::chrono::minutes(10)};
    util::Duration submitTimeout{std::chrono::seconds(30)}; ///< for callers of BlockSubmitter
    Longpoll longpoll = Longpoll::On;
    std::shared_ptr<RpcMeter> meter{}; ///< counts the node's times; none: nobody does

    friend bool operator==(const NodeOptions&, const NodeOptions&) = default;
};

} // namespace warp::node
