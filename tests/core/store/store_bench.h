// A store on a virtual executor and a real folder, for tests. Test code; one thread.
#pragma once

#include "core/sim/scheduler.h"
#include "core/sim/virtual_files.h"
#include "core/store/store.h"
#include "tests/core/engine/mixed_files.h"
#include "tests/core/store/store_fixtures.h"

#include <QTemporaryDir>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::test {

/// A store on a virtual executor and a real folder.
class StoreBench
{
    QTemporaryDir m_folder; // before what uses it

public:
    StoreBench()
    {
        options.place = path().string();
        options.bootId = BOOT_ID;
        options.commitInterval = std::chrono::seconds(10);
    }
    ~StoreBench() { stop(); }
    StoreBench(const StoreBench&) = delete;
    StoreBench& operator=(const StoreBench&) = delete;

    [[nodiscard]] std::filesystem::path folder() const { return m_folder.path().toStdString(); }
    [[nodiscard]] std::filesystem::path path() const { return folder() / "pool" / "pool.db"; }

    void makeFolder() { std::filesystem::create_directories(path().parent_path()); }

    void start()
    {
        onStore([this] {
            m_store = std::make_unique<store::Store>(
                store::Store::Surroundings{
                    .executor = *m_executor, .clock = scheduler, .files = files, .inbox = inbox},
                options,
                store::Store::Callbacks{
                    .onOpened = [this](store::Remembered found) { remembered.push_back(found); },
                    .onIssue = [this](const std::string& code,
                                      const std::string& detail) { issues[code] = detail; },
                    .onIssueOver = [this](const std::string& code) { issues.erase(code); }});
        });
    }
    void stop()
    {
        if (m_store) {
            onStore([this] { m_store.reset(); });
        }
    }
    void onStore(const util::Task& task) { scheduler.runOn(*m_executor, task); }
    [[nodiscard]] store::Store& store() { return *m_store; }

    /// Adds a minute of shares at the present time.
    void addShares(std::uint64_t shares)
    {
        store::HistoryBatch batch;
        const auto now = std::chrono::floor<std::chrono::minutes>(scheduler.wall().time);
        addMinute(batch, "", minute(now, shares));
        addMinute(batch, "rig", minute(now, shares));
        inbox.add(std::move(batch));
    }
    interfaces::QueryReply ask(const interfaces::Query& query)
    {
        interfaces::QueryReply reply = util::Unexpected(interfaces::RequestError{});
        onStore([&] { reply = m_store->answer(query); });
        return reply;
    }
    /// Shares of the pool that the store knows of; nothing while it cannot say.
    std::optional<std::uint64_t> shares()
    {
        const auto reply = ask(interfaces::HistoryQuery{.worker = {},
                                                        .span = interfaces::BucketSpan::Day,
                                                        .from = EPOCH_2026,
                                                        .to = at(std::chrono::hours(24 * 90))});
        if (!reply) {
            return std::nullopt;
        }
        std::uint64_t sum = 0;
        for (const auto& bucket : std::get<interfaces::HistoryReply>(*reply).buckets) {
            sum += bucket.accepted;
        }
        return sum;
    }
    [[nodiscard]] std::vector<std::string> quarantined() const
    {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path().parent_path())) {
            const std::string name = entry.path().filename().string();
            if (name.find(".quarantined-") != std::string::npos) {
                names.push_back(name);
            }
        }
        return names;
    }

    sim::Scheduler scheduler{sim::SchedulerOptions{.seed = 1}};
    store::Inbox inbox;
    store::StoreOptions options;
    std::map<std::string, std::string> issues;
    std::vector<store::Remembered> remembered;
    sim::VirtualFiles world; ///< says how much space the disk has
    MixedFiles files{world, folder().string()};

private:
    std::unique_ptr<util::Executor> m_executor = scheduler.createExecutor("store");
    std::unique_ptr<store::Store> m_store;
};

} // namespace warp::test
