#include "core/engine/history.h"

#include <algorithm>
#include <map>
#include <type_traits>
#include <utility>
#include <variant>

namespace warp::engine {

using interfaces::CommandReply;
using interfaces::QueryReply;
using interfaces::RequestError;
using interfaces::RequestFault;
using interfaces::WorkerView;

namespace {

RequestError unavailable(std::string code)
{
    return {.fault = RequestFault::NotAvailable, .code = std::move(code), .detail = {}};
}

store::Retention retentionOf(const EngineOptions& options)
{
    return {.minutes = std::chrono::floor<std::chrono::hours>(options.minuteRetention),
            .workerQuarters = std::chrono::floor<std::chrono::hours>(options.workerRetention)};
}

WorkerView toView(const store::WorkerMemory& memory)
{
    WorkerView view;
    view.name = memory.name;
    view.label = memory.label;
    view.isHidden = memory.isHidden;
    view.firstSeen = memory.firstSeen;
    view.lastShare = memory.lastShare;
    view.bestAllTime = memory.best;
    return view;
}

/// What the store has of workers, with what the present run knows of them.
/// @param kept  by name; cut where the store has more
interfaces::WorkersReply mergeWorkers(const interfaces::WorkersQuery& query,
                                      const interfaces::WorkersReply& kept,
                                      const interfaces::PoolSnapshot& snapshot)
{
    std::map<std::string, WorkerView> workers;
    for (const WorkerView& worker : kept.workers) {
        workers.emplace(worker.name, worker);
    }
    // Beyond the last name of a page there may be others before those of the present run.
    const std::string end = kept.isCut && !workers.empty() ? workers.rbegin()->first : "";
    bool isCut = kept.isCut;
    for (const WorkerView& live : snapshot.workers) {
        if (!end.empty() && live.name > end) {
            continue;
        }
        if (live.isHidden && !query.hasHidden) {
            workers.erase(live.name);
        } else if (live.name > query.after || query.after.empty()) {
            workers.insert_or_assign(live.name, live);
        }
    }
    interfaces::WorkersReply reply;
    const std::size_t limit = std::min(query.limit, interfaces::WorkersQuery::MAX_WORKERS);
    for (auto& [name, worker] : workers) {
        if (reply.workers.size() == limit) {
            isCut = true;
            break;
        }
        reply.workers.push_back(std::move(worker));
    }
    reply.isCut = isCut;
    return reply;
}

} // namespace

History::History(const Platform& platform, const EngineOptions& options,
                 Hosted<Statistics>& statistics, SnapshotSource snapshot)
    : m_platform(platform)
    , m_statistics(statistics)
    , m_snapshot(std::move(snapshot))
{
    m_options.place = options.storePlace;
    m_options.password = options.storePassword;
    m_options.commitInterval = options.storeCommitInterval;
    m_options.retention = retentionOf(options);
    m_options.bootId = m_platform.random.uint64();
}

store::Store::Callbacks History::callbacks()
{
    return {.onOpened = [this](store::Remembered remembered) { onOpened(std::move(remembered)); },
            .onIssue =
                [this](const std::string& code, const std::string& detail) {
                    m_statistics.post([code, detail](Statistics& statistics) {
                        statistics.raiseIssue(code, detail);
                    });
                },
            .onIssueOver =
                [this](const std::string& code) {
                    m_statistics.post(
                        [code](Statistics& statistics) { statistics.clearIssue(code); });
                }};
}

void History::start(util::Task onTried)
{
    if (isOff()) {
        onTried();
        return;
    }
    m_store.emplace([this, onTried = std::move(onTried)] {
        auto store = std::make_unique<store::Store>(
            store::Store::Surroundings{.executor = m_store.executor(),
                                       .clock = m_platform.clock,
                                       .files = m_platform.files,
                                       .inbox = m_inbox},
            m_options, callbacks());
        onTried();
        return store;
    });
}

Moment History::now() const
{
    return {.boot = m_platform.clock.boot(), .wall = m_platform.clock.wall().time};
}

void History::onOpened(store::Remembered remembered)
{
    const auto directory =
        std::make_shared<const store::WorkerDirectory>(std::move(remembered.directory));
    m_directory.store(directory);
    m_statistics.post([directory, now = now(), best = remembered.best,
                       bests = std::move(remembered.bests)](Statistics& statistics) {
        statistics.seedBest(best);
        for (const auto& [name, memory] : directory->workers()) {
            statistics.miners().workers().restore(toView(memory), now);
        }
        for (const interfaces::BestShare& share : bests) {
            statistics.miners().restoreBest(std::make_shared<const interfaces::BestShare>(share));
        }
    });
}

std::unique_ptr<HistoryKeeper> History::createKeeper()
{
    if (isOff()) {
        return nullptr;
    }
    return std::make_unique<HistoryKeeper>(
        m_platform.clock, m_options.bootId,
        HistoryKeeper::Sinks{.inbox = m_inbox, .directory = m_directory, .keepNow = [this] {
                                 // Where the last one still waits, it takes this along.
                                 if (!m_isKeeping.exchange(true)) {
                                     m_store.post([this](store::Store& store) {
                                         m_isKeeping = false;
                                         store.commit();
                                     });
                                 }
                             }});
}

void History::change(const EngineOptions& options)
{
    m_store.post([retention = retentionOf(options),
                  interval = options.storeCommitInterval](store::Store& store) {
        store.setRetention(retention);
        store.setCommitInterval(interval);
    });
}

void History::serve(interfaces::RequestDesk& desk)
{
    const auto answerFrom = [this]<class Kind>(interfaces::QueryBook& book, const Kind& /*tag*/) {
        book.serve<Kind>([this](const Kind& what, const interfaces::QueryBook::Answer& answer) {
            query(what, answer);
        });
    };
    answerFrom(desk.queries, interfaces::HistoryQuery{});
    answerFrom(desk.queries, interfaces::BestSharesQuery{});
    answerFrom(desk.queries, interfaces::BlocksQuery{});
    answerFrom(desk.queries, interfaces::WorkersQuery{});
    const auto changeBy = [this]<class Kind>(interfaces::CommandBook& book, const Kind& /*tag*/) {
        book.serve<Kind>([this](const Kind& what, const interfaces::CommandBook::Answer& answer) {
            execute(what, answer);
        });
    };
    changeBy(desk.commands, interfaces::RenameWorker{});
    changeBy(desk.commands, interfaces::HideWorker{});
    changeBy(desk.commands, interfaces::ForgetWorker{});
}

void History::post(std::function<void(store::Store&)> work,
                   std::function<void(const RequestError&)> refuse)
{
    if (isOff()) {
        refuse(unavailable("store_off"));
        return;
    }
    if (m_requests.fetch_add(1) >= MAX_REQUESTS) {
        --m_requests;
        refuse(unavailable("store_busy"));
        return;
    }
    m_store.executor().post([this, work = std::move(work), refuse = std::move(refuse)] {
        --m_requests;
        bool isDone = false;
        m_store.use([&](store::Store& store) {
            isDone = true;
            work(store);
        });
        if (!isDone) {
            refuse({.fault = RequestFault::Stopping, .code = "store_stopped", .detail = {}});
        }
    });
}

void History::query(const interfaces::Query& query, const std::function<void(QueryReply)>& answer)
{
    post(
        [this, query, answer](store::Store& store) { answer(addLive(query, store.answer(query))); },
        [this, query, answer](const RequestError& error) {
            answer(addLive(query, util::Unexpected(error)));
        });
}

QueryReply History::addLive(const interfaces::Query& query, QueryReply reply) const
{
    const auto* const workers = std::get_if<interfaces::WorkersQuery>(&query);
    if (workers == nullptr) {
        return reply;
    }
    // Those of the present run are known in any case.
    const auto* const kept = reply ? std::get_if<interfaces::WorkersReply>(&*reply) : nullptr;
    return interfaces::QueryAnswer(mergeWorkers(
        *workers, kept != nullptr ? *kept : interfaces::WorkersReply(), *m_snapshot()));
}

void History::execute(const interfaces::Command& command,
                      const std::function<void(CommandReply)>& answer)
{
    post([this, command, answer](store::Store& store) { answer(change(store, command)); },
         [answer](const RequestError& error) { answer(util::Unexpected(error)); });
}

CommandReply History::change(store::Store& store, const interfaces::Command& command)
{
    const auto work = [&](const auto& what) -> CommandReply {
        using Kind = std::decay_t<decltype(what)>;
        constexpr bool IS_FORGET = std::is_same_v<Kind, interfaces::ForgetWorker>;
        if constexpr (IS_FORGET || std::is_same_v<Kind, interfaces::RenameWorker> ||
                      std::is_same_v<Kind, interfaces::HideWorker>) {
            CommandReply reply = store.execute(what);
            if (!reply) {
                return reply;
            }
            if constexpr (IS_FORGET) {
                m_statistics.post([name = what.worker](Statistics& statistics) {
                    statistics.miners().workers().forget(name);
                });
            } else if (const auto view = store.worker(what.worker)) {
                m_statistics.post([view = *view, now = now()](Statistics& statistics) {
                    statistics.miners().workers().restore(view, now);
                });
            }
            return reply;
        } else {
            return util::Unexpected(
                RequestError{.fault = RequestFault::BadArgument, .code = {}, .detail = "command"});
        }
    };
    return std::visit(work, command);
}

} // namespace warp::engine
