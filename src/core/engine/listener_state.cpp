#include "core/engine/listener_state.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

ListenerState::ListenerState(ListenerOptions listenerOptions, std::shared_ptr<Counter> counter)
    : options(std::move(listenerOptions))
    , counted(std::move(counter))
    , connections(*counted)
{}

ListenerStates renewListeners(const ListenerStates& before,
                              const std::vector<ListenerOptions>& options)
{
    ListenerStates after(before.size());
    for (const ListenerOptions& wanted : options) {
        const auto known = std::find_if(before.begin(), before.end(), [&](const auto& state) {
            return state != nullptr && state->options.endpoint == wanted.endpoint &&
                   state->options.protocol == wanted.protocol &&
                   state->options.security == wanted.security &&
                   state->options.proxies == wanted.proxies;
        });
        if (known == before.end()) {
            after.push_back(std::make_shared<ListenerState>(wanted));
        } else {
            after[static_cast<std::size_t>(known - before.begin())] =
                std::make_shared<ListenerState>(wanted, (*known)->counted);
        }
    }
    return after;
}

} // namespace warp::engine
