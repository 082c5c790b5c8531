// One request and its answer on a libcurl easy handle. Lives on the executor of its client, which
// owns it; libcurl calls back into it while the handle is in the client's multi handle.
#pragma once

#include "core/net/http.h"

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace warp::net {

using HttpReply = util::Reply<util::Result<HttpResponse, HttpError>>;

class CurlExchange final
{
public:
    CurlExchange(std::uint64_t id, HttpRequest request, HttpReply reply);
    ~CurlExchange();
    CurlExchange(const CurlExchange&) = delete;
    CurlExchange& operator=(const CurlExchange&) = delete;

    /// Makes the easy handle. False where the request cannot be said in HTTP.
    [[nodiscard]] bool prepare(const HttpOptions& options);

    [[nodiscard]] std::uint64_t id() const { return m_id; }
    /// nullptr before prepare().
    [[nodiscard]] CURL* easy() const { return m_easy.get(); }
    void setDeadline(util::TimerHandle deadline) { m_deadline = std::move(deadline); }

    /// What the transfer came to.
    [[nodiscard]] util::Result<HttpResponse, HttpError> result(CURLcode code);
    void answer(util::Result<HttpResponse, HttpError> result) { m_reply(std::move(result)); }

private:
    struct EasyDeleter
    {
        void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    };
    struct ListDeleter
    {
        void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    };

    [[nodiscard]] bool setTarget(const std::string& baseUrl);
    [[nodiscard]] bool setHeaders();
    void setConnectionOptions();
    void setMethod();
    void setCallbacks();

    [[nodiscard]] std::size_t onHeader(std::string_view line);
    [[nodiscard]] std::size_t onBody(std::span<const char> bytes);
    [[nodiscard]] std::size_t readBody(std::span<char> out);
    [[nodiscard]] bool seekBody(std::uint64_t offset);

    std::uint64_t m_id;
    HttpRequest m_request;
    HttpReply m_reply;
    util::TimerHandle m_deadline;
    std::size_t m_maxResponseBytes = 0;
    std::uint64_t m_bodySize = 0;
    std::size_t m_bodyPart = 0;   // the part that is sent next
    std::size_t m_bodyOffset = 0; // and where in it
    std::size_t m_headerBytes = 0;
    bool m_isHeaderComplete = false;
    bool m_isTooLarge = false;
    std::string m_received;
    std::unique_ptr<curl_slist, ListDeleter> m_headers;
    std::unique_ptr<CURL, EasyDeleter> m_easy; // last: its end may still use the others
};

} // namespace warp::net
