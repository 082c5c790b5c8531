// A blocking TLS client on OpenSSL alone: the judge of what our listener offers. Test code.
#pragma once

#include "tests/core/net/raw_client.h"

#include <cstdint>
#include <memory>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <string>
#include <string_view>

namespace warp::test {

class TlsRawClient final
{
public:
    explicit TlsRawClient(ReceiveBuffer buffer = ReceiveBuffer::Default)
        : m_socket(buffer)
        , m_context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free)
    {}

    [[nodiscard]] RawClient& socket() { return m_socket; }
    [[nodiscard]] SSL* ssl() { return m_ssl.get(); }
    /// The newest version that it offers.
    void setVersion(int version)
    {
        SSL_CTX_set_min_proto_version(m_context.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(m_context.get(), version);
        SSL_CTX_set_security_level(m_context.get(), 0); // so that old ones are offered at all
    }

    [[nodiscard]] bool connect(std::uint16_t port) { return m_socket.connect(port) && secure(); }
    /// On the socket that is connected.
    [[nodiscard]] bool secure()
    {
        m_ssl.reset(SSL_new(m_context.get()));
        SSL_set_fd(m_ssl.get(), m_socket.descriptor());
        return SSL_connect(m_ssl.get()) == 1;
    }
    [[nodiscard]] bool send(std::string_view text)
    {
        std::size_t count = 0;
        return SSL_write_ex(m_ssl.get(), text.data(), text.size(), &count) == 1 &&
               count == text.size();
    }
    /// Up to `limit` bytes; fewer at the end of the stream or after 20 seconds.
    [[nodiscard]] std::string receive(std::size_t limit)
    {
        std::string out(limit, '\0');
        std::size_t count = 0;
        while (count < limit) {
            std::size_t got = 0;
            const int result = SSL_read_ex(m_ssl.get(), out.data() + count, limit - count, &got);
            m_hasEnded = result != 1 && SSL_get_error(m_ssl.get(), result) == SSL_ERROR_ZERO_RETURN;
            if (result != 1) {
                break;
            }
            count += got;
        }
        out.resize(count);
        return out;
    }
    /// Whether the last receive() met the orderly end, with its alert.
    [[nodiscard]] bool hasEnded() const { return m_hasEnded; }
    void endSending()
    {
        SSL_shutdown(m_ssl.get());
        m_socket.endSending();
    }
    /// What `function` makes OpenSSL send, kept back; it goes out with what else the test wants.
    /// Nothing is sent through OpenSSL afterwards.
    template <class Function>
    [[nodiscard]] std::string recordsOf(Function function)
    {
        BIO* const memory = BIO_new(BIO_s_mem());
        SSL_set0_wbio(m_ssl.get(), memory);
        function();
        char* data = nullptr;
        const long size = BIO_get_mem_data(memory, &data);
        return {data, static_cast<std::size_t>(size)};
    }

private:
    RawClient m_socket;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> m_context;
    std::unique_ptr<SSL, decltype(&SSL_free)> m_ssl{nullptr, SSL_free};
    bool m_hasEnded = false;
};

} // namespace warp::test
