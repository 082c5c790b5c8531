// Delivers events to subscribers on the "events" executor, so that a slow one holds up nobody.
// Owned by the engine; any thread may call.
#pragma once

#include "core/interfaces/pool_service.h"
#include "core/util/executor.h"
#include "core/util/mutex.h"

#include <cstdint>
#include <map>
#include <memory>

namespace warp::engine {

class EventHub final
{
public:
    void attach(util::Executor& executor) { m_executor = &executor; }

    [[nodiscard]] std::unique_ptr<util::Subscription> subscribe(interfaces::EventFn onEvent);
    void publish(const interfaces::PoolEvent& event);

private:
    struct Registry
    {
        util::Mutex mutex;
        std::map<std::uint64_t, std::shared_ptr<interfaces::EventFn>> subscribers GUARDED_BY(mutex);
        std::uint64_t nextId GUARDED_BY(mutex) = 1;
    };
    class Registration;

    util::Executor* m_executor = nullptr;
    std::shared_ptr<Registry> m_registry = std::make_shared<Registry>();
};

} // namespace warp::engine
