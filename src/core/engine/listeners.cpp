#include "core/engine/listeners.h"

#include "core/util/log.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

namespace {

/// One issue an address, so that two taken ports are two issues.
std::string issueCode(net::NetError error, const net::Endpoint& endpoint)
{
    const std::string_view kind =
        error == net::NetError::AddressInUse ? "listener_port_in_use" : "listener_failed";
    return fmt::format("{}:{}", kind, endpoint.port);
}

} // namespace

Listeners::Listeners(util::Executor& executor, net::Network& network,
                     const ListenerStates& listeners, std::vector<Hosted<IoWorker>*> workers,
                     Hosted<Statistics>& statistics)
    : m_executor(executor)
    , m_network(network)
    , m_workers(std::move(workers))
    , m_statistics(statistics)
{
    for (const Hosted<IoWorker>* worker : m_workers) {
        m_targets.push_back(&worker->executor());
    }
    change(listeners);
}

void Listeners::change(const ListenerStates& listeners)
{
    std::erase_if(m_entries, [&](const auto& entry) {
        const bool isGone =
            entry->number >= listeners.size() || listeners[entry->number] == nullptr;
        if (isGone) {
            clearIssue(*entry);
            LOG_INFO(Net, "no more miners on {}", net::toString(entry->endpoint));
        }
        return isGone;
    });
    for (std::size_t number = 0; number < listeners.size(); ++number) {
        const bool isKnown = std::ranges::find(m_entries, number, [](const auto& entry) {
                                 return entry->number;
                             }) != m_entries.end();
        if (listeners[number] != nullptr && !isKnown) {
            m_entries.push_back(std::make_unique<Entry>());
            m_entries.back()->endpoint = listeners[number]->options.endpoint;
            m_entries.back()->number = number;
            open(*m_entries.back());
        }
    }
    reportListening();
}

void Listeners::clearIssue(Entry& entry)
{
    if (!entry.issue.empty()) {
        m_statistics.post([issue = std::exchange(entry.issue, {})](Statistics& statistics) {
            statistics.clearIssue(issue);
        });
    }
}

void Listeners::open(Entry& entry)
{
    auto accept = [workers = m_workers, number = entry.number](
                      std::size_t target, std::unique_ptr<net::Connection> connection) {
        // The accept callback runs on the target's executor, where its worker lives.
        workers[target]->use(
            [&](IoWorker& worker) { worker.accept(std::move(connection), number); });
    };
    auto opened = m_network.listen(entry.endpoint, m_targets, std::move(accept));
    if (!opened) {
        entry.issue = issueCode(opened.error(), entry.endpoint);
        m_statistics.post([issue = entry.issue,
                           detail = fmt::format("{}: {}", net::toString(entry.endpoint),
                                                describe(opened.error()))](Statistics& statistics) {
            statistics.raiseIssue(issue, detail);
        });
        reportListening();
        entry.retry = m_executor.after(RETRY_DELAY, [this, &entry] { open(entry); });
        return;
    }
    clearIssue(entry);
    entry.listener = std::move(*opened);
    LOG_INFO(Net, "listening for miners on {} (Stratum V1)",
             net::toString(entry.listener->local()));
    reportListening();
}

void Listeners::reportListening()
{
    std::vector<interfaces::ListenerView> views; // by number
    for (const auto& entry : m_entries) {
        views.resize(std::max(views.size(), entry->number + 1));
        interfaces::ListenerView& view = views[entry->number];
        view.endpoint = net::toString(entry->listener ? entry->listener->local() : entry->endpoint);
        view.protocol = "v1";
        view.isOpen = entry->listener != nullptr;
        view.code = entry->issue;
    }
    m_statistics.post(
        [views = std::move(views)](Statistics& statistics) { statistics.setListeners(views); });
}

} // namespace warp::engine
