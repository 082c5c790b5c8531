// Published<T>: the newest immutable value of its owner, read by any thread.
// A pointer under a leaf mutex, because not every standard library has atomic<shared_ptr>.
#pragma once

#include "core/util/mutex.h"

#include <memory>
#include <utility>

namespace warp::util {

template <class T>
class Published
{
public:
    explicit Published(std::shared_ptr<const T> first)
        : m_value(std::move(first))
    {}

    void store(std::shared_ptr<const T> value)
    {
        {
            const MutexLock lock(m_mutex);
            m_value.swap(value);
        }
        // The old value ends here, outside of the lock.
    }

    [[nodiscard]] std::shared_ptr<const T> load() const
    {
        const MutexLock lock(m_mutex);
        return m_value;
    }

private:
    mutable Mutex m_mutex;
    std::shared_ptr<const T> m_value GUARDED_BY(m_mutex);
};

} // namespace warp::util
