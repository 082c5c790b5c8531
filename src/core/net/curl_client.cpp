#include "core/net/curl_client.h"

#include "core/net/asio_executor.h"
#include "core/net/tcp_socket.h"
#include "core/util/log.h"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace warp::net {

namespace {

using Descriptor =
    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

void initialiseLibrary()
{
    // Counted by libcurl and never given back: other parts of the process may use it too.
    static const CURLcode INITIALISED = curl_global_init(CURL_GLOBAL_DEFAULT);
    WARP_ASSERT(INITIALISED == CURLE_OK);
}

class CurlHandle final : public util::Handle
{
public:
    CurlHandle(std::weak_ptr<CurlClient> client, std::uint64_t id)
        : m_client(std::move(client))
        , m_id(id)
    {}
    ~CurlHandle() override
    {
        if (const auto client = m_client.lock()) {
            client->abandon(m_id);
        }
    }
    CurlHandle(const CurlHandle&) = delete;
    CurlHandle& operator=(const CurlHandle&) = delete;

private:
    std::weak_ptr<CurlClient> m_client;
    std::uint64_t m_id;
};

} // namespace

/// A descriptor of libcurl's, sockets as well as the pipe of its resolver. It stays libcurl's.
struct CurlClient::Watch
{
    explicit Watch(boost::asio::io_context& context)
        : descriptor(context)
    {}
    ~Watch() { release(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    void release()
    {
        wanted = 0;
        if (descriptor.is_open()) {
            static_cast<void>(descriptor.release());
        }
    }

    Descriptor descriptor;
    int wanted = 0; // CURL_POLL_IN, CURL_POLL_OUT
    bool isReadArmed = false;
    bool isWriteArmed = false;
};

CurlClient::CurlClient(AsioExecutor& executor, HttpOptions options)
    : m_executor(executor)
    , m_options(std::move(options))
{
    initialiseLibrary();
    m_multi.reset(curl_multi_init());
    WARP_ASSERT(m_multi != nullptr); // out of memory
    using TimerFn = int (*)(CURLM*, long, CurlClient*);
    const TimerFn onTimer = [](CURLM*, long milliseconds, CurlClient* self) noexcept {
        self->onTimerWanted(milliseconds);
        return 0;
    };
    using SocketFn = int (*)(CURL*, curl_socket_t, int, CurlClient*, void*);
    const SocketFn onSocket = [](CURL*, curl_socket_t descriptor, int wanted, CurlClient* self,
                                 void*) noexcept {
        self->onWatchWanted(descriptor, wanted);
        return 0;
    };
    curl_multi_setopt(m_multi.get(), CURLMOPT_TIMERFUNCTION, onTimer);
    curl_multi_setopt(m_multi.get(), CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(m_multi.get(), CURLMOPT_SOCKETFUNCTION, onSocket);
    curl_multi_setopt(m_multi.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(m_multi.get(), CURLMOPT_MAXCONNECTS, 1L);
    curl_multi_setopt(m_multi.get(), CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
}

CurlClient::~CurlClient()
{
    shutDown();
}

void CurlClient::shutDown()
{
    m_isClosing = true;
    m_timer.reset();
    // Apart, because what the replies own may hold handles of this very client.
    const auto dropped = std::exchange(m_waiting, {});
    endCurrent();
    m_multi.reset(); // closes the connection, which ends its watch
}

util::RequestHandle CurlClient::request(HttpRequest request, util::Duration timeout,
                                        HttpReply reply)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    const std::uint64_t id = m_nextId++;
    auto exchange = std::make_unique<CurlExchange>(id, std::move(request), std::move(reply));
    exchange->setDeadline(m_executor.after(timeout, [this, id] { onDeadline(id); }));
    m_waiting.push_back(std::move(exchange));
    startNext();
    return std::make_unique<CurlHandle>(weak_from_this(), id);
}

void CurlClient::startNext()
{
    if (m_current != nullptr || m_waiting.empty() || m_isClosing) {
        return;
    }
    m_current = std::move(m_waiting.front());
    m_waiting.pop_front();
    if (!m_current->prepare(m_options)) {
        finishLater(m_current->id(), HttpError::Malformed);
        return;
    }
    if (curl_multi_add_handle(m_multi.get(), m_current->easy()) != CURLM_OK) {
        finishLater(m_current->id(), HttpError::Closed);
        return;
    }
    // Not left to the loop: on an open connection the request goes out in this very call.
    drive(CURL_SOCKET_TIMEOUT, 0);
}

void CurlClient::drive(curl_socket_t descriptor, int events)
{
    int running = 0;
    const CURLMcode code = curl_multi_socket_action(m_multi.get(), descriptor, events, &running);
    if (code != CURLM_OK) {
        LOG_WARNING(Net, "HTTP client: {}", curl_multi_strerror(code));
    }
    if (running == 0 && m_current != nullptr) {
        m_executor.post([weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->collect();
            }
        });
    }
}

void CurlClient::collect()
{
    int left = 0;
    while (m_multi != nullptr) {
        const CURLMsg* const message = curl_multi_info_read(m_multi.get(), &left);
        if (message == nullptr) {
            return;
        }
        if (message->msg != CURLMSG_DONE || m_current == nullptr ||
            message->easy_handle != m_current->easy()) {
            continue;
        }
        auto result = m_current->result(message->data.result);
        const auto exchange = take(m_current->id());
        startNext();
        exchange->answer(std::move(result));
    }
}

void CurlClient::finishLater(std::uint64_t id, HttpError error)
{
    m_executor.post([weak = weak_from_this(), id, error] {
        const auto self = weak.lock();
        const auto exchange = self ? self->take(id) : nullptr;
        if (exchange) {
            self->startNext();
            exchange->answer(util::Unexpected(error));
        }
    });
}

void CurlClient::onDeadline(std::uint64_t id)
{
    const auto self = shared_from_this();
    if (const auto exchange = take(id)) {
        startNext();
        exchange->answer(util::Unexpected(HttpError::TimedOut));
    }
}

void CurlClient::abandon(std::uint64_t id)
{
    if (take(id)) {
        startNext();
    }
}

std::unique_ptr<CurlExchange> CurlClient::take(std::uint64_t id)
{
    if (m_current != nullptr && m_current->id() == id) {
        auto exchange = std::move(m_current);
        if (exchange->easy() != nullptr) {
            // One that is not done yet takes its connection along.
            curl_multi_remove_handle(m_multi.get(), exchange->easy());
        }
        return exchange;
    }
    const auto found = std::find_if(m_waiting.begin(), m_waiting.end(),
                                    [id](const auto& exchange) { return exchange->id() == id; });
    if (found == m_waiting.end()) {
        return nullptr;
    }
    auto exchange = std::move(*found);
    m_waiting.erase(found);
    return exchange;
}

void CurlClient::endCurrent()
{
    if (m_current != nullptr) {
        static_cast<void>(take(m_current->id()));
    }
}

void CurlClient::onTimerWanted(long milliseconds)
{
    if (milliseconds < 0 || m_isClosing) {
        m_timer.reset();
        return;
    }
    m_timer = m_executor.after(std::chrono::milliseconds(milliseconds),
                               [this] { drive(CURL_SOCKET_TIMEOUT, 0); });
}

void CurlClient::onWatchWanted(curl_socket_t descriptor, int wanted)
{
    if (wanted == CURL_POLL_REMOVE) {
        if (const auto node = m_watches.extract(descriptor)) {
            node.mapped()->release();
        }
        return;
    }
    std::shared_ptr<Watch>& watch = m_watches[descriptor];
    if (!watch) {
        watch = std::make_shared<Watch>(m_executor.context());
        ErrorCode error;
        watch->descriptor.assign(descriptor, error);
        if (error) {
            LOG_WARNING(Net, "HTTP client: cannot wait for a socket: {}", error.message());
        }
    }
    watch->wanted = wanted;
    arm(descriptor, watch);
}

void CurlClient::arm(curl_socket_t descriptor, const std::shared_ptr<Watch>& watch)
{
    if ((watch->wanted & CURL_POLL_IN) != 0 && !watch->isReadArmed) {
        armRead(descriptor, watch);
    }
    if ((watch->wanted & CURL_POLL_OUT) != 0 && !watch->isWriteArmed) {
        armWrite(descriptor, watch);
    }
}

void CurlClient::armRead(curl_socket_t descriptor, const std::shared_ptr<Watch>& watch)
{
    watch->isReadArmed = true;
    watch->descriptor.async_wait(Descriptor::wait_read,
                                 [weak = weak_from_this(), watch, descriptor](ErrorCode error) {
                                     watch->isReadArmed = false;
                                     const auto self = weak.lock();
                                     if (!error && self && (watch->wanted & CURL_POLL_IN) != 0) {
                                         self->drive(descriptor, CURL_CSELECT_IN);
                                         self->arm(descriptor, watch);
                                     }
                                 });
}

void CurlClient::armWrite(curl_socket_t descriptor, const std::shared_ptr<Watch>& watch)
{
    watch->isWriteArmed = true;
    watch->descriptor.async_wait(Descriptor::wait_write,
                                 [weak = weak_from_this(), watch, descriptor](ErrorCode error) {
                                     watch->isWriteArmed = false;
                                     const auto self = weak.lock();
                                     if (!error && self && (watch->wanted & CURL_POLL_OUT) != 0) {
                                         self->drive(descriptor, CURL_CSELECT_OUT);
                                         self->arm(descriptor, watch);
                                     }
                                 });
}

} // namespace warp::net
