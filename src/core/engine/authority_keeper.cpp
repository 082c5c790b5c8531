#include "core/engine/authority_keeper.h"

#include "core/engine/issue_report.h"
#include "core/stratum/v2/authority_key.h"
#include "core/util/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace warp::engine {

using stratum::v2::AuthorityKey;

bool needsAuthority(const EngineOptions& options)
{
    return std::ranges::any_of(options.listeners, [](const ListenerOptions& listener) {
        return listener.protocol != config::ListenerProtocol::V1;
    });
}

AuthorityKeeper::AuthorityKeeper(Surroundings surroundings)
    : m_surroundings(std::move(surroundings))
{}

void AuthorityKeeper::use(const EngineOptions& options)
{
    WARP_EXPECT_EXECUTOR(m_surroundings.executor);
    m_timer.reset();
    if (!needsAuthority(options)) {
        m_file.clear();
        reportIssue(m_surroundings.statistics, BAD_ISSUE, std::nullopt);
        reportIssue(m_surroundings.statistics, READABLE_ISSUE, std::nullopt);
        return;
    }
    m_file = options.dataDirectory / stratum::v2::AUTHORITY_KEY_FILE;
    look();
}

void AuthorityKeeper::look()
{
    if (!m_identities) {
        const auto fault = load();
        reportIssue(m_surroundings.statistics, BAD_ISSUE, fault);
    }
    if (m_identities) {
        m_surroundings.slot.store(m_identities->current());
        reportOpenness(m_surroundings.statistics, READABLE_ISSUE, m_file,
                       m_surroundings.permissionsOf);
    }
    m_timer = m_surroundings.executor.after(m_identities ? LOOK_INTERVAL : RETRY_INTERVAL,
                                            [this] { look(); });
}

std::optional<std::string> AuthorityKeeper::load()
{
    auto content = m_surroundings.platform.files.read(m_file, stratum::v2::MAX_KEY_FILE_BYTES);
    if (!content) {
        return content.error() == util::FileError::NotFound
                   ? createWhereThereIsNone()
                   : std::optional(
                         fmt::format("{}: {}", m_file.string(), describe(content.error())));
    }
    const stratum::v2::SecretText text(*std::move(content));
    auto key = AuthorityKey::parseFile(m_surroundings.curve, text.reveal());
    if (!key) {
        // Never another one in its place: miners would take the pool for somebody else.
        return fmt::format("{}: {}", m_file.string(), describe(key.error()));
    }
    take(std::move(*key));
    return std::nullopt;
}

std::optional<std::string> AuthorityKeeper::createWhereThereIsNone()
{
    util::Files& files = m_surroundings.platform.files;
    const auto names = files.list(m_file.parent_path());
    if (names && std::ranges::binary_search(*names, m_file.filename().string())) {
        // The key may lie on a disk that is not there yet; another one would not be known.
        return fmt::format("{}: a link to a file that is not there", m_file.string());
    }
    AuthorityKey key = AuthorityKey::generate(m_surroundings.curve, m_surroundings.platform.random);
    const stratum::v2::SecretText text = key.fileText();
    const auto written =
        files.replaceDurably(m_file, util::asBytes(text.reveal()), util::FileAccess::Private);
    if (!written) {
        return fmt::format("{}: {}", m_file.string(), describe(written.error()));
    }
    LOG_INFO(App, "made a key that Stratum V2 miners know this pool by: {}",
             stratum::v2::toText(key.publicKey()));
    take(std::move(key));
    return std::nullopt;
}

void AuthorityKeeper::take(AuthorityKey key)
{
    m_surroundings.statistics.post(
        [text = stratum::v2::toText(key.publicKey())](Statistics& statistics) {
            statistics.program().authorityKey = text;
        });
    m_identities.emplace(m_surroundings.curve, std::move(key), m_surroundings.platform.clock,
                         m_surroundings.platform.random);
}

} // namespace warp::engine
