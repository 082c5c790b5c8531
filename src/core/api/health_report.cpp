#include "core/api/health_report.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace warp::api {

namespace {

using interfaces::EngineState;
using interfaces::HealthIssue;
using interfaces::PoolSnapshot;

enum class Area : std::uint8_t { Engine, Node, Work, Payout, Listeners, Blocks, Storage, Api };

constexpr std::array<std::string_view, 8> AREA_NAMES{"engine",    "node",   "work",    "payout",
                                                     "listeners", "blocks", "storage", "api"};

/// Which area an issue belongs to, and how grave it is there.
struct IssueRule
{
    std::string_view prefix; ///< of its code; the first that fits counts
    Area area;
    HealthState state;
};

constexpr std::array<IssueRule, 21> RULES{{
    {"node_on_backup", Area::Node, HealthState::Degraded},
    {"node_", Area::Node, HealthState::Failed},
    {"signet_", Area::Node, HealthState::Failed},
    {"zmq_", Area::Node, HealthState::Degraded},
    {"payout_", Area::Payout, HealthState::Failed},
    {"job_not_built", Area::Work, HealthState::Failed},
    {"coinbase_", Area::Work, HealthState::Failed},
    {"block_proposal_", Area::Work, HealthState::Failed},
    {"work_", Area::Work, HealthState::Failed},
    {"audit_", Area::Work, HealthState::Failed},
    {"listener_", Area::Listeners, HealthState::Degraded},
    {"tls_", Area::Listeners, HealthState::Degraded},
    {"block_at_risk", Area::Blocks, HealthState::Failed},
    {"spool_", Area::Blocks, HealthState::Degraded},
    {"data_folder_", Area::Storage, HealthState::Degraded},
    {"disk_", Area::Storage, HealthState::Degraded},
    {"store_", Area::Storage, HealthState::Degraded},
    {"history_", Area::Storage, HealthState::Degraded},
    {"status_", Area::Api, HealthState::Degraded},
    {"api_", Area::Api, HealthState::Degraded},
    {"", Area::Engine, HealthState::Degraded},
}};

const IssueRule& ruleOf(std::string_view code)
{
    const auto* const found =
        std::find_if(RULES.begin(), RULES.end() - 1,
                     [code](const auto& rule) { return code.starts_with(rule.prefix); });
    return *found;
}

/// A code may name its object behind a colon, such as a port or a node.
HealthState gravityOf(const PoolSnapshot& snapshot, const HealthIssue& issue)
{
    if (issue.severity == interfaces::Severity::Critical) {
        return HealthState::Failed;
    }
    const IssueRule& rule = ruleOf(issue.code);
    const bool isOneOfSeveral =
        rule.area == Area::Node && issue.code.find(':') != std::string::npos;
    if (isOneOfSeveral || (snapshot.state == EngineState::Starting && rule.area == Area::Node)) {
        return HealthState::Degraded;
    }
    if (rule.area == Area::Listeners && snapshot.listening.empty()) {
        return HealthState::Failed;
    }
    return rule.state;
}

HealthCheck engineCheck(EngineState state)
{
    HealthCheck check{.name = AREA_NAMES[0], .code = "ok", .detail = {}};
    if (state == EngineState::Running) {
        return check;
    }
    check.state = state == EngineState::Failed || state == EngineState::NoWork
                      ? HealthState::Failed
                      : HealthState::Degraded;
    check.code = name(state);
    return check;
}

bool isWaiting(EngineState state)
{
    return state == EngineState::NeedsSetup || state == EngineState::Starting ||
           state == EngineState::Stopping;
}

/// What is missing without anybody having raised an issue.
void judgeAbsences(const PoolSnapshot& snapshot, std::vector<HealthCheck>& checks)
{
    const auto judge = [&](Area area, bool isMissing, std::string_view code) {
        HealthCheck& check = checks.at(static_cast<std::size_t>(area));
        if (isMissing && check.state == HealthState::Ok) {
            check.state = isWaiting(snapshot.state) ? HealthState::Degraded : HealthState::Failed;
            check.code = code;
        }
    };
    const bool hasNode = std::any_of(snapshot.nodes.begin(), snapshot.nodes.end(),
                                     [](const auto& node) { return node.isActive; });
    judge(Area::Node, !hasNode, "node_unknown");
    judge(Area::Work, snapshot.jobsMade == 0, "no_work_yet");
    judge(Area::Work, snapshot.work.audit.state == interfaces::AuditState::Red, "audit_red");
    judge(Area::Listeners, snapshot.listening.empty(), "nothing_listens");
}

} // namespace

std::string_view name(HealthState state)
{
    constexpr std::array<std::string_view, 3> NAMES{"ok", "degraded", "failed"};
    return NAMES.at(static_cast<std::size_t>(state));
}

std::vector<HealthCheck> checksOf(const PoolSnapshot& snapshot)
{
    std::vector<HealthCheck> checks{engineCheck(snapshot.state)};
    for (std::size_t i = 1; i < AREA_NAMES.size(); ++i) {
        checks.push_back({.name = AREA_NAMES.at(i), .code = "ok", .detail = {}});
    }
    for (const HealthIssue& issue : snapshot.issues) {
        HealthCheck& check = checks.at(static_cast<std::size_t>(ruleOf(issue.code).area));
        const HealthState gravity = gravityOf(snapshot, issue);
        if (gravity > check.state) {
            check.state = gravity;
            check.code = issue.code;
            check.detail = issue.detail;
        }
    }
    judgeAbsences(snapshot, checks);
    return checks;
}

HealthState overall(const std::vector<HealthCheck>& checks)
{
    HealthState worst = HealthState::Ok;
    for (const HealthCheck& check : checks) {
        worst = std::max(worst, check.state);
    }
    return worst;
}

std::string_view unreadiness(const PoolSnapshot& snapshot)
{
    const bool hasNode =
        std::any_of(snapshot.nodes.begin(), snapshot.nodes.end(),
                    [](const auto& node) { return node.isActive && node.state == "node_ready"; });
    if (!hasNode) {
        return "node_not_ready";
    }
    return snapshot.state == EngineState::Running && snapshot.jobsMade > 0 ? std::string_view()
                                                                           : "no_work";
}

} // namespace warp::api
