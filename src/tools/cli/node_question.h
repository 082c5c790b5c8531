// Asks a Bitcoin node who it is, before it is written into a configuration. Main thread; waits for
// the answer.
#pragma once

#include "core/util/files.h"

#include <string>

namespace warp::cli {

struct NodeQuestion
{
    std::string url;
    std::string cookie{}; ///< path of its cookie file, "~/" allowed; used without a login
    std::string login{};  ///< "user:password"
    std::string chain;    ///< as in [node] chain
    std::string address;  ///< which the blocks will pay
};

/// One English line or two for people: what the node is, or why it does not answer, and whether
/// chain and address are its own.
[[nodiscard]] std::string askNode(util::Files& files, const NodeQuestion& question);

} // namespace warp::cli
