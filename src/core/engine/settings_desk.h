// Where settings are judged, written and brought into the running pool, and where the pool is
// started and stopped. Whatever is wrong with a change changes nothing. Owned by the engine; lives
// on the "settings" executor, where it may wait for the disk.
#pragma once

#include "core/config/loader.h"
#include "core/engine/engine_options.h"
#include "core/engine/hosted.h"
#include "core/engine/node_prober.h"
#include "core/engine/settings_draft.h"
#include "core/engine/statistics.h"
#include "core/interfaces/command.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/interfaces/request_desk.h"
#include "core/util/executor.h"
#include "core/util/files.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::engine {

/// Where an engine's settings come from; empty for one that is made with fixed options.
struct SettingsSource
{
    config::LoadRequest request{};
    unsigned cores = 1;
    /// As the program was started with.
    std::optional<config::LoadedSettings> loaded{};
    /// Sees the settings that run from now on, for what is not the engine's: the log. Called on the
    /// "settings" executor.
    std::function<void(const config::Settings&)> onApplied{};
};

class SettingsDesk final
{
public:
    static constexpr auto ISSUE = "settings_invalid";

    using Reply = util::Reply<interfaces::CommandReply>;

    /// What it steers. Called on its executor.
    struct Pool
    {
        std::function<void(const EngineOptions&)> start;
        std::function<void(const EngineOptions& before, const EngineOptions& after)> change;
        /// Calls back on the desk's executor, unless the desk is gone by then.
        std::function<void(util::Task)> stop;
        std::function<std::shared_ptr<const interfaces::PoolSnapshot>()> snapshot;
    };

    /// All of it outlives the desk.
    struct Surroundings
    {
        util::Executor& executor;
        const Platform& platform;
        Hosted<Statistics>& statistics;
    };

    /// @param options what the pool is to run with
    SettingsDesk(const Surroundings& surroundings, SettingsSource source, EngineOptions options,
                 Pool pool);

    /// Starts the pool, unless something must be given first.
    void begin();

    // Each answers exactly once, all but ProbeNode and StopPool within the call.
    void execute(const interfaces::ValidateSettings& command, const Reply& reply);
    void execute(const interfaces::ApplySettings& command, const Reply& reply);
    void execute(const interfaces::ReloadSettings& command, const Reply& reply);
    void execute(const interfaces::PreviewPayout& command, const Reply& reply);
    void execute(const interfaces::ProbeNode& command, const Reply& reply)
    {
        m_prober.execute(command, reply);
    }
    void execute(const interfaces::StartPool& command, const Reply& reply);
    void execute(const interfaces::StopPool& command, const Reply& reply);

private:
    enum class Stage : std::uint8_t {
        Waiting, ///< for begin()
        NeedsSetup,
        Running,
        Stopping,
        Stopped,
    };

    [[nodiscard]] SettingsDraft draft(const std::vector<interfaces::SettingChange>& changes);
    [[nodiscard]] interfaces::SettingsReply replyFor(const config::Settings& after) const;
    /// Runs with settings that were read without a fault.
    [[nodiscard]] interfaces::SettingsReply apply(config::LoadedSettings loaded);
    void keepAsLastGood();

    util::Files& m_files;
    Hosted<Statistics>& m_statistics;
    SettingsSource m_source;
    EngineOptions m_options; ///< as run, or to be run with
    Pool m_pool;
    NodeProber m_prober;
    Stage m_stage = Stage::Waiting;
    std::vector<Reply> m_stopReplies; ///< while Stopping
};

/// The commands that the desk carries out.
void serveSettings(interfaces::CommandBook& book, Hosted<SettingsDesk>& desk);

} // namespace warp::engine
