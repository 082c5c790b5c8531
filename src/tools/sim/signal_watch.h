// SignalWatch: SIGINT and SIGTERM as calls on the main thread's loop.
// One object a program, made on the main thread after its QCoreApplication.
#pragma once

#include <functional>
#include <memory>

class QSocketNotifier;

namespace warp::tools {

class SignalWatch final
{
public:
    explicit SignalWatch(std::function<void()> onSignal);
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace warp::tools
