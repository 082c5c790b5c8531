// What the TCP streams of one executor share: the buffer that all of them read into, and the sweep
// that finds peers which take nothing. Lives on that executor, owned by it.
#pragma once

#include "core/net/handshake_pacer.h"
#include "core/util/executor.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <unordered_set>

namespace warp::net {

class AsioExecutor;
class TcpStream;

class TcpContext final
{
public:
    static constexpr std::size_t READ_BUFFER_BYTES = 64 * 1024;

    explicit TcpContext(AsioExecutor& executor);
    ~TcpContext();
    TcpContext(const TcpContext&) = delete;
    TcpContext& operator=(const TcpContext&) = delete;

    [[nodiscard]] HandshakePacer& handshakes() { return m_handshakes; }
    /// Scratch space for one read; its content ends with the callback that got it.
    [[nodiscard]] std::span<std::byte> readBuffer();

    /// Sweeps `stream` about every `interval` until forget().
    void watch(TcpStream& stream, util::Duration interval);
    void forget(TcpStream& stream);

private:
    void arm(util::Duration interval);
    void sweep();

    AsioExecutor& m_executor;
    std::unique_ptr<std::byte[]> m_readBuffer;
    HandshakePacer m_handshakes;
    std::unordered_set<TcpStream*> m_watched;
    util::Duration m_interval{};
    util::TimerHandle m_timer;
};

} // namespace warp::net
