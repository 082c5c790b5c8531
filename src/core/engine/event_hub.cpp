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
        const util::MutexLock lock(m_registry->mutex);
        m_registry->subscribers.erase(m_id);
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
        std::vector<std::shared_ptr<interfaces::EventFn>> receivers;
        {
            const util::MutexLock lock(registry->mutex);
            for (const auto& [id, receiver] : registry->subscribers) {
                receivers.push_back(receiver);
            }
        }
        for (const auto& receiver : receivers) {
            (*receiver)(event);
        }
    });
}

} // namespace warp::engine
