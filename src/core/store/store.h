// The store: takes what lies in the inbox and keeps it, answers questions, and gets over every
// trouble of its database by itself. Lives on the "store" executor; nobody waits for it.
#pragma once

#include "core/interfaces/command.h"
#include "core/interfaces/query.h"
#include "core/store/archive.h"
#include "core/store/inbox.h"
#include "core/store/store_fault.h"
#include "core/store/store_options.h"
#include "core/store/worker_directory.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/files.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::store {

/// What an earlier run has left.
struct Remembered
{
    WorkerDirectory directory;
    util::Difficulty best{};                  ///< of all time
    std::vector<interfaces::BestShare> bests; ///< highest first
};

class Store final
{
public:
    static constexpr std::chrono::seconds FIRST_RETRY{1};
    static constexpr std::chrono::seconds LAST_RETRY{60};
    static constexpr std::chrono::hours PRUNE_INTERVAL{1};
    /// Damaged databases that are kept beside the good one.
    static constexpr std::size_t MAX_QUARANTINED = 3;
    static constexpr std::size_t MAX_LABEL_BYTES = 200;
    /// A damaged database is an issue until its successor has worked for so long, a loss until so
    /// long after the last one.
    static constexpr std::chrono::hours QUARANTINE_NOTICE{24};
    static constexpr std::chrono::hours DROPPED_NOTICE{1};

    struct Surroundings
    {
        util::Executor& executor;
        const util::Clock& clock;
        util::Files& files;
        Inbox& inbox;
    };
    /// All are called on the store's executor.
    struct Callbacks
    {
        /// Once, as soon as the database has been read.
        std::function<void(Remembered)> onOpened;
        /// A fault, by code(StoreFault), or one of the codes below; again with each new detail.
        std::function<void(const std::string& code, const std::string& detail)> onIssue;
        std::function<void(const std::string& code)> onIssueOver;
    };
    /// The database was damaged and a new one was begun; the detail names where the old one lies.
    static constexpr auto QUARANTINED_ISSUE = "store_quarantined";
    /// Some of the history was given up; the detail says how much.
    static constexpr auto DROPPED_ISSUE = "store_dropped";

    Store(const Surroundings& surroundings, StoreOptions options, Callbacks callbacks);
    /// Keeps what lies in the inbox if the database takes it at once.
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// Keeps what lies in the inbox now, rather than with the next interval.
    void commit();
    /// In force at once.
    void setRetention(const Retention& retention);
    void setCommitInterval(util::Duration interval);

    [[nodiscard]] interfaces::QueryReply answer(const interfaces::Query& query);
    [[nodiscard]] interfaces::CommandReply execute(const interfaces::RenameWorker& command);
    [[nodiscard]] interfaces::CommandReply execute(const interfaces::HideWorker& command);
    [[nodiscard]] interfaces::CommandReply execute(const interfaces::ForgetWorker& command);
    /// What is kept of one; nothing where it is not known or cannot be read.
    [[nodiscard]] std::optional<interfaces::WorkerView> worker(const std::string& name);

private:
    enum class Presence : std::uint8_t { There, Gone, Unknown };

    void open();
    [[nodiscard]] StoreResult<void> tryOpen();
    void work();
    [[nodiscard]] StoreResult<void> keepBatch();
    [[nodiscard]] StoreResult<void> keepOrMakeRoom();
    /// Does `work`, and again after each piece of room that is made where the database is full.
    [[nodiscard]] StoreResult<void> shedFor(const std::function<StoreResult<void>()>& work);
    [[nodiscard]] StoreResult<void> maintain();
    [[nodiscard]] StoreResult<void> prune();
    /// What the files say of the database's own.
    [[nodiscard]] Presence look();
    [[nodiscard]] bool isFileGone();
    [[nodiscard]] bool isSpaceLow();
    void onFault(const StoreError& error);
    void onGood();
    void quarantine(const StoreError& error);
    void boundQuarantine();
    void reportDropped();
    void endIssues();
    void schedule();
    [[nodiscard]] interfaces::RequestError toRequestError(const StoreError& error);
    template <class Work>
    [[nodiscard]] interfaces::CommandReply change(Work&& work);

    Surroundings m_outside;
    StoreOptions m_options;
    Callbacks m_callbacks;
    std::unique_ptr<Archive> m_archive; ///< none while it cannot be opened
    std::optional<StoreError> m_trouble;
    util::Duration m_retry{FIRST_RETRY};
    std::optional<util::BootTime> m_lastPrune;
    std::vector<std::string> m_unchecked;          ///< tables to look at in idle moments
    bool m_wasSeen = false;                        ///< the file, in its folder
    bool m_isPruneLeft = false;                    ///< the last step did not come to the end
    std::optional<util::BootTime> m_quarantinedAt; ///< or of the last trouble since
    std::optional<util::BootTime> m_droppedAt;
    bool m_hasReported = false; ///< onOpened was called
    Dropped m_dropped;          ///< as last reported
    util::TimerHandle m_timer;
};

} // namespace warp::store
