#include "core/engine/event_hub.h"

#include <vector>

namespace warp::engine {

class EventHub::Registration final : public util::Subscription
{
public:
    Registration(std::shared_ptr<Registry> registry, std::uint64_t id)
        : m_registry(std::move(registry))
        , m_id(id)
    {}
    ~Registration() override
    {
        std::shared_ptr<interfaces::EventFn> ended; // goes after the lock: it may own anything
        const util::MutexLock lock(m_registry->mutex);
        const auto it = m_registry->subscribers.find(m_id);
        ended = std::move(it->second);
        m_registry->subscribers.erase(it);
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

private:
    std::shared_ptr<Registry> m_registry;
    std::uint64_t m_id;
};

std::unique_ptr<util::Subscription> EventHub::subscribe(interfaces::EventFn onEvent)
{
    auto shared = std::make_shared<interfaces::EventFn>(std::move(onEvent));
    std::uint64_t id = 0;
    {
        const util::MutexLock lock(m_registry->mutex);
        id = m_registry->nextId++;
        m_registry->subscribers.emplace(id, std::move(shared));
    }
    return std::make_unique<Registration>(m_registry, id);
}

void EventHub::publish(const interfaces::PoolEvent& event)
{
    m_executor->post([registry = m_registry, event] {
        std::vector<std::uint64_t> ids;
        {
            const util::MutexLock lock(registry->mutex);
            for (const auto& [id, receiver] : registry->subscribers) {
                ids.push_back(id);
            }
        }
        for (const std::uint64_t id : ids) {
            // Looked up anew: a receiver before it may have ended it.
            std::shared_ptr<interfaces::EventFn> receiver;
            {
                const util::MutexLock lock(registry->mutex);
                const auto it = registry->subscribers.find(id);
                if (it != registry->subscribers.end()) {
                    receiver = it->second;
                }
            }
            if (receiver) {
                (*receiver)(event);
            }
        }
    });
}

} // namespace warp::engine
