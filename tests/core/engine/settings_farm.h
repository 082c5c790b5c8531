// A farm whose engine has its settings from a file on the virtual disk, and a way to change them
// while it runs. Test code; one thread.
#pragma once

#include "core/config/loader.h"
#include "core/engine/settings_desk.h"
#include "tests/core/engine/farm.h"

#include <QTest>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warp::test {

inline constexpr auto SETTINGS_FILE = "/etc/warppool/config.toml";
inline constexpr auto OTHER_ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"; // BIP 173

/// What goes with farmListener() and engineOptions().
inline std::string farmSettings()
{
    return std::string("# as of the farm\n[node]\nrpc_url = \"") + sim::World::NODE_URL +
           "\"\nrpc_cookie = \"" + sim::World::COOKIE_FILE +
           "\"\nchain = \"regtest\"\n\n[mining]\npayout_address = \"" + PAYOUT_ADDRESS +
           "\"  # mine\npooltag_prefix = \"farm\"\n\n[server]\ndata_dir = \"/data\"\n"
           "pool_listen = \":3333\"\nv2_listen = \"\"\nio_threads = 2\n\n[vardiff]\n"
           "min_diff = 0.000000000001\ninitial_diff = 0.00000006\n"
           "target_seconds_per_share = 2\n";
}

/// What a pool says to a question; NotAvailable without a code where it says nothing.
inline interfaces::QueryReply askPool(sim::World& world, util::Executor& asker,
                                      engine::Engine& pool, const interfaces::Query& question)
{
    std::optional<interfaces::QueryReply> answer;
    util::RequestHandle handle;
    world.scheduler().runOn(asker, [&] {
        handle = pool.query(question, asker,
                            [&](const interfaces::QueryReply& reply) { answer = reply; });
    });
    static_cast<void>(
        world.scheduler().runUntil([&] { return answer.has_value(); }, std::chrono::seconds(10)));
    world.scheduler().runOn(asker, [&] { handle.reset(); });
    return answer.value_or(util::Unexpected(interfaces::RequestError{}));
}

class SettingsFarm
{
public:
    using Changes = std::vector<interfaces::SettingChange>;

    explicit SettingsFarm(std::uint64_t seed, const std::string& text = farmSettings(),
                          sim::WorldOptions options = {}, const std::string& storePlace = {})
        : world([&] {
            if (options.startHeight == 0) {
                options = worldOptions(seed);
            }
            options.scheduler.seed = seed;
            return options;
        }())
    {
        m_storePlace = storePlace;
        writeFile(text);
        restart();
    }

    void writeFile(const std::string& text)
    {
        QVERIFY(world.files().makeDirectories("/etc/warppool"));
        QVERIFY(world.files().write(SETTINGS_FILE, util::asBytes(text), util::FileAccess::Shared));
    }
    [[nodiscard]] std::string readFile(const std::string& path = SETTINGS_FILE)
    {
        return world.files().read(path, 100'000).valueOr("");
    }

    /// As the program starts; false where it would end with the faults of the file.
    bool restart()
    {
        config::LoadRequest request;
        request.configPath = SETTINGS_FILE;
        request.environment["HOME"] = "/home/miner";
        request.overrides = overrides;
        request.completeness = config::Completeness::Optional;
        auto loaded = config::load(request, world.files());
        if (!loaded) {
            return false;
        }
        engine::EngineOptions options = engine::mapSettings(loaded->settings, 2);
        options.storePlace = m_storePlace; // a database is on the real disk
        pool = std::make_unique<engine::Engine>(
            engine::Platform{.executors = world.scheduler(),
                             .clock = world.scheduler(),
                             .random = world.random(),
                             .files = world.files(),
                             .network = world.network()},
            options,
            engine::SettingsSource{
                .request = request,
                .cores = 2,
                .loaded = std::move(*loaded),
                .onApplied = [this](const config::Settings& settings) { applied = settings; }});
        pool->start(nullptr);
        return true;
    }

    /// What the pool says to a command.
    template <class Command>
    [[nodiscard]] interfaces::CommandReply ask(const Command& command)
    {
        std::optional<interfaces::CommandReply> answer;
        util::RequestHandle handle;
        world.scheduler().runOn(*asker, [&] {
            handle = pool->execute(interfaces::Command(command), *asker,
                                   [&](const interfaces::CommandReply& reply) { answer = reply; });
        });
        const bool isAnswered = world.scheduler().runUntil([&] { return answer.has_value(); },
                                                           std::chrono::seconds(10));
        world.scheduler().runOn(*asker, [&] { handle.reset(); });
        if (!isAnswered) {
            QTest::qFail("the pool did not answer", __FILE__, __LINE__);
            return interfaces::CommandAnswer(interfaces::Done{});
        }
        return *answer;
    }
    /// What the pool says to a question.
    [[nodiscard]] interfaces::QueryReply query(const interfaces::Query& question)
    {
        return askPool(world, *asker, *pool, question);
    }
    /// Of a command about settings; the test fails where it is refused.
    template <class Command>
    [[nodiscard]] interfaces::SettingsReply settings(const Command& command)
    {
        const interfaces::CommandReply answer = ask(command);
        if (!answer || !std::holds_alternative<interfaces::SettingsReply>(*answer)) {
            QTest::qFail("the command was refused", __FILE__, __LINE__);
            return {};
        }
        return std::get<interfaces::SettingsReply>(*answer);
    }
    /// Applies them; false where there is a fault.
    [[nodiscard]] bool apply(Changes changes)
    {
        return settings(interfaces::ApplySettings{std::move(changes)}).faults.empty();
    }

    const sim::SimulatedMiner* addMiner(const std::string& user, double hashrate,
                                        std::uint16_t port = POOL_PORT)
    {
        sim::MinerOptions options;
        options.pool = {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = port};
        options.user = user;
        options.hashrate = util::Hashrate(hashrate);
        options.slice = std::chrono::milliseconds(500);
        return &world.addMiner(options);
    }
    void run(util::Duration duration) { world.scheduler().runFor(duration); }
    [[nodiscard]] auto snapshot() const { return pool->snapshot(); }
    [[nodiscard]] bool hasIssue(const std::string& code) const
    {
        const auto current = pool->snapshot();
        return std::ranges::any_of(current->issues,
                                   [&](const auto& issue) { return issue.code == code; });
    }
    [[nodiscard]] std::vector<sim::BlockAccepted> ownBlocks() const
    {
        std::vector<sim::BlockAccepted> own;
        for (const sim::BlockAccepted& block : world.acceptedBlocks()) {
            if (block.source == sim::BlockSource::Submitted) {
                own.push_back(block);
            }
        }
        return own;
    }
    [[nodiscard]] bool stop()
    {
        bool isDone = false;
        pool->stop([&] { isDone = true; });
        return world.scheduler().runUntil([&] { return isDone; }, std::chrono::seconds(30));
    }

    sim::World world;
    std::unique_ptr<util::Executor> asker = world.scheduler().createExecutor("asker");
    std::unique_ptr<engine::Engine> pool;
    std::optional<config::Settings> applied; ///< as last told
    std::vector<std::string> overrides;      ///< of --set, for the next start

private:
    std::string m_storePlace; ///< empty for none
};

} // namespace warp::test
