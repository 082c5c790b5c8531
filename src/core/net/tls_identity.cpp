#include "core/net/tls_identity.h"

#include "core/net/tls_digest.h"
#include "core/net/tls_session.h"
#include "core/util/assert.h"
#include "core/util/freed.h"
#include "core/util/hex.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <optional>
#include <vector>

namespace warp::net {

namespace {

using util::Freed;
using BioPointer = std::unique_ptr<BIO, Freed<BIO_free>>;
using X509Pointer = std::unique_ptr<X509, Freed<X509_free>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using ContextPointer = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;

// A chain to a public root has three or four.
constexpr std::size_t MAX_CERTIFICATES = 16;

// A pair of BIOs holds 17 KiB; the longest chain that is read takes many such steps.
constexpr int MAX_TRIAL_ROUNDS = 200;

/// A key with a passphrase is none: nobody is there to ask for it.
int refusePassphrase(char* /*buffer*/, int /*size*/, int /*isWriting*/, void* /*data*/)
{
    return 0;
}

BioPointer readerOf(std::string_view text)
{
    return BioPointer(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

util::Result<std::vector<X509Pointer>, TlsFault> readChain(std::string_view text)
{
    const BioPointer reader = readerOf(text);
    std::vector<X509Pointer> chain;
    while (chain.size() < MAX_CERTIFICATES) {
        X509Pointer next(PEM_read_bio_X509(reader.get(), nullptr, refusePassphrase, nullptr));
        if (!next) {
            const unsigned long error = ERR_peek_last_error();
            const bool isEnd =
                ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
            ERR_clear_error();
            if (chain.empty()) {
                return util::Unexpected(TlsFault::NoCertificate);
            }
            if (!isEnd) {
                return util::Unexpected(TlsFault::BadChain);
            }
            break;
        }
        chain.push_back(std::move(next));
    }
    return chain;
}

std::optional<util::WallTime> endOf(const X509& certificate)
{
    std::tm fields{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &fields) != 1) {
        return std::nullopt;
    }
    using namespace std::chrono;
    const sys_days day = year(fields.tm_year + 1900) /
                         month(static_cast<unsigned>(fields.tm_mon + 1)) /
                         std::chrono::day(static_cast<unsigned>(fields.tm_mday));
    return day + hours(fields.tm_hour) + minutes(fields.tm_min) + seconds(fields.tm_sec);
}

ContextPointer createContext()
{
    ContextPointer context(SSL_CTX_new(TLS_server_method()));
    WARP_ASSERT(context != nullptr); // only memory can be missing
    SSL_CTX* const raw = context.get();
    WARP_ASSERT(SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) == 1);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Miners drop connections without a word: the lines show what is whole.
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    // A miner's connection lasts for days; resumption would cost memory and a key to be renewed.
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    WARP_ASSERT(SSL_CTX_set_num_tickets(raw, 0) == 1);
    WARP_ASSERT(SSL_CTX_set_max_early_data(raw, 0) == 1);
    SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
    return context;
}

/// Tries it on a client of our own: which keys and signatures TLS 1.3 has no use for is for the
/// handshake to say (RFC 8446 section 4.2.3), and a list of ours would not follow OpenSSL's.
bool canShakeHands(SSL_CTX& context)
{
    const ContextPointer clientContext(SSL_CTX_new(TLS_client_method()));
    const SslPointer server(SSL_new(&context));
    const SslPointer client(clientContext ? SSL_new(clientContext.get()) : nullptr);
    BIO* serverEnd = nullptr;
    BIO* clientEnd = nullptr;
    if (!server || !client || BIO_new_bio_pair(&serverEnd, 0, &clientEnd, 0) != 1) {
        return false;
    }
    SSL_set_bio(server.get(), serverEnd, serverEnd);
    SSL_set_bio(client.get(), clientEnd, clientEnd);
    SSL_set_accept_state(server.get());
    SSL_set_connect_state(client.get());
    const auto isUnderWay = [](SSL& ssl, int result) {
        const int error = SSL_get_error(&ssl, result);
        return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    };
    for (int round = 0; round < MAX_TRIAL_ROUNDS; ++round) {
        ERR_clear_error();
        const int ofClient = SSL_do_handshake(client.get());
        if (ofClient != 1 && !isUnderWay(*client, ofClient)) {
            return false;
        }
        ERR_clear_error();
        const int ofServer = SSL_do_handshake(server.get());
        if (ofServer != 1 && !isUnderWay(*server, ofServer)) {
            return false;
        }
        if (ofClient == 1 && ofServer == 1) {
            return true;
        }
    }
    return false;
}

} // namespace

std::string fingerprintOf(const X509& certificate)
{
    std::array<std::byte, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(&certificate, EVP_sha256(), reinterpret_cast<unsigned char*>(digest.data()), &size);
    return util::toHex(util::ByteView(digest).first(size));
}

std::string_view describe(TlsFault fault)
{
    switch (fault) {
    case TlsFault::NoCertificate:
        return "there is no certificate in PEM form";
    case TlsFault::BadChain:
        return "a further certificate cannot be read";
    case TlsFault::NoKey:
        return "there is no private key in PEM form without a passphrase";
    case TlsFault::KeyMismatch:
        return "the key is not the certificate's";
    case TlsFault::Weak:
        return "it is too weak for TLS";
    case TlsFault::NotForTls13:
        return "TLS 1.3 has no use for a key of its kind";
    }
    return "unknown fault";
}

struct TlsIdentity::Context
{
    ContextPointer pointer;
};

TlsIdentity::TlsIdentity() = default;
TlsIdentity::~TlsIdentity() = default;

util::Result<std::shared_ptr<const TlsIdentity>, TlsFault>
TlsIdentity::parse(std::string_view certificates, std::string_view key)
{
    WARP_TRY(chain, readChain(certificates));
    const BioPointer keyReader = readerOf(key);
    const KeyPointer privateKey(
        PEM_read_bio_PrivateKey(keyReader.get(), nullptr, refusePassphrase, nullptr));
    ERR_clear_error();
    if (!privateKey) {
        return util::Unexpected(TlsFault::NoKey);
    }
    if (X509_check_private_key(chain.front().get(), privateKey.get()) != 1) {
        ERR_clear_error();
        return util::Unexpected(TlsFault::KeyMismatch);
    }
    ContextPointer context = createContext();
    bool isTaken = SSL_CTX_use_certificate(context.get(), chain.front().get()) == 1 &&
                   SSL_CTX_use_PrivateKey(context.get(), privateKey.get()) == 1;
    for (std::size_t i = 1; isTaken && i < chain.size(); ++i) {
        isTaken = SSL_CTX_add1_chain_cert(context.get(), chain[i].get()) == 1;
    }
    ERR_clear_error();
    if (!isTaken) {
        return util::Unexpected(TlsFault::Weak);
    }
    const bool isOfUse = canShakeHands(*context);
    ERR_clear_error();
    if (!isOfUse) {
        return util::Unexpected(TlsFault::NotForTls13);
    }
    std::shared_ptr<TlsIdentity> identity(new TlsIdentity);
    identity->m_notAfter = util::WallTime::max();
    for (const X509Pointer& certificate : chain) {
        const auto end = endOf(*certificate);
        if (!end) {
            return util::Unexpected(TlsFault::BadChain);
        }
        identity->m_notAfter = std::min(identity->m_notAfter, *end);
    }
    identity->m_fingerprint = fingerprintOf(*chain.front());
    identity->m_context = std::make_unique<Context>(Context{.pointer = std::move(context)});
    return std::shared_ptr<const TlsIdentity>(std::move(identity));
}

std::unique_ptr<TlsSession> TlsIdentity::createSession(int descriptor) const
{
    SslPointer ssl(SSL_new(m_context->pointer.get()));
    if (!ssl || SSL_set_fd(ssl.get(), descriptor) != 1) {
        ERR_clear_error();
        return nullptr;
    }
    SSL_set_accept_state(ssl.get());
    return std::make_unique<TlsSession>(std::move(ssl));
}

} // namespace warp::net
