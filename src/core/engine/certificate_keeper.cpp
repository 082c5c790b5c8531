#include "core/engine/certificate_keeper.h"

#include "core/engine/issue_report.h"
#include "core/util/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace warp::engine {

bool needsCertificate(const EngineOptions& options)
{
    return std::ranges::any_of(options.listeners, [](const ListenerOptions& listener) {
        return listener.security != net::Security::Plain;
    });
}

std::optional<net::TlsFilesFault> checkCertificate(const EngineOptions& options, util::Files& files)
{
    if (!needsCertificate(options)) {
        return std::nullopt;
    }
    const auto pair = net::readTlsFiles(files, options.tls);
    if (!pair) {
        return pair.error();
    }
    const auto identity = net::parseTlsFiles(*pair, options.tls);
    return identity ? std::nullopt : std::optional(identity.error());
}

CertificateKeeper::CertificateKeeper(Surroundings surroundings, std::shared_ptr<net::TlsSlot> slot)
    : m_surroundings(std::move(surroundings))
    , m_slot(std::move(slot))
{}

void CertificateKeeper::use(const EngineOptions& options)
{
    WARP_EXPECT_EXECUTOR(m_surroundings.executor);
    m_files = needsCertificate(options) ? options.tls : net::TlsFiles{};
    m_timer.reset();
    if (m_files == net::TlsFiles{}) {
        m_texts = {};
        m_slot->store(nullptr);
        for (const char* const code : {BAD_ISSUE, EXPIRING_ISSUE, EXPIRED_ISSUE, READABLE_ISSUE}) {
            reportIssue(m_surroundings.statistics, code, std::nullopt);
        }
        return;
    }
    look();
}

void CertificateKeeper::look()
{
    read();
    judgeTime();
    reportOpenness(m_surroundings.statistics, READABLE_ISSUE, m_files.key,
                   m_surroundings.permissionsOf);
    m_timer = m_surroundings.executor.after(LOOK_INTERVAL, [this] { look(); });
}

void CertificateKeeper::read()
{
    auto texts = net::readTlsFiles(m_surroundings.platform.files, m_files);
    if (!texts) {
        // Between two writes of a renewal a file may be missing: the next look tries again.
        m_texts = {};
        reportIssue(m_surroundings.statistics, BAD_ISSUE, texts.error().detail);
        return;
    }
    if (*texts == m_texts) {
        return;
    }
    auto identity = net::parseTlsFiles(*texts, m_files);
    m_texts = std::move(*texts);
    if (!identity) {
        reportIssue(m_surroundings.statistics, BAD_ISSUE, identity.error().detail);
        return;
    }
    LOG_INFO(Net, "certificate taken for TLS, SHA-256 {}", (*identity)->fingerprint());
    m_slot->store(std::move(*identity));
    reportIssue(m_surroundings.statistics, BAD_ISSUE, std::nullopt);
}

void CertificateKeeper::judgeTime()
{
    const auto identity = m_slot->load();
    std::optional<std::string> expiring;
    std::optional<std::string> expired;
    if (identity) {
        const auto left = identity->notAfter() - m_surroundings.platform.clock.wall().time;
        const auto days = std::chrono::floor<std::chrono::days>(left).count();
        if (left <= util::WallTime::duration::zero()) {
            expired = "miners that look at it do not connect";
        } else if (left <= WARNING_TIME) {
            expiring = fmt::format("it ends in {} days", days);
        }
    }
    reportIssue(m_surroundings.statistics, EXPIRING_ISSUE, expiring);
    reportIssue(m_surroundings.statistics, EXPIRED_ISSUE, expired);
}

} // namespace warp::engine
