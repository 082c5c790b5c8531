// A courier with nodes that answer when the test says so, a spool on a virtual disk and statistics,
// on the virtual scheduler.
#pragma once

#include "core/engine/courier.h"

#include "core/sim/scheduler.h"
#include "core/sim/virtual_files.h"
#include "tests/core/mining/mining_fixtures.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace warp::test {

class RequestToken final : public util::Handle
{
public:
    explicit RequestToken(std::shared_ptr<bool> alive)
        : m_alive(std::move(alive))
    {}
    ~RequestToken() override { *m_alive = false; }
    RequestToken(const RequestToken&) = delete;
    RequestToken& operator=(const RequestToken&) = delete;

private:
    std::shared_ptr<bool> m_alive;
};

/// Remembers what is asked. Submissions are answered when the test says so, questions at once where
/// `locations` knows the block, otherwise by `location`.
class FakeSubmitter final : public node::BlockSubmitter
{
public:
    struct Call
    {
        std::shared_ptr<const node::BlockBytes> block;
        util::Reply<node::SubmitOutcome> reply;
        std::shared_ptr<bool> isAlive;
    };

    explicit FakeSubmitter(util::Executor& executor)
        : m_executor(executor)
    {}

    util::RequestHandle submit(std::shared_ptr<const node::BlockBytes> block, util::Duration,
                               util::Reply<node::SubmitOutcome> reply) override
    {
        auto alive = std::make_shared<bool>(true);
        calls.push_back({std::move(block), std::move(reply), alive});
        return std::make_unique<RequestToken>(alive);
    }
    util::RequestHandle locate(const bitcoin::Hash256& hash, util::Duration,
                               util::Reply<node::BlockLocation> reply) override
    {
        ++questions;
        if (isDeaf) {
            return std::make_unique<RequestToken>(std::make_shared<bool>(true));
        }
        const auto known = locations.find(hash);
        return answer(std::move(reply), known == locations.end() ? location : known->second);
    }
    util::RequestHandle prefer(const bitcoin::Hash256& hash, util::Duration,
                               util::Reply<node::PreferOutcome> reply) override
    {
        preferred.push_back(hash);
        return answer(std::move(reply), preference);
    }
    util::RequestHandle coinbaseOutputs(const bitcoin::Hash256&, util::Duration,
                                        util::Reply<node::OutputsResult> reply) override
    {
        return answer(std::move(reply), outputs);
    }

    std::vector<Call> calls;
    std::size_t questions = 0;
    bool isDeaf = false; ///< questions are never answered
    node::BlockLocation location{.standing = node::BlockStanding::NotFound, .isAnswered = true};
    std::map<bitcoin::Hash256, node::BlockLocation> locations;
    std::vector<bitcoin::Hash256> preferred;
    node::PreferOutcome preference = node::PreferOutcome::NotDone;
    node::OutputsResult outputs;

private:
    template <class T>
    util::RequestHandle answer(util::Reply<T> reply, T value)
    {
        auto alive = std::make_shared<bool>(true);
        m_executor.post([reply = std::move(reply), value = std::move(value), alive] {
            if (*alive) {
                reply(value);
            }
        });
        return std::make_unique<RequestToken>(alive);
    }

    util::Executor& m_executor;
};

class CourierBench
{
public:
    static constexpr auto FOLDER = "/data/spool";

    explicit CourierBench(std::size_t nodeCount = 1)
        : nodes(nodeCount)
    {
        statisticsExecutor = scheduler.createExecutor("stats");
        spoolExecutor = scheduler.createExecutor("spool");
        statistics.attach(*statisticsExecutor);
        spool.attach(*spoolExecutor);
        statistics.emplace([this] {
            return std::make_unique<engine::Statistics>(
                *statisticsExecutor, scheduler, snapshots,
                [this](const interfaces::PoolEvent& event) { events.push_back(event); });
        });
        start();
    }
    ~CourierBench()
    {
        end();
        statistics.reset({});
        spoolExecutor.reset();
        statisticsExecutor.reset();
    }
    CourierBench(const CourierBench&) = delete;
    CourierBench& operator=(const CourierBench&) = delete;

