// The running pool as the commands ask it: where it is, and what its API answers. Main thread;
// waits for the answer.
#pragma once

#include "core/config/program_arguments.h"
#include "core/util/result.h"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace warp::cli {

/// --config, --set and --url: which pool is asked.
[[nodiscard]] std::vector<config::ManualOption> poolOptions();

/// Where the pool answers that these options name. The error is an exit code, and what is wrong
/// was printed.
[[nodiscard]] util::Result<std::string, int> poolUrl(const config::ProgramArguments& arguments);

struct PoolAnswer
{
    int status = 0;
    boost::json::object body;
};

/// What a WarpPool answers, refusals among it. The error is an exit code, and what is wrong was
/// printed.
[[nodiscard]] util::Result<PoolAnswer, int> askPool(const std::string& url,
                                                    const std::string& target);

} // namespace warp::cli
