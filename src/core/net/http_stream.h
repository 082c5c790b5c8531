// An answer whose body comes in parts for as long as it likes, such as server-sent events. Made by
// a handler and given away with its answer; both keep it. Lives on the server's executor. Parts are
// shared, so that the same bytes go to any number of clients without a copy.
#pragma once

#include "core/util/clock.h"
#include "core/util/executor.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace warp::net {

struct HttpStreamOptions
{
    /// A client that would have more than this waiting for it is dropped.
    std::size_t maxQueuedBytes = 64 * 1024;
    /// So is one that does not take a part within this time.
    util::Duration stallDeadline = std::chrono::seconds(20);
};

/// Where a stream's parts go.
class HttpStreamSink
{
public:
    virtual ~HttpStreamSink() = default;

    /// There is something to take.
    virtual void onStreamReady() = 0;
    /// The client is too slow: its connection ends at once.
    virtual void onStreamOverflow() = 0;
};

class HttpStream final
{
public:
    using Part = std::shared_ptr<const std::string>;

    explicit HttpStream(HttpStreamOptions options = {})
        : m_options(options)
    {}
    HttpStream(const HttpStream&) = delete;
    HttpStream& operator=(const HttpStream&) = delete;

    /// Queues a part; an empty one is left out. False where nobody takes it any more.
    bool send(Part part);
    /// The body is whole after what is queued.
    void end();
    /// Called once when the client is gone, was dropped or has taken everything; not within send()
    /// of another stream.
    void setOnClosed(util::Task onClosed) { m_onClosed = std::move(onClosed); }

    [[nodiscard]] bool isOpen() const { return m_state == State::Open; }
    [[nodiscard]] std::size_t queuedBytes() const { return m_queuedBytes; }

    // For the connection that carries it.
    void attach(std::weak_ptr<HttpStreamSink> sink) { m_sink = std::move(sink); }
    /// The next part; none while there is none.
    [[nodiscard]] Part take();
    /// A part that was taken is with the client; it counts as queued until then.
    void noteTaken(std::size_t bytes) { m_queuedBytes -= bytes; }
    [[nodiscard]] bool isClosed() const { return m_state == State::Closed; }
    [[nodiscard]] bool isFinished() const { return m_state == State::Ended && m_parts.empty(); }
    void noteClosed();
    [[nodiscard]] const HttpStreamOptions& options() const { return m_options; }

private:
    enum class State : std::uint8_t { Open, Ended, Closed };

    HttpStreamOptions m_options;
    State m_state = State::Open;
    std::deque<Part> m_parts;
    std::size_t m_queuedBytes = 0;
    std::weak_ptr<HttpStreamSink> m_sink;
    util::Task m_onClosed;
};

} // namespace warp::net
