// Waits on the calling thread for one answer of something that answers later: runs a loop of its
// own meanwhile. Main thread.
#pragma once

#include "core/net/asio_executor.h"
#include "core/util/executor.h"

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace warp::cli {

/// @param begin  starts the work on the loop and returns what has to live until the answer; it is
///               destroyed on the loop
/// @return nothing where the work ended without an answer
template <class Answer>
[[nodiscard]] std::optional<Answer>
waitFor(const std::function<std::shared_ptr<void>(net::AsioExecutor&, util::Reply<Answer>)>& begin)
{
    net::AsioExecutor loop;
    std::optional<Answer> answer;
    std::shared_ptr<void> held;
    loop.post([&] {
        held = begin(loop, [&](Answer given) {
            if (answer) {
                return;
            }
            answer = std::move(given);
            // What works here ends on its own executor, and not within its own call.
            loop.post([&] {
                held.reset();
                loop.stop();
            });
        });
    });
    loop.run();
    return answer;
}

} // namespace warp::cli
