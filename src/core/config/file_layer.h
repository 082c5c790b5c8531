// Reads config.toml and secrets.toml into assignments. Pure; safe on any thread.
#pragma once

#include "core/config/assignment.h"

#include <string>
#include <string_view>

namespace warp::config {

/// config.toml; a secret in it is a fault.
/// @param file  its name for messages.
void collectFile(std::string_view text, const std::string& file, Collection& collection);

/// secrets.toml: secrets and logins alone. Comes after collectFile(), whose backup nodes it finds
/// by their rpc_url.
void collectSecrets(std::string_view text, const std::string& file, Collection& collection);

} // namespace warp::config
