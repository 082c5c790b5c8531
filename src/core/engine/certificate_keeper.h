// Keeps the certificate of the TLS listeners: reads it when settings are taken and once a minute,
// so that a renewed one is shown without a restart. What cannot be used leaves the old one in
// force. Lives on the "settings" executor, where it may wait for the disk.
#pragma once

#include "core/config/loader.h"
#include "core/engine/engine_options.h"
#include "core/engine/hosted.h"
#include "core/engine/statistics.h"
#include "core/net/tls_files.h"
#include "core/net/tls_identity.h"
#include "core/util/executor.h"

#include <chrono>
#include <memory>
#include <optional>

namespace warp::engine {

/// Whether any listener needs a certificate.
[[nodiscard]] bool needsCertificate(const EngineOptions& options);

/// For the start: what keeps TLS listeners from opening; nothing where all is well or none is
/// configured.
[[nodiscard]] std::optional<net::TlsFilesFault> checkCertificate(const EngineOptions& options,
                                                                 util::Files& files);

class CertificateKeeper final
{
public:
    static constexpr std::chrono::seconds LOOK_INTERVAL{60};
    /// Certificates that renew themselves do so 30 days before their end.
    static constexpr std::chrono::hours WARNING_TIME{std::chrono::days(14)};
    static constexpr auto BAD_ISSUE = "tls_certificate_bad";
    static constexpr auto EXPIRING_ISSUE = "tls_certificate_expiring";
    static constexpr auto EXPIRED_ISSUE = "tls_certificate_expired";
    static constexpr auto READABLE_ISSUE = "tls_key_readable";

    /// All of it outlives the keeper.
    struct Surroundings
    {
        util::Executor& executor;
        const Platform& platform;
        Hosted<Statistics>& statistics;
        config::PermissionProbe permissionsOf; ///< may be empty
    };

    CertificateKeeper(Surroundings surroundings, std::shared_ptr<net::TlsSlot> slot);

    /// Looks at once, and regularly where a listener needs it.
    void use(const EngineOptions& options);

private:
    void look();
    void read();
    void judgeTime();

    Surroundings m_surroundings;
    std::shared_ptr<net::TlsSlot> m_slot;
    net::TlsFiles m_files; ///< empty while nobody needs one
    net::TlsTexts m_texts; ///< as read last, good or bad
    util::TimerHandle m_timer;
};

} // namespace warp::engine
