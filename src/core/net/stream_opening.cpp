#include "core/net/stream_opening.h"

#include "core/net/asio_executor.h"
#include "core/net/tcp_connection.h"
#include "core/net/tcp_context.h"
#include "core/net/tcp_stream.h"

#include <algorithm>
#include <utility>

namespace warp::net {

namespace {

// Enough for every classifier; a TLS record's head has five.
constexpr std::size_t PEEKED_BYTES = 16;

} // namespace

std::string_view describe(OpeningFault fault)
{
    switch (fault) {
    case OpeningFault::TooMany:
        return "too many connections begin at once";
    case OpeningFault::TimedOut:
        return "it did not begin in time";
    case OpeningFault::Gone:
        return "the peer left before it began";
    case OpeningFault::NoProxyHeader:
        return "a proxy sent no PROXY header that can be used";
    case OpeningFault::ProxyHeader:
        return "a PROXY header from somebody who is no proxy";
    case OpeningFault::Handshake:
        return "the TLS handshake failed";
    case OpeningFault::NoCertificate:
        return "there is no certificate";
    }
    return "unknown fault";
}

StreamOpening::StreamOpening(AsioExecutor& executor, std::size_t target, TcpSocket socket,
                             Endpoint peer, std::shared_ptr<Intake> intake)
    : m_executor(executor)
    , m_target(target)
    , m_channel(std::move(socket))
    , m_peer(std::move(peer))
    , m_intake(std::move(intake))
{}

StreamOpening::~StreamOpening()
{
    m_intake->openings.leave(m_place);
}

void StreamOpening::begin()
{
    WARP_EXPECT_EXECUTOR(m_executor);
    if (!isFromProxy()) {
        onPeerKnown();
    } else if (beginWaiting()) {
        readProxyHeader();
    }
}

bool StreamOpening::isFromProxy() const
{
    const auto& proxies = m_intake->terms.proxies;
    const auto address = parseAddressBytes(m_peer.host);
    return address && std::ranges::any_of(
                          proxies, [&](const auto& range) { return range.contains(*address); });
}

bool StreamOpening::beginWaiting()
{
    const ListenTerms& terms = m_intake->terms;
    if (m_place != 0) {
        m_intake->openings.rename(m_place, PeerIdentity::ofAddress(m_peer));
        return true;
    }
    // All that come by a proxy are the proxy's until they say whose they are.
    const std::size_t ofPeer = isFromProxy() ? terms.maxOpenings : terms.maxOpeningsOfPeer;
    m_place = m_intake->openings.enter(PeerIdentity::ofAddress(m_peer),
                                       {.all = terms.maxOpenings, .ofPeer = ofPeer},
                                       [&executor = m_executor, weak = weak_from_this()] {
                                           executor.post([weak] {
                                               if (const auto self = weak.lock()) {
                                                   self->fail(OpeningFault::TooMany);
                                               }
                                           });
                                       });
    if (m_place == 0) {
        fail(OpeningFault::TooMany);
        return false;
    }
    // Who looks for first bytes may wait for a miner that takes its time to say something.
    setDeadline(terms.security == Security::FirstBytes || terms.security == Security::Plain
                    ? terms.openingLimit
                    : std::min(terms.openingLimit, terms.firstByteLimit));
    return true;
}

void StreamOpening::setDeadline(util::Duration limit)
{
    // The timer is this object's own: it ends with the opening, at the latest by firing.
    m_deadline = m_executor.after(limit, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->fail(OpeningFault::TimedOut);
        }
    });
}

void StreamOpening::noteHeard()
{
    if (!std::exchange(m_isHeard, true)) {
        m_intake->openings.noteHeard(m_place);
        setDeadline(m_intake->terms.openingLimit);
    }
}

void StreamOpening::waitFor(TcpSocket::wait_type direction, Step next)
{
    m_channel.socket().async_wait(direction,
                                  [self = shared_from_this(), next](const ErrorCode& error) {
                                      if (!error && !self->m_isOver) {
                                          (self.get()->*next)();
                                      }
                                  });
}

bool StreamOpening::fillHeader(std::size_t size)
{
    while (m_header.size() < size) {
        const std::size_t before = m_header.size();
        m_header.resize(size);
        const IoResult result = m_channel.read(std::span(m_header).subspan(before));
        m_header.resize(before + result.count);
        if (result.state == IoState::NeedsRead) {
            waitFor(TcpSocket::wait_read, &StreamOpening::readProxyHeader);
            return false;
        }
        if (result.state != IoState::Done) {
            fail(OpeningFault::Gone);
            return false;
        }
        noteHeard();
    }
    return true;
}

