#include "core/net/tcp_context.h"

#include "core/net/asio_executor.h"
#include "core/net/tcp_stream.h"

#include <vector>

namespace warp::net {

TcpContext::TcpContext(AsioExecutor& executor)
    : m_executor(executor)
    , m_handshakes(executor)
{}

TcpContext::~TcpContext() = default;

std::span<std::byte> TcpContext::readBuffer()
{
    if (!m_readBuffer) {
        m_readBuffer = std::make_unique<std::byte[]>(READ_BUFFER_BYTES);
    }
    return {m_readBuffer.get(), READ_BUFFER_BYTES};
}

void TcpContext::watch(TcpStream& stream, util::Duration interval)
{
    m_watched.insert(&stream);
    if (!m_timer) {
        arm(interval);
    }
}

void TcpContext::forget(TcpStream& stream)
{
    m_watched.erase(&stream);
}

void TcpContext::arm(util::Duration interval)
{
    m_interval = interval;
    m_timer = m_executor.after(interval, [this] { sweep(); });
}

void TcpContext::sweep()
{
    m_timer.reset();
    const auto now = std::chrono::steady_clock::now();
    std::vector<std::shared_ptr<TcpStream>> overdue;
    for (TcpStream* const stream : m_watched) {
        if (stream->isOverdue(now)) {
            overdue.push_back(stream->shared_from_this());
        }
    }
    // Closing calls owners, which may destroy any stream.
    for (const auto& stream : overdue) {
        stream->onOverdue();
    }
    if (!m_watched.empty() && !m_timer) {
        arm(m_interval);
    }
}

} // namespace warp::net
