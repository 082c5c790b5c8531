// Certificates made on the spot, so that none in the repository can run out. Test code.
#pragma once

#include <chrono>
#include <ctime>
#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string>

namespace warp::test {

/// A self-signed certificate and its key, both PEM.
struct TestCertificate
{
    std::string certificate;
    std::string key;
};

namespace detail {

template <class Write>
std::string toPem(Write write)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    write(out.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

} // namespace detail

/// @param passphrase  of the key; empty for none
/// @param now         from when on it is good
/// @param newKey      becomes the certificate's; nullptr for one of the usual kind
inline TestCertificate
makeCertificate(std::chrono::seconds validFor = std::chrono::hours(24),
                const std::string& passphrase = {},
                std::chrono::system_clock::time_point now = std::chrono::system_clock::now(),
                EVP_PKEY* newKey = nullptr)
{
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        newKey == nullptr ? EVP_EC_gen("P-256") : newKey, EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    X509* const raw = certificate.get();
    X509_set_version(raw, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(raw), 1);
    std::time_t from = std::chrono::system_clock::to_time_t(now);
    X509_time_adj(X509_getm_notBefore(raw), 0, &from);
    X509_time_adj(X509_getm_notAfter(raw), static_cast<long>(validFor.count()), &from);
    X509_NAME* const name = X509_get_subject_name(raw);
    const std::string host = "pool.test";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(host.data()), -1, -1, 0);
    X509_set_issuer_name(raw, name);
    X509_set_pubkey(raw, key.get());
    // Keys of Edwards curves have a digest of their own.
    const int kind = EVP_PKEY_get_base_id(key.get());
    X509_sign(raw, key.get(),
              kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448 ? nullptr : EVP_sha256());
    return {.certificate = detail::toPem([&](BIO* out) { PEM_write_bio_X509(out, raw); }),
            .key = detail::toPem([&](BIO* out) {
                PEM_write_bio_PrivateKey(
                    out, key.get(), passphrase.empty() ? nullptr : EVP_aes_128_cbc(), nullptr, 0,
                    nullptr, const_cast<char*>(passphrase.empty() ? nullptr : passphrase.c_str()));
            })};
}

/// With a key of some kind, which it owns from then on.
inline TestCertificate makeCertificateOf(EVP_PKEY* key)
{
    return makeCertificate(std::chrono::hours(24), {}, std::chrono::system_clock::now(), key);
}

} // namespace warp::test
