#include "core/engine/certificate_keeper.h"

#include "core/engine/issue_report.h"
#include "core/util/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace warp::engine {

namespace {

constexpr std::size_t MAX_PEM_BYTES = std::size_t{256} * 1024;

constexpr auto CERTIFICATE_SETTING = "tls.cert_file";
constexpr auto KEY_SETTING = "tls.key_file";

struct PemPair
{
    std::string certificate;
    std::string key;
};

util::Result<std::string, CertificateFault>
readFile(util::Files& files, const std::filesystem::path& path, const char* setting)
{
    auto text = files.read(path, MAX_PEM_BYTES);
    if (!text) {
        return util::Unexpected(CertificateFault{
            .setting = setting,
            .detail = fmt::format("{}: {}", path.string(), describe(text.error()))});
    }
    return std::move(*text);
}

util::Result<PemPair, CertificateFault> readPair(util::Files& files, const TlsFiles& paths)
{
    WARP_TRY(certificate, readFile(files, paths.certificate, CERTIFICATE_SETTING));
    WARP_TRY(key, readFile(files, paths.key, KEY_SETTING));
    return PemPair{.certificate = std::move(certificate), .key = std::move(key)};
}

util::Result<std::shared_ptr<const net::TlsIdentity>, CertificateFault>
parsePair(const PemPair& pair, const TlsFiles& paths)
{
    auto parsed = net::TlsIdentity::parse(pair.certificate, pair.key);
    if (parsed) {
        return std::move(*parsed);
    }
    const net::TlsFault fault = parsed.error();
    const bool isKey = fault == net::TlsFault::NoKey || fault == net::TlsFault::KeyMismatch;
    return util::Unexpected(CertificateFault{
        .setting = isKey ? KEY_SETTING : CERTIFICATE_SETTING,
        .detail = fmt::format("{}: {}", (isKey ? paths.key : paths.certificate).string(),
                              describe(fault))});
}

} // namespace

bool needsCertificate(const EngineOptions& options)
{
    return std::ranges::any_of(options.listeners, [](const ListenerOptions& listener) {
        return listener.security != net::Security::Plain;
    });
}

std::optional<CertificateFault> checkCertificate(const EngineOptions& options, util::Files& files)
{
    if (!needsCertificate(options)) {
        return std::nullopt;
    }
    const auto pair = readPair(files, options.tls);
    if (!pair) {
        return pair.error();
    }
    const auto identity = parsePair(*pair, options.tls);
    return identity ? std::nullopt : std::optional(identity.error());
}

CertificateKeeper::CertificateKeeper(Surroundings surroundings, std::shared_ptr<net::TlsSlot> slot)
    : m_surroundings(std::move(surroundings))
    , m_slot(std::move(slot))
{}

void CertificateKeeper::use(const EngineOptions& options)
{
    WARP_EXPECT_EXECUTOR(m_surroundings.executor);
    m_files = needsCertificate(options) ? options.tls : TlsFiles{};
    m_timer.reset();
    if (m_files == TlsFiles{}) {
        m_certificate.clear();
        m_key.clear();
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
    judgeKeyFile();
    m_timer = m_surroundings.executor.after(LOOK_INTERVAL, [this] { look(); });
}

void CertificateKeeper::read()
{
    auto pair = readPair(m_surroundings.platform.files, m_files);
    if (!pair) {
        // Between two writes of a renewal a file may be missing: the next look tries again.
        m_certificate.clear();
        reportIssue(m_surroundings.statistics, BAD_ISSUE, pair.error().detail);
        return;
    }
    if (pair->certificate == m_certificate && pair->key == m_key) {
        return;
    }
    auto identity = parsePair(*pair, m_files);
    m_certificate = std::move(pair->certificate);
    m_key = std::move(pair->key);
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

void CertificateKeeper::judgeKeyFile()
{
    using std::filesystem::perms;
    const auto mode =
        m_surroundings.permissionsOf ? m_surroundings.permissionsOf(m_files.key) : std::nullopt;
    constexpr perms OTHERS = perms::group_all | perms::others_all;
    const bool isReadable = mode && (*mode & OTHERS) != perms::none;
    reportIssue(m_surroundings.statistics, READABLE_ISSUE,
                isReadable ? std::optional(fmt::format("{}: its mode is {:04o}; set it to 0600",
                                                       m_files.key.string(),
                                                       static_cast<unsigned>(*mode & perms::mask)))
                           : std::nullopt);
}

} // namespace warp::engine
