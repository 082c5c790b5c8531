// RpcNode on a FakeNode, with everything that it tells. Lives in the test's thread.
#pragma once

#include "core/node/rpc_node.h"
#include "core/util/hex.h"
#include "tests/core/node/fake_node.h"

#include <QByteArray>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::test {

struct Told
{
    util::BootTime at{};
    std::string what; ///< "state node_ready", "template 1", "tip 1"
};

class NodeBench
{
public:
    /// @param options  the URL may be left out
    explicit NodeBench(node::NodeOptions options = {})
    {
        options.url = "http://node:8332";
        rpc = std::make_unique<node::RpcNode>(world.executor, world.network, world.clock,
                                              world.files, std::move(options));
        m_state = rpc->watchState([this](node::NodeState newState, const node::NodeError& newError,
                                         const std::optional<node::ChainInfo>& newChain) {
            if (state != newState) {
                tell("state " + std::string(code(newState)));
            }
            state = newState;
            error = newError;
            chain = newChain;
        });
        m_template =
            rpc->watchTemplates([this](const std::shared_ptr<const mining::BlockTemplate>& given) {
                tell("template " + shortHash(given->previous));
            });
        m_tip = rpc->watch([this](const node::Tip& newTip) {
            tip = newTip;
            tell("tip " + shortHash(newTip.hash));
        });
    }

    /// What is told within `duration`, with commas.
    QByteArray run(util::Duration duration)
    {
        told.clear();
        world.executor.runFor(duration);
        std::string out;
        for (const Told& entry : told) {
            out += (out.empty() ? "" : ", ") + entry.what;
        }
        return QByteArray::fromStdString(out);
    }
    /// Time until the state is this one; nothing where it takes more than a minute.
    std::optional<util::Duration> timeUntil(node::NodeState wanted)
    {
        const util::BootTime start = world.clock.now;
        if (!world.executor.runUntil([&] { return state == wanted; }, std::chrono::minutes(1))) {
            return std::nullopt;
        }
        return world.clock.now - start;
    }
    [[nodiscard]] bool becomes(node::NodeState wanted, util::Duration within)
    {
        const auto time = timeUntil(wanted);
        return time && *time <= within;
    }
    node::TemplateResult fetch(util::Duration timeout = std::chrono::seconds(30))
    {
        std::optional<node::TemplateResult> result;
        util::RequestHandle handle;
        handle = rpc->fetch(timeout, [&](node::TemplateResult answer) {
            handle.reset();
            result.emplace(std::move(answer));
        });
        static_cast<void>(world.executor.runUntil([&] { return result.has_value(); }, 2 * timeout));
        return result.value_or(util::Unexpected(node::NodeError{.message = "no reply"}));
    }

    /// A message "hashblock" of this tip.
    void announce(std::uint32_t number, std::uint32_t sequence)
    {
        const auto hash = util::fromHex(FakeNode::hashText(number)).value_or(util::Bytes{});
        world.network.publish("hashblock", hash, sequence);
    }

    [[nodiscard]] static std::string shortHash(const bitcoin::Hash256& hash)
    {
        std::string text = toDisplayHex(hash);
        text.erase(0, text.find_first_not_of('0'));
        return text;
    }

    FakeWorld world;
    FakeNode server{world};
    std::unique_ptr<node::RpcNode> rpc;
    node::NodeState state = node::NodeState::Unknown;
    node::NodeError error;
    std::optional<node::ChainInfo> chain;
    std::optional<node::Tip> tip;
    std::vector<Told> told;

private:
    void tell(std::string what) { told.push_back({world.clock.now, std::move(what)}); }

    std::unique_ptr<util::Subscription> m_state;
    std::unique_ptr<util::Subscription> m_template;
    std::unique_ptr<util::Subscription> m_tip;
};

} // namespace warp::test