void StreamOpening::readProxyHeader()
{
    // Exactly the header: what follows belongs to TLS or to the session.
    if (!m_prefix) {
        if (!fillHeader(PROXY_PREFIX_BYTES)) {
            return;
        }
        const auto prefix = parseProxyPrefix(util::ByteView(m_header).first<PROXY_PREFIX_BYTES>());
        if (!prefix) {
            fail(OpeningFault::NoProxyHeader);
            return;
        }
        m_prefix = *prefix;
    }
    if (!fillHeader(PROXY_PREFIX_BYTES + m_prefix->bodyBytes)) {
        return;
    }
    auto source = parseProxyBody(*m_prefix, util::ByteView(m_header).subspan(PROXY_PREFIX_BYTES));
    if (!source) {
        fail(OpeningFault::NoProxyHeader);
        return;
    }
    if (*source) {
        m_peer = std::move(**source);
    }
    util::Bytes().swap(m_header);
    onPeerKnown();
}

void StreamOpening::onPeerKnown()
{
    const ListenTerms& terms = m_intake->terms;
    if (terms.gate && !(m_pass = terms.gate(m_target, m_peer))) {
        finish();
        return;
    }
    // Where proxies are believed, others who send a header try to be somebody else.
    const bool isImpostorPossible = !terms.proxies.empty() && !m_prefix;
    if (terms.security == Security::Plain && !isImpostorPossible) {
        deliver();
        return;
    }
    if (beginWaiting()) {
        peekFirst();
    }
}

void StreamOpening::peekFirst()
{
    std::array<std::byte, PEEKED_BYTES> buffer{};
    const IoResult result = m_channel.peek(buffer);
    if (result.state == IoState::NeedsRead) {
        waitFor(TcpSocket::wait_read, &StreamOpening::peekFirst);
        return;
    }
    if (result.state != IoState::Done || result.count == 0) {
        fail(OpeningFault::Gone);
        return;
    }
    noteHeard();
    const ListenTerms& terms = m_intake->terms;
    const util::ByteView first = util::ByteView(buffer).first(result.count);
    if (!terms.proxies.empty() && beginsProxyHeader(first)) {
        fail(OpeningFault::ProxyHeader);
        return;
    }
    const Encryption encryption = terms.security == Security::FirstBytes ? terms.classify(first)
                                  : terms.security == Security::Tls      ? Encryption::Tls
                                                                         : Encryption::None;
    if (encryption == Encryption::Tls) {
        startTls();
    } else {
        deliver();
    }
}

void StreamOpening::startTls()
{
    // The wait for its turn is not the peer's fault.
    m_deadline.reset();
    m_executor.tcp().handshakes().begin([self = shared_from_this()] {
        if (!self->m_isOver) {
            self->setDeadline(self->m_intake->terms.openingLimit);
            self->beginHandshake();
        }
    });
}

void StreamOpening::beginHandshake()
{
    const auto identity = m_intake->terms.identity->load();
    auto session = identity ? identity->createSession(m_channel.socket().native_handle()) : nullptr;
    if (!session) {
        fail(OpeningFault::NoCertificate);
        return;
    }
    m_channel.secure(std::move(session));
    handshake();
}

void StreamOpening::handshake()
{
    switch (m_channel.tls()->handshake().state) {
    case IoState::Done:
        deliver();
        break;
    case IoState::NeedsRead:
        waitFor(TcpSocket::wait_read, &StreamOpening::handshake);
        break;
    case IoState::NeedsWrite:
        waitFor(TcpSocket::wait_write, &StreamOpening::handshake);
        break;
    case IoState::Ended:
    case IoState::Failed:
        fail(OpeningFault::Handshake);
        break;
    }
}

void StreamOpening::deliver()
{
    m_isOver = true;
    m_deadline.reset();
    auto stream =
        std::make_shared<TcpStream>(m_executor, std::move(m_channel), m_peer, m_intake->limits);
    m_intake->terms.accept(m_target, std::make_unique<TcpConnection>(std::move(stream)));
    m_pass.reset();
}

void StreamOpening::fail(OpeningFault fault)
{
    if (m_isOver) {
        return;
    }
    const auto self = shared_from_this();
    if (m_intake->terms.onFailed) {
        m_intake->terms.onFailed(m_target, fault);
    }
    // The alert of a failed handshake is to arrive.
    m_channel.endSending(m_executor.tcp().readBuffer());
    finish();
}

void StreamOpening::finish()
{
    m_isOver = true;
    m_pass.reset();
    m_deadline.reset();
    m_channel.close();
}

} // namespace warp::net
