// A pool that stands still: what the API's tests look at. Test code; set before it is shared.
#pragma once

#include "core/interfaces/pool_service.h"

#include <memory>
#include <utility>

namespace warp::test {

/// A pool that mines and has something in each counter.
inline interfaces::PoolSnapshot busySnapshot()
{
    interfaces::PoolSnapshot snapshot;
    snapshot.version = 7;
    snapshot.state = interfaces::EngineState::Running;
    snapshot.network = bitcoin::Network::Regtest;
    snapshot.tipHeight = 199;
    snapshot.tipHash.bytes[0] = std::byte{0xAB};
    snapshot.jobsMade = 12;
    snapshot.miners = 5;
    snapshot.run.authorizations = 9;
    snapshot.run.disconnections = 4;
    snapshot.shares.accepted = 100;
    snapshot.shares.late = 1;
    snapshot.shares.stale = 3;
    snapshot.shares.duplicate = 2;
    snapshot.shares.acceptedWork = 12.5;
    snapshot.run.blocksFound = 2;
    snapshot.run.blocksRejected = 1;
    interfaces::BlockRecord block;
    block.height = 198;
    block.state = interfaces::BlockState::Accepted;
    block.worker = "secret-worker";
    block.payments.emplace_back().address = "secret-address";
    snapshot.blocks.push_back(std::move(block));
    snapshot.listening = {"10.9.8.7:3333"};
    interfaces::NodeView node;
    node.host = "secret-host:8332";
    node.state = "node_ready";
    node.network = bitcoin::Network::Regtest;
    node.height = 199;
    node.headers = 250;
    node.verifiedPermille = 345;
    node.isActive = true;
    node.feeds.emplace_back().topic = "hashblock";
    node.feeds.back().messages = 6;
    snapshot.nodes.push_back(std::move(node));
    snapshot.work.audit.state = interfaces::AuditState::Green;
    snapshot.work.job.height = 200;
    snapshot.work.job.coinbaseValue = util::Satoshi(2'500'000'000);
    snapshot.luck.hashrate = util::Hashrate(1e12);
    snapshot.luck.networkDifficulty = util::Difficulty(0.5);
    snapshot.latency.shareReply.add(std::chrono::microseconds(3), 100);
    snapshot.latency.rpc.push_back({.kind = "template", .answers = {}});
    snapshot.latency.rpc.back().answers.add(std::chrono::milliseconds(4));
    const auto worker = [](std::string name, std::uint32_t sessions) {
        interfaces::WorkerView view;
        view.name = std::move(name);
        view.sessions = sessions;
        view.shares.accepted = 50;
        return view;
    };
    snapshot.workers = interfaces::SharedList<interfaces::WorkerView>(
        std::vector{worker("evil\"}\n\\", 1), worker("rig", 2), worker("away", 0)});
    return snapshot;
}

class StillPool final : public interfaces::PoolService
{
public:
    explicit StillPool(interfaces::PoolSnapshot snapshot = busySnapshot())
    {
        set(std::move(snapshot));
    }

    void set(interfaces::PoolSnapshot snapshot)
    {
        m_snapshot = std::make_shared<const interfaces::PoolSnapshot>(std::move(snapshot));
    }

    [[nodiscard]] std::shared_ptr<const interfaces::PoolSnapshot> snapshot() const override
    {
        return m_snapshot;
    }
    [[nodiscard]] std::unique_ptr<util::Subscription>
    subscribe(interfaces::EventFn /*onEvent*/) override
    {
        return nullptr;
    }
    [[nodiscard]] util::RequestHandle query(const interfaces::Query& /*query*/,
                                            util::Executor& /*replyOn*/,
                                            util::Reply<interfaces::QueryReply> /*reply*/) override
    {
        return nullptr;
    }
    [[nodiscard]] util::RequestHandle
    execute(const interfaces::Command& /*command*/, util::Executor& /*replyOn*/,
            util::Reply<interfaces::CommandReply> /*reply*/) override
    {
        return nullptr;
    }

private:
    std::shared_ptr<const interfaces::PoolSnapshot> m_snapshot;
};

/// A clock that is set by hand.
class HandClock final : public util::Clock
{
public:
    [[nodiscard]] util::BootTime boot() const override { return util::BootTime(now); }
    [[nodiscard]] util::WallReading wall() const override
    {
        return {.time = util::WallTime(std::chrono::duration_cast<std::chrono::milliseconds>(now))};
    }

    util::Duration now = std::chrono::seconds(1'700'000'000);
};

} // namespace warp::test
