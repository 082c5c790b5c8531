// Observers<Args...>: callbacks that follow something until their subscription goes. Owned by what
// they observe, on its executor. Private to this module.
#pragma once

#include "core/util/executor.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace warp::node {

template <class... Args>
class Observers final
{
public:
    using Callback = std::function<void(const Args&...)>;

    /// `first` runs soon on `executor` with the callback, to tell the present; what notify() is
    /// given before that does not reach it. The subscription may outlive the observers.
    [[nodiscard]] std::unique_ptr<util::Subscription>
    add(util::Executor& executor, Callback callback, std::function<void(const Callback&)> first)
    {
        auto entry = std::make_shared<Entry>();
        entry->callback = std::move(callback);
        m_entries->push_back(entry);
        auto timer =
            executor.after(util::Duration::zero(), [entry, first = std::move(first)]() mutable {
                // The callback may end its subscription, and with that this function.
                const auto kept = std::move(entry);
                const auto tell = std::move(first);
                kept->isStarted = true;
                tell(kept->callback);
            });
        return std::make_unique<Membership>(m_entries, std::move(entry), std::move(timer));
    }

    /// A callback may end any subscription or start one, which this call does not reach.
    void notify(const Args&... args) const
    {
        const auto entries = *m_entries;
        for (const auto& entry : entries) {
            if (entry->isStarted && entry->isActive) {
                entry->callback(args...);
            }
        }
    }

private:
    struct Entry
    {
        Callback callback;
        bool isStarted = false;
        bool isActive = true;
    };
    using Entries = std::vector<std::shared_ptr<Entry>>;

    class Membership final : public util::Subscription
    {
    public:
        Membership(std::shared_ptr<Entries> entries, std::shared_ptr<Entry> entry,
                   util::TimerHandle first)
            : m_entries(std::move(entries))
            , m_entry(std::move(entry))
            , m_first(std::move(first))
        {}
        ~Membership() override
        {
            m_entry->isActive = false;
            std::erase(*m_entries, m_entry);
        }
        Membership(const Membership&) = delete;
        Membership& operator=(const Membership&) = delete;

    private:
        std::shared_ptr<Entries> m_entries;
        std::shared_ptr<Entry> m_entry;
        util::TimerHandle m_first;
    };

    std::shared_ptr<Entries> m_entries = std::make_shared<Entries>();
};

} // namespace warp::node
