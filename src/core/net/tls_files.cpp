#include "core/net/tls_files.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>

namespace warp::net {

namespace {

constexpr std::size_t MAX_PEM_BYTES = std::size_t{256} * 1024;

constexpr auto CERTIFICATE_SETTING = "tls.cert_file";
constexpr auto KEY_SETTING = "tls.key_file";

std::string_view remedy(util::FileError error)
{
    switch (error) {
    case util::FileError::NotFound:
    case util::FileError::NotDirectory:
        return "put it there, or name where it is";
    case util::FileError::NoPermission:
        return "let the user that the pool runs as read it";
    case util::FileError::TooLarge:
        return "it is no certificate and no key: name the right file";
    case util::FileError::NoSpace:
    case util::FileError::Exists:
    case util::FileError::Io:
        break;
    }
    return "look at the disk";
}

std::string_view remedy(TlsFault fault)
{
    switch (fault) {
    case TlsFault::NoCertificate:
    case TlsFault::BadChain:
        return "name the file with the server's certificate and those of its issuers";
    case TlsFault::NoKey:
        return "name the key's file, or take the passphrase off with openssl pkey";
    case TlsFault::KeyMismatch:
        return "name the key that the certificate was made for";
    case TlsFault::Weak:
    case TlsFault::NotForTls13:
        break;
    }
    return "make one with a key of ECDSA P-256 or RSA 2048";
}

util::Result<std::string, TlsFilesFault>
readFile(util::Files& files, const std::filesystem::path& path, const char* setting)
{
    auto text = files.read(path, MAX_PEM_BYTES);
    if (!text) {
        return util::Unexpected(
            TlsFilesFault{.setting = setting,
                          .detail = fmt::format("{}: {}; {}", path.string(), describe(text.error()),
                                                remedy(text.error()))});
    }
    return std::move(*text);
}

} // namespace

util::Result<TlsTexts, TlsFilesFault> readTlsFiles(util::Files& files, const TlsFiles& paths)
{
    WARP_TRY(certificate, readFile(files, paths.certificate, CERTIFICATE_SETTING));
    WARP_TRY(key, readFile(files, paths.key, KEY_SETTING));
    return TlsTexts{.certificate = std::move(certificate), .key = std::move(key)};
}

util::Result<std::shared_ptr<const TlsIdentity>, TlsFilesFault> parseTlsFiles(const TlsTexts& texts,
                                                                              const TlsFiles& paths)
{
    auto parsed = TlsIdentity::parse(texts.certificate, texts.key);
    if (parsed) {
        return std::move(*parsed);
    }
    const TlsFault fault = parsed.error();
    const bool isKey = fault == TlsFault::NoKey || fault == TlsFault::KeyMismatch;
    return util::Unexpected(TlsFilesFault{
        .setting = isKey ? KEY_SETTING : CERTIFICATE_SETTING,
        .detail = fmt::format("{}: {}; {}", (isKey ? paths.key : paths.certificate).string(),
                              describe(fault), remedy(fault))});
}

std::optional<TlsFilesFault> faultOfTime(const TlsIdentity& identity, const TlsFiles& paths,
                                         util::WallTime now)
{
    if (identity.notAfter() > now) {
        return std::nullopt;
    }
    const std::chrono::year_month_day day(
        std::chrono::floor<std::chrono::days>(identity.notAfter()));
    return TlsFilesFault{.setting = CERTIFICATE_SETTING,
                         .detail = fmt::format(
                             "{}: it ended on {}-{:02}-{:02}, and miners that look at it do "
                             "not connect; renew it",
                             paths.certificate.string(), static_cast<int>(day.year()),
                             static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()))};
}

} // namespace warp::net
