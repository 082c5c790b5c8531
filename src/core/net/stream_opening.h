// What comes before a connection is anybody's: a proxy's header, the gate, the first bytes, the TLS
// handshake, all within one deadline. Lives on the executor that is to own the connection; waiting
// operations and its timer keep it alive.
#pragma once

#include "core/net/listen_terms.h"
#include "core/net/opening_book.h"
#include "core/net/proxy_header.h"
#include "core/net/socket_channel.h"
#include "core/net/tcp_limits.h"
#include "core/util/executor.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace warp::net {

class AsioExecutor;

/// What all openings of a listener share; they may outlive it.
struct Intake
{
    ListenTerms terms;
    TcpLimits limits;
    OpeningBook openings{}; ///< that wait for their peers
};

class StreamOpening final : public std::enable_shared_from_this<StreamOpening>
{
public:
    /// Made on any thread; every other call is made on `executor`.
    StreamOpening(AsioExecutor& executor, std::size_t target, TcpSocket socket, Endpoint peer,
                  std::shared_ptr<Intake> intake);
    ~StreamOpening();
    StreamOpening(const StreamOpening&) = delete;
    StreamOpening& operator=(const StreamOpening&) = delete;

    void begin();

private:
    using Step = void (StreamOpening::*)();

    [[nodiscard]] bool isFromProxy() const;
    /// From here on it counts among those that wait; false where there are too many.
    [[nodiscard]] bool beginWaiting();
    void setDeadline(util::Duration limit);
    void noteHeard();
    void waitFor(TcpSocket::wait_type direction, Step next);
    void readProxyHeader();
    /// @return whether the header's next part is whole
    [[nodiscard]] bool fillHeader(std::size_t size);
    void onPeerKnown();
    void peekFirst();
    void startTls();
    void beginHandshake();
    void handshake();
    void deliver();
    void fail(OpeningFault fault);
    void finish();

    AsioExecutor& m_executor;
    std::size_t m_target;
    SocketChannel m_channel;
    Endpoint m_peer;
    std::shared_ptr<Intake> m_intake;
    std::unique_ptr<util::Handle> m_pass; ///< of the gate
    util::TimerHandle m_deadline;
    util::Bytes m_header;
    std::optional<ProxyPrefix> m_prefix;
    std::uint64_t m_place = 0; ///< in Intake::openings; 0 for none
    bool m_isHeard = false;    ///< it has sent something
    bool m_isOver = false;
};

} // namespace warp::net
