// The subcommands of warppool-sim. Each runs on the main thread with what followed its name on the
// command line and gives the program's exit code.
#pragma once

#include <QStringList>

namespace warp::tools {

[[nodiscard]] int runNode(const QStringList& arguments);
[[nodiscard]] int runMiner(const QStringList& arguments);
[[nodiscard]] int runLoad(const QStringList& arguments);
[[nodiscard]] int runDemo(const QStringList& arguments);
[[nodiscard]] int runHistory(const QStringList& arguments);
[[nodiscard]] int runScenario(const QStringList& arguments);

} // namespace warp::tools
