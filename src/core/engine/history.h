// The engine's side of the store: starts it, hands it questions and commands, and tells statistics
// what it remembers and what ails it. Owned by the engine, which it outlives in nothing; any thread
// may ask.
#pragma once

#include "core/engine/engine_options.h"
#include "core/engine/history_keeper.h"
#include "core/engine/hosted.h"
#include "core/engine/statistics.h"
#include "core/interfaces/command.h"
#include "core/interfaces/query.h"
#include "core/interfaces/request_desk.h"
#include "core/store/inbox.h"
#include "core/store/store.h"
#include "core/store/worker_directory.h"
#include "core/util/published.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace warp::engine {

class History final
{
public:
    /// Questions and commands that wait at one time; more are refused at once.
    static constexpr std::size_t MAX_REQUESTS = 64;
    /// How long listeners wait for what earlier runs left.
    static constexpr std::chrono::milliseconds LOAD_LIMIT{500};

    using SnapshotSource = std::function<std::shared_ptr<const interfaces::PoolSnapshot>()>;

    History(const Platform& platform, const EngineOptions& options, Hosted<Statistics>& statistics,
            SnapshotSource snapshot);

    void attach(util::Executor& executor) { m_store.attach(executor); }
    /// @param onTried  once, when the store has been read or cannot be read yet; any thread
    void start(util::Task onTried);
    /// Keeps what there is, then calls `done` on the store's executor.
    void stop(util::Task done) { m_store.reset(std::move(done)); }
    /// For Statistics; nullptr where nothing is to be kept.
    [[nodiscard]] std::unique_ptr<HistoryKeeper> createKeeper();

    /// Retention and commit interval are in force without a restart.
    void change(const EngineOptions& options);

    /// Takes over what it can answer.
    void serve(interfaces::RequestDesk& desk);

    /// `answer` is called once, on the store's executor, or at once where too many wait.
    void query(const interfaces::Query& query,
               const std::function<void(interfaces::QueryReply)>& answer);
    /// RenameWorker, HideWorker and ForgetWorker; `answer` as that of query().
    void execute(const interfaces::Command& command,
                 const std::function<void(interfaces::CommandReply)>& answer);

    /// Of this run, also where nothing is kept.
    [[nodiscard]] std::uint64_t bootId() const { return m_options.bootId; }
    /// What is known of workers; never nullptr.
    [[nodiscard]] std::shared_ptr<const store::WorkerDirectory> directory() const
    {
        return m_directory.load();
    }

private:
    [[nodiscard]] bool isOff() const { return m_options.place.empty(); }
    [[nodiscard]] store::Store::Callbacks callbacks();
    [[nodiscard]] Moment now() const;
    void onOpened(store::Remembered remembered);
    [[nodiscard]] interfaces::QueryReply addLive(const interfaces::Query& query,
                                                 interfaces::QueryReply reply) const;
    [[nodiscard]] interfaces::CommandReply change(store::Store& store,
                                                  const interfaces::Command& command);
    /// Runs `work` on the store's executor, or `refuse`: there where the store is gone, at once
    /// where too many wait or nothing is kept.
    void post(std::function<void(store::Store&)> work,
              std::function<void(const interfaces::RequestError&)> refuse);

    Platform m_platform;
    store::StoreOptions m_options;
    Hosted<Statistics>& m_statistics;
    SnapshotSource m_snapshot;
    store::Inbox m_inbox;
    util::Published<store::WorkerDirectory> m_directory{
        std::make_shared<const store::WorkerDirectory>()};
    std::atomic<std::size_t> m_requests{0};
    std::atomic<bool> m_isKeeping{false}; ///< a commit is posted
    Hosted<store::Store> m_store;
};

} // namespace warp::engine