    /// A courier and a spool, on what is on the disk.
    void start()
    {
        courierExecutor = scheduler.createExecutor("courier");
        courier.attach(*courierExecutor);
        courier.emplace([this] {
            engine::NodeLinks links;
            for (FakeSubmitter*& node : nodes) {
                auto made = std::make_unique<FakeSubmitter>(*courierExecutor);
                node = made.get();
                node->location = firstLocation;
                links.push_back(
                    {.name = "node" + std::to_string(links.size()), .submitter = std::move(made)});
            }
            return std::make_unique<engine::Courier>(
                engine::Courier::Surroundings{.executor = *courierExecutor,
                                              .clock = scheduler,
                                              .statistics = statistics,
                                              .spool = spool},
                std::move(links), engine::Courier::Options{.spoolFolder = FOLDER},
                [this] { ++acceptedCount; });
        });
        settle();
        submitter = nodes.front();
        spool.emplace([this] {
            return std::make_unique<engine::BlockSpool>(
                *spoolExecutor, files, FOLDER, statistics,
                engine::BlockSpool::Callbacks{
                    .onLoaded =
                        [this](const std::vector<engine::SpooledBlock>& blocks) {
                            courier.post(
                                [blocks](engine::Courier& target) { target.replay(blocks); });
                        },
                    .onRead =
                        [this](const engine::SpooledBlock& block) {
                            courier.post(
                                [block](engine::Courier& target) { target.redeliver(block); });
                        }});
        });
        settle();
    }
    void end()
    {
        courier.reset({});
        spool.reset({});
        settle();
        courierExecutor.reset();
    }

    void settle() { scheduler.runFor({}); }
    mining::FoundBlock find(const std::string& previous, std::uint32_t nonce)
    {
        const auto job =
            m_factory.make(test::sharedTemplate({.previous = previous}), 1, test::at({}));
        const mining::Share share{.job = (*job)->id, .time = (*job)->time, .nonce = nonce};
        const auto hashed = mining::hashShare(**job, {}, share, (*job)->source->version);
        return {.job = *job, .header = hashed.header, .hash = hashed.hash};
    }
    void deliver(const mining::FoundBlock& block)
    {
        courier.post([block](engine::Courier& target) {
            target.deliver(block, "rig", bitcoin::Network::Regtest);
        });
        settle();
    }
    void answer(std::size_t call, node::SubmitVerdict verdict, const std::string& reason = {},
                std::size_t number = 0)
    {
        const FakeSubmitter::Call made = nodes.at(number)->calls.at(call);
        if (verdict == node::SubmitVerdict::Accepted ||
            verdict == node::SubmitVerdict::AlreadyThere) {
            nodes.at(number)->locations.try_emplace(
                made.block->hash, node::BlockLocation{.standing = node::BlockStanding::BestChain,
                                                      .confirmations = 1,
                                                      .isAnswered = true});
        }
        courierExecutor->post([made, verdict, reason] {
            if (*made.isAlive) {
                made.reply({verdict, reason});
            }
        });
        settle();
    }
    void locate(const mining::FoundBlock& block, node::BlockStanding standing,
                std::int64_t confirmations = 0, std::size_t number = 0)
    {
        nodes.at(number)->locations[block.hash] = {
            .standing = standing, .confirmations = confirmations, .isAnswered = true};
    }
    void tip(std::int64_t height)
    {
        courier.post([height](engine::Courier& target) { target.onTip(height, std::nullopt); });
        settle();
    }
    const interfaces::BlockRecord* recordOf(const mining::FoundBlock& block)
    {
        m_shown = snapshots.load();
        const auto found =
            std::find_if(m_shown->blocks.begin(), m_shown->blocks.end(),
                         [&](const auto& record) { return record.hash == block.hash; });
        return found == m_shown->blocks.end() ? nullptr : &*found;
    }
    interfaces::BlockState stateOf(const mining::FoundBlock& block)
    {
        const auto* record = recordOf(block);
        return record == nullptr ? interfaces::BlockState::Pending : record->state;
    }
    [[nodiscard]] std::size_t eventCount(interfaces::EventKind kind) const
    {
        return static_cast<std::size_t>(std::count_if(
            events.begin(), events.end(), [&](const auto& event) { return event.kind == kind; }));
    }
    [[nodiscard]] bool hasFile(const mining::FoundBlock& block)
    {
        const auto path = engine::BlockSpool::pathOf(FOLDER, block.hash);
        return files.read(path, engine::MAX_SPOOL_FILE_BYTES).hasValue();
    }

    sim::Scheduler scheduler{sim::SchedulerOptions{.seed = 1}};
    sim::VirtualFiles files;
    util::Published<interfaces::PoolSnapshot> snapshots{
        std::make_shared<const interfaces::PoolSnapshot>()};
    std::vector<interfaces::PoolEvent> events;
    int acceptedCount = 0;
    /// What nodes say from the start of blocks that no test spoke of.
    node::BlockLocation firstLocation{.standing = node::BlockStanding::NotFound,
                                      .isAnswered = true};
    std::vector<FakeSubmitter*> nodes;
    FakeSubmitter* submitter = nullptr; ///< the first
    engine::Hosted<engine::Statistics> statistics;
    engine::Hosted<engine::BlockSpool> spool;
    engine::Hosted<engine::Courier> courier;
    std::unique_ptr<util::Executor> statisticsExecutor;
    std::unique_ptr<util::Executor> spoolExecutor;
    std::unique_ptr<util::Executor> courierExecutor;

private:
    mining::JobFactory m_factory = test::makeFactory();
    std::shared_ptr<const interfaces::PoolSnapshot> m_shown;
};

} // namespace warp::test
