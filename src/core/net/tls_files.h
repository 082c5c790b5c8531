// The certificate and key of the TLS listeners as they lie on the disk: read, taken apart, and what
// is wrong with them in words. Free functions; wherever the disk may be waited for.
#pragma once

#include "core/net/tls_identity.h"
#include "core/util/clock.h"
#include "core/util/files.h"
#include "core/util/result.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace warp::net {

/// Where the certificate of all TLS listeners is; empty for none.
struct TlsFiles
{
    std::filesystem::path certificate;
    std::filesystem::path key;

    friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

/// Both files' content, PEM if all is well.
struct TlsTexts
{
    std::string certificate;
    std::string key;

    friend bool operator==(const TlsTexts&, const TlsTexts&) = default;
};

/// Why a pair cannot be used.
struct TlsFilesFault
{
    std::string setting; ///< "tls.cert_file" or "tls.key_file"
    std::string detail;  ///< the file, what is wrong with it, and what to do
};

[[nodiscard]] util::Result<TlsTexts, TlsFilesFault> readTlsFiles(util::Files& files,
                                                                 const TlsFiles& paths);
[[nodiscard]] util::Result<std::shared_ptr<const TlsIdentity>, TlsFilesFault>
parseTlsFiles(const TlsTexts& texts, const TlsFiles& paths);

/// Whether the pair was good for its time and is not any more.
[[nodiscard]] std::optional<TlsFilesFault> faultOfTime(const TlsIdentity& identity,
                                                       const TlsFiles& paths, util::WallTime now);

} // namespace warp::net
