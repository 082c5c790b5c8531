// Drives libcurl's multi interface on an executor's loop: one request after another on one
// connection. Lives on that executor; its waiting operations never keep it alive.
#pragma once

#include "core/net/curl_exchange.h"
#include "core/net/http.h"

#include <curl/curl.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>

namespace warp::net {

class AsioExecutor;

class CurlClient final : public std::enable_shared_from_this<CurlClient>
{
public:
    CurlClient(AsioExecutor& executor, HttpOptions options);
    ~CurlClient();
    CurlClient(const CurlClient&) = delete;
    CurlClient& operator=(const CurlClient&) = delete;

    [[nodiscard]] util::RequestHandle request(HttpRequest request, util::Duration timeout,
                                              HttpReply reply);
    /// No reply follows; a request under way loses its connection.
    void abandon(std::uint64_t id);
    /// The transport has gone: abandons everything.
    void shutDown();

private:
    struct Watch;

    struct MultiDeleter
    {
        void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
    };

    [[nodiscard]] std::unique_ptr<CurlExchange> take(std::uint64_t id);
    void onDeadline(std::uint64_t id);
    void startNext();
    void finishLater(std::uint64_t id, HttpError error);
    void drive(curl_socket_t descriptor, int events);
    void collect();
    void endCurrent();

    void onTimerWanted(long milliseconds);
    void onWatchWanted(curl_socket_t descriptor, int wanted);
    void armRead(curl_socket_t descriptor, const std::shared_ptr<Watch>& watch);
    void armWrite(curl_socket_t descriptor, const std::shared_ptr<Watch>& watch);
    void arm(curl_socket_t descriptor, const std::shared_ptr<Watch>& watch);

    AsioExecutor& m_executor;
    HttpOptions m_options;
    std::uint64_t m_nextId = 1;
    std::deque<std::unique_ptr<CurlExchange>> m_waiting;
    util::TimerHandle m_timer; // what libcurl asked for
    std::map<curl_socket_t, std::shared_ptr<Watch>> m_watches;
    bool m_isClosing = false;
    std::unique_ptr<CURLM, MultiDeleter> m_multi;
    std::unique_ptr<CurlExchange> m_current; // in m_multi
};

} // namespace warp::net
