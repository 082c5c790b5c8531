#include "core/net/http_stream.h"

#include <utility>

namespace warp::net {

bool HttpStream::send(Part part)
{
    if (m_state != State::Open) {
        return false;
    }
    if (part == nullptr || part->empty()) {
        return true;
    }
    const auto sink = m_sink.lock();
    if (part->size() > m_options.maxQueuedBytes - m_queuedBytes) {
        noteClosed();
        if (sink) {
            sink->onStreamOverflow();
        }
        return false;
    }
    m_queuedBytes += part->size();
    m_parts.push_back(std::move(part));
    if (sink) {
        sink->onStreamReady();
    }
    return true;
}

void HttpStream::end()
{
    if (m_state != State::Open) {
        return;
    }
    m_state = State::Ended;
    if (const auto sink = m_sink.lock()) {
        sink->onStreamReady();
    }
}

HttpStream::Part HttpStream::take()
{
    if (m_parts.empty()) {
        return nullptr;
    }
    Part part = std::move(m_parts.front());
    m_parts.pop_front();
    return part;
}

void HttpStream::noteClosed()
{
    if (std::exchange(m_state, State::Closed) == State::Closed) {
        return;
    }
    m_parts.clear();
    if (const util::Task onClosed = std::exchange(m_onClosed, nullptr)) {
        onClosed();
    }
}

} // namespace warp::net
