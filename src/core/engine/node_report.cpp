#include "core/engine/node_report.h"

#include "core/node/block_notice.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace warp::engine {

namespace {

using Duty = node::NodeStatus::Duty;

/// As the nodes stand in the configuration.
std::string label(std::size_t index)
{
    return index == 0 ? "primary" : fmt::format("backup_{}", index);
}

interfaces::FeedView toView(const node::FeedStatus& feed)
{
    return {.topic = std::string(name(feed.topic)),
            .isConnected = feed.isConnected,
            .isSilent = feed.isSilent,
            .lastMessage = feed.lastMessage,
            .messages = feed.messages,
            .gaps = feed.gaps,
            .renewals = feed.renewals};
}

} // namespace

interfaces::NodeView toView(const node::NodeStatus& status)
{
    interfaces::NodeView view{.host = status.host,
                              .state = std::string(code(status.state)),
                              .detail = status.error.message,
                              .network = std::nullopt,
                              .height = -1,
                              .isActive = status.duty == Duty::Active,
                              .isInitialDownload = false,
                              .isPruned = false,
                              .tipTime = std::nullopt,
                              .feeds = {},
                              .headers = -1,
                              .verifiedPermille = std::nullopt};
    if (status.chain) {
        view.network = status.chain->network;
        view.height = status.chain->tip.height;
        view.isInitialDownload = status.chain->isInitialDownload;
        view.isPruned = status.chain->isPruned;
        view.headers = status.chain->headers;
        view.verifiedPermille = status.chain->verifiedPermille;
        if (status.chain->tipTime != 0) {
            view.tipTime = util::WallTime(std::chrono::seconds(status.chain->tipTime));
        }
    }
    for (const node::FeedStatus& feed : status.feeds) {
        view.feeds.push_back(toView(feed));
    }
    return view;
}

std::map<std::string, std::string> issuesOf(const std::vector<node::NodeStatus>& nodes)
{
    std::map<std::string, std::string> issues;
    const bool hasActive =
        std::ranges::find(nodes, Duty::Active, &node::NodeStatus::duty) != nodes.end();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const node::NodeStatus& each = nodes[i];
        if (each.duty == Duty::Active && i != 0) {
            issues.emplace("node_on_backup", label(i));
        }
        // The state of the active one, or of the primary before there is one, is the pool's own.
        const bool isOwn = each.duty == Duty::Active || (!hasActive && i == 0);
        if (!isOwn && each.state != node::NodeState::Ready &&
            each.state != node::NodeState::Unknown) {
            issues.emplace(fmt::format("{}:{}", code(each.state), label(i)), each.error.message);
        }
        for (const node::FeedStatus& feed : each.feeds) {
            if (feed.isSilent) {
                issues.emplace("zmq_silent:" + label(i), name(feed.topic));
            }
        }
    }
    return issues;
}

void NodeReport::publish(const std::vector<node::NodeStatus>& nodes)
{
    std::vector<interfaces::NodeView> views;
    views.reserve(nodes.size());
    for (const node::NodeStatus& status : nodes) {
        views.push_back(toView(status));
    }
    auto issues = issuesOf(nodes);
    for (const auto& [code, detail] : std::exchange(m_issues, issues)) {
        if (!issues.contains(code)) {
            m_statistics.post([code](Statistics& statistics) { statistics.clearIssue(code); });
        }
    }
    for (const auto& [code, detail] : issues) {
        m_statistics.post(
            [code, detail](Statistics& statistics) { statistics.raiseIssue(code, detail); });
    }
    m_statistics.post([views = std::move(views)](Statistics& statistics) mutable {
        statistics.setNodes(std::move(views));
    });
}

} // namespace warp::engine
