// The commands of warppool-cli. Each takes the arguments behind its name and returns the exit code.
#pragma once

#include <QStringList>

namespace warp::cli {

inline constexpr int EXIT_GOOD = 0;
inline constexpr int EXIT_REFUSED = 1; ///< the answer is no, or the work could not be done
inline constexpr int EXIT_USAGE = 2;   ///< wrong arguments or a broken configuration

/// Says what an address pays and on which networks, or exactly why it is none.
[[nodiscard]] int runCheckAddress(const QStringList& arguments);
/// Reads a configuration as the pool would and lists every fault.
[[nodiscard]] int runCheckConfig(const QStringList& arguments);
/// Asks for what the pool needs to start and writes config.toml and secrets.toml.
[[nodiscard]] int runSetup(const QStringList& arguments);

} // namespace warp::cli
