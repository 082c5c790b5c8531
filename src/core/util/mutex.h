// Mutex with clang thread-safety annotations. Leaf level only: nothing is called out while held.
#pragma once

#include <mutex>

#if defined(__clang__)
#define WARP_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define WARP_THREAD_ANNOTATION(x)
#endif

#define GUARDED_BY(x) WARP_THREAD_ANNOTATION(guarded_by(x))

namespace warp::util {

class WARP_THREAD_ANNOTATION(capability("mutex")) Mutex
{
public:
    void lock() WARP_THREAD_ANNOTATION(acquire_capability()) { m_mutex.lock(); }
    void unlock() WARP_THREAD_ANNOTATION(release_capability()) { m_mutex.unlock(); }

private:
    std::mutex m_mutex;
};

class WARP_THREAD_ANNOTATION(scoped_lockable) MutexLock
{
public:
    explicit MutexLock(Mutex& mutex) WARP_THREAD_ANNOTATION(acquire_capability(mutex))
        : m_mutex(mutex)
    {
        m_mutex.lock();
    }
    ~MutexLock() WARP_THREAD_ANNOTATION(release_capability()) { m_mutex.unlock(); }
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

private:
    Mutex& m_mutex;
};

} // namespace warp::util
