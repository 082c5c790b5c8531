#include "core/engine/settings_desk.h"

#include "core/config/config_writer.h"
#include "core/config/settings_difference.h"
#include "core/config/toml_document.h"
#include "core/engine/payout_preview.h"
#include "core/util/log.h"

#include <fmt/format.h>

#include <utility>

namespace warp::engine {

namespace {

using interfaces::CommandAnswer;
using interfaces::CommandReply;
using interfaces::RequestError;
using interfaces::RequestFault;
using interfaces::SettingsReply;

CommandReply refuse(std::string code, std::string detail)
{
    return util::Unexpected(RequestError{
        .fault = RequestFault::Refused, .code = std::move(code), .detail = std::move(detail)});
}

CommandReply noFile()
{
    return refuse("settings_no_file", "the settings do not come from a file");
}

SettingsReply faulty(std::vector<interfaces::SettingFault> faults)
{
    return {.faults = std::move(faults), .changed = {}, .needsRestart = {}};
}

CommandReply done()
{
    return CommandAnswer(interfaces::Done{});
}

} // namespace

SettingsDesk::SettingsDesk(const Surroundings& surroundings, SettingsSource source,
                           EngineOptions options, Pool pool)
    : m_files(surroundings.platform.files)
    , m_statistics(surroundings.statistics)
    , m_source(std::move(source))
    , m_options(std::move(options))
    , m_pool(std::move(pool))
    , m_prober(surroundings.executor, surroundings.platform)
{
    // Changes are judged as a whole: a pool that runs is never left without a payout.
    m_source.request.completeness = config::Completeness::Required;
}

void SettingsDesk::begin()
{
    if (m_stage != Stage::Waiting) {
        return; // it was stopped before it began
    }
    if (m_source.loaded && !m_source.loaded->missing.empty()) {
        m_stage = Stage::NeedsSetup;
        LOG_WARNING(Config, "the pool is not started: {}",
                    m_source.loaded->missing.front().describe());
        m_statistics.post([](Statistics& statistics) {
            statistics.setState(interfaces::EngineState::NeedsSetup);
        });
        return;
    }
    m_stage = Stage::Running;
    m_pool.start(m_options);
    keepAsLastGood();
}

SettingsDraft SettingsDesk::draft(const std::vector<interfaces::SettingChange>& changes)
{
    return makeDraft(m_source.request, changes, m_files);
}

SettingsReply SettingsDesk::replyFor(const config::Settings& after) const
{
    SettingsReply reply;
    for (auto& change : config::changedSettings(m_source.loaded->settings, after)) {
        if (change.takesEffect == config::TakesEffect::AtStart) {
            reply.needsRestart.push_back(change.name);
        }
        reply.changed.push_back(std::move(change.name));
    }
    return reply;
}

void SettingsDesk::execute(const interfaces::ValidateSettings& command, const Reply& reply)
{
    if (!m_source.loaded) {
        reply(noFile());
        return;
    }
    const SettingsDraft made = draft(command.changes);
    reply(CommandAnswer(made.loaded ? replyFor(made.loaded->settings) : faulty(made.faults)));
}

void SettingsDesk::execute(const interfaces::ApplySettings& command, const Reply& reply)
{
    if (!m_source.loaded || m_source.request.configPath.empty()) {
        reply(noFile());
        return;
    }
    SettingsDraft made = draft(command.changes);
    if (!made.loaded) {
        reply(CommandAnswer(faulty(std::move(made.faults))));
        return;
    }
    if (const auto written = writeDraft(m_source.request, made, m_files); !written) {
        reply(refuse("settings_unwritable", written.error().detail));
        return;
    }
    reply(CommandAnswer(apply(std::move(*made.loaded))));
}

void SettingsDesk::execute(const interfaces::ReloadSettings&, const Reply& reply)
{
    if (!m_source.loaded) {
        reply(noFile());
        return;
    }
    auto loaded = config::load(m_source.request, m_files);
    if (loaded) {
        reply(CommandAnswer(apply(std::move(*loaded))));
        return;
    }
    SettingsReply faults;
    for (const config::ConfigFault& fault : loaded.error()) {
        LOG_WARNING(Config, "settings not taken: {}", util::sanitize(fault.describe(), 300));
        faults.faults.push_back(toView(fault));
    }
    m_statistics.post([detail = loaded.error().front().describe()](Statistics& statistics) {
        statistics.raiseIssue(ISSUE, detail);
    });
    reply(CommandAnswer(std::move(faults)));
}

SettingsReply SettingsDesk::apply(config::LoadedSettings loaded)
{
    SettingsReply reply = replyFor(loaded.settings);
    for (const config::ConfigWarning& warning : loaded.warnings) {
        LOG_WARNING(Config, "{}", warning.describe());
    }
    LOG_INFO(Config, "settings taken: {} changed{}{}", reply.changed.size(),
             reply.needsRestart.empty() ? "" : ", from the next start on: ",
             fmt::join(reply.needsRestart, ", "));
    m_source.loaded = std::move(loaded);
    const EngineOptions before =
        std::exchange(m_options, mapSettings(m_source.loaded->settings, m_source.cores));
    // Also while it is stopped: found blocks go to the new nodes then, too.
    m_pool.change(before, m_options);
    if (m_stage == Stage::NeedsSetup) {
        m_stage = Stage::Running;
        m_pool.start(m_options);
    }
    if (m_source.onApplied) {
        m_source.onApplied(m_source.loaded->settings);
    }
    m_statistics.post([](Statistics& statistics) { statistics.clearIssue(ISSUE); });
    keepAsLastGood();
    return reply;
}

void SettingsDesk::keepAsLastGood()
{
    const std::filesystem::path& path = m_source.request.configPath;
    if (!m_source.loaded || path.empty()) {
        return;
    }
    const auto text = m_files.read(path, config::MAX_FILE_BYTES);
    const std::filesystem::path copy = config::lastGoodPathFor(path);
    const auto kept = m_files.read(copy, config::MAX_FILE_BYTES);
    if (!text || (kept && *kept == *text)) {
        return;
    }
    // A folder that cannot be written to is common for a service and no reason to complain.
    if (const auto written = config::writeText(copy, *text, accessOf(m_source.request), m_files);
        !written) {
        LOG_DEBUG(Config, "{}", written.error().detail);
    }
}

void SettingsDesk::execute(const interfaces::PreviewPayout& command, const Reply& reply)
{
    const auto snapshot = m_pool.snapshot();
    if (command.changes.empty() || !m_source.loaded) {
        reply(previewPayout(m_options.payout, m_options.node.expectedNetwork, *snapshot));
        return;
    }
    const SettingsDraft made = draft(command.changes);
    if (!made.loaded) {
        const interfaces::SettingFault& fault = made.faults.front();
        reply(util::Unexpected(RequestError{.fault = RequestFault::BadArgument,
                                            .code = fault.code,
                                            .detail = fault.place.key + ": " + fault.detail}));
        return;
    }
    const EngineOptions options = mapSettings(made.loaded->settings, m_source.cores);
    reply(previewPayout(options.payout, options.node.expectedNetwork, *snapshot));
}

void SettingsDesk::execute(const interfaces::StartPool&, const Reply& reply)
{
    switch (m_stage) {
    case Stage::NeedsSetup:
        reply(refuse("needs_setup", m_source.loaded->missing.front().describe()));
        return;
    case Stage::Stopping:
        reply(refuse("pool_is_stopping", {}));
        return;
    case Stage::Stopped:
        m_stage = Stage::Running;
        m_pool.start(m_options);
        break;
    case Stage::Waiting:
    case Stage::Running:
        break;
    }
    reply(done());
}

void SettingsDesk::execute(const interfaces::StopPool&, const Reply& reply)
{
    if (m_stage == Stage::NeedsSetup || m_stage == Stage::Stopped) {
        reply(done());
        return;
    }
    if (m_stage == Stage::Waiting) {
        m_stage = Stage::Stopped;
        m_statistics.post(
            [](Statistics& statistics) { statistics.setState(interfaces::EngineState::Stopped); });
        reply(done());
        return;
    }
    m_stopReplies.push_back(reply);
    if (std::exchange(m_stage, Stage::Stopping) == Stage::Stopping) {
        return;
    }
    m_pool.stop([this] {
        m_stage = Stage::Stopped;
        for (const Reply& waiting : std::exchange(m_stopReplies, {})) {
            waiting(done());
        }
    });
}

void serveSettings(interfaces::CommandBook& book, Hosted<SettingsDesk>& desk)
{
    const auto answerFrom = [&]<class Kind>(const Kind& /*tag*/) {
        book.serve<Kind>([&desk](const Kind& command,
                                 const interfaces::CommandBook::Answer& answer) {
            desk.post([command, answer](SettingsDesk& owner) { owner.execute(command, answer); });
        });
    };
    answerFrom(interfaces::ValidateSettings{});
    answerFrom(interfaces::ApplySettings{});
    answerFrom(interfaces::ReloadSettings{});
    answerFrom(interfaces::PreviewPayout{});
    answerFrom(interfaces::ProbeNode{});
    answerFrom(interfaces::StartPool{});
    answerFrom(interfaces::StopPool{});
}

} // namespace warp::engine
