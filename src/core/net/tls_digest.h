// The name of a certificate that people compare. Pure; any thread.
#pragma once

#include <openssl/types.h>
#include <string>

namespace warp::net {

/// SHA-256 of its DER form, lower-case hex.
[[nodiscard]] std::string fingerprintOf(const X509& certificate);

} // namespace warp::net
