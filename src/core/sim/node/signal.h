// Signal: a list of subscribers that are called in order. Lives on one executor, as do its
// subscribers; a handle may outlive the signal.
#pragma once

#include "core/util/executor.h"

#include <functional>
#include <list>
#include <memory>
#include <utility>

namespace warp::sim {

template <class Event>
class Signal final
{
public:
    using Subscriber = std::function<void(const Event&)>;

    /// Calls `subscriber` for each event until the handle is destroyed.
    [[nodiscard]] std::unique_ptr<util::Subscription> subscribe(Subscriber subscriber)
    {
        auto shared = std::make_shared<Subscriber>(std::move(subscriber));
        m_subscribers->push_back(shared);
        return std::make_unique<Entry>(m_subscribers, std::move(shared));
    }

    /// A subscriber may subscribe and unsubscribe meanwhile; one that went is not called again.
    void emit(const Event& event) const
    {
        const List copy = *m_subscribers;
        for (const std::weak_ptr<Subscriber>& weak : copy) {
            if (const auto subscriber = weak.lock()) {
                (*subscriber)(event);
            }
        }
    }

private:
    using List = std::list<std::weak_ptr<Subscriber>>;

    class Entry final : public util::Subscription
    {
    public:
        Entry(std::shared_ptr<List> list, std::shared_ptr<Subscriber> subscriber)
            : m_list(std::move(list))
            , m_subscriber(std::move(subscriber))
        {}
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        ~Entry() override
        {
            m_subscriber.reset();
            m_list->remove_if([](const std::weak_ptr<Subscriber>& weak) { return weak.expired(); });
        }

    private:
        std::shared_ptr<List> m_list;
        std::shared_ptr<Subscriber> m_subscriber;
    };

    std::shared_ptr<List> m_subscribers = std::make_shared<List>();
};

} // namespace warp::sim
