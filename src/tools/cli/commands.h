// The commands of warppool-cli: what each is called and takes, and what runs it. Main thread.
#pragma once

#include "core/config/program_arguments.h"
#include "core/config/program_manual.h"

namespace warp::cli {

inline constexpr int EXIT_GOOD = 0;
inline constexpr int EXIT_REFUSED = 1;     ///< the answer is no, or the work could not be done
inline constexpr int EXIT_USAGE = 2;       ///< wrong arguments or a broken configuration
inline constexpr int EXIT_UNREACHABLE = 3; ///< no pool answers

struct Command
{
    config::ManualCommand manual;
    /// @return the exit code; operands are counted by the command.
    int (*run)(const config::ProgramArguments& arguments) = nullptr;
};

/// Says what an address pays and on which networks, or exactly why it is none.
[[nodiscard]] Command checkAddressCommand();
/// Reads a configuration as the pool would and lists every fault.
[[nodiscard]] Command checkConfigCommand();
/// Makes the authority key of Stratum V2.
[[nodiscard]] Command generateKeyCommand();
/// Says what the running pool mined.
[[nodiscard]] Command historyCommand();
/// Asks for what the pool needs to start and writes config.toml and secrets.toml.
[[nodiscard]] Command setupCommand();
/// Prints the public half of the authority key.
[[nodiscard]] Command showKeyCommand();
/// Says how the running pool is.
[[nodiscard]] Command statusCommand();
/// Checks a found block, from the spool or from anywhere, without a node.
[[nodiscard]] Command verifyBlockCommand();

} // namespace warp::cli
