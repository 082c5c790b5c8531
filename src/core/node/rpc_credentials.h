// The login of one node: a user and password of its own, or the cookie file that the node writes
// anew at each start. Owned by whoever owns the RPC clients, on their executor.
#pragma once

#include "core/node/node_options.h"
#include "core/node/node_types.h"
#include "core/util/files.h"
#include "core/util/result.h"

#include <optional>
#include <string>

namespace warp::node {

class RpcCredentials final
{
public:
    /// `files` must outlive it.
    RpcCredentials(util::Files& files, const NodeOptions& options);

    /// Value of the header Authorization (RFC 7617); empty where no login is configured. Reads the
    /// cookie file at first use and after forget(). Errors: CookieMissing.
    [[nodiscard]] util::Result<std::string, NodeError> authorization();

    /// The node may have restarted: its cookie is read again before the next use.
    void forget();

private:
    [[nodiscard]] util::Result<std::string, NodeError> readCookie() const;

    util::Files& m_files;
    std::filesystem::path m_cookieFile; ///< empty where user and password serve
    std::optional<std::string> m_header;
};

} // namespace warp::node
