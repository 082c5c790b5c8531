// Keeps the key that Stratum V2 miners know the pool by, and the certificates that it signs: reads
// the key from the data folder, makes one where there is none, and shows a fresh certificate in
// time. Lives on the "settings" executor, where it may wait for the disk.
#pragma once

#include "core/config/loader.h"
#include "core/engine/engine_options.h"
#include "core/engine/hosted.h"
#include "core/engine/statistics.h"
#include "core/stratum/v2/curve.h"
#include "core/stratum/v2/handshake_context.h"
#include "core/stratum/v2/static_identity.h"
#include "core/util/executor.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace warp::engine {

/// Whether any listener speaks Stratum V2.
[[nodiscard]] bool needsAuthority(const EngineOptions& options);

class AuthorityKeeper final
{
public:
    static constexpr std::chrono::seconds LOOK_INTERVAL{60};
    /// While there is no key, so that miners do not wait long for a disk that is back.
    static constexpr std::chrono::seconds RETRY_INTERVAL{5};
    /// The key's file cannot be read, is damaged, or cannot be made: no miner gets in by V2.
    static constexpr auto BAD_ISSUE = "v2_authority_bad";
    static constexpr auto READABLE_ISSUE = "v2_authority_readable";

    /// All of it outlives the keeper.
    struct Surroundings
    {
        util::Executor& executor;
        const Platform& platform;
        Hosted<Statistics>& statistics;
        config::PermissionProbe permissionsOf; ///< may be empty
        const stratum::v2::Curve& curve;
        stratum::v2::IdentitySlot& slot;
    };

    explicit AuthorityKeeper(Surroundings surroundings);

    /// Looks at once, and regularly where a listener needs it. The key in force is kept as long as
    /// the program runs: miners know the pool by it.
    void use(const EngineOptions& options);

private:
    void look();
    /// Nothing where there is a key now.
    [[nodiscard]] std::optional<std::string> load();
    [[nodiscard]] std::optional<std::string> createWhereThereIsNone();
    void take(stratum::v2::AuthorityKey key);

    Surroundings m_surroundings;
    std::filesystem::path m_file; ///< empty while nobody needs it
    std::optional<stratum::v2::StaticIdentityKeeper> m_identities;
    util::TimerHandle m_timer;
};

} // namespace warp::engine
