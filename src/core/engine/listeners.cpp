#include "core/engine/listeners.h"

#include "core/util/log.h"

#include <algorithm>
#include <array>
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

std::string_view name(net::Security security)
{
    switch (security) {
    case net::Security::Plain:
        return "plain";
    case net::Security::Tls:
        return "TLS";
    case net::Security::FirstBytes:
        break;
    }
    return "plain and TLS";
}

std::string_view name(config::ListenerProtocol protocol)
{
    switch (protocol) {
    case config::ListenerProtocol::V1:
        return "v1";
    case config::ListenerProtocol::V2:
        return "v2";
    case config::ListenerProtocol::Both:
        break;
    }
    return "both";
}

/// A TLS record with a ClientHello (RFC 8446 sections 5.1 and 4): its type, 3 and a minor version,
/// a length of two bytes, the message's type. No line of JSON begins so. Of the random bytes that a
/// Stratum V2 miner begins with one in 256 is the first, but one in a thousand million is all of
/// it.
net::Encryption classifyFirstBytes(util::ByteView first)
{
    struct Range
    {
        std::byte least;
        std::byte most;
    };
    constexpr std::byte HANDSHAKE{0x16};
    constexpr std::byte MAJOR{3};
    constexpr std::byte MAX_MINOR{4};
    constexpr std::byte MAX_LENGTH{0x40}; // 2^14, its upper byte
    constexpr std::byte CLIENT_HELLO{1};
    constexpr std::array HEAD{
        Range{HANDSHAKE, HANDSHAKE},         Range{MAJOR, MAJOR},
        Range{std::byte{0}, MAX_MINOR},      Range{std::byte{0}, MAX_LENGTH},
        Range{std::byte{0}, std::byte{255}}, Range{CLIENT_HELLO, CLIENT_HELLO}};
    for (std::size_t i = 0; i < std::min(HEAD.size(), first.size()); ++i) {
        if (first[i] < HEAD.at(i).least || first[i] > HEAD.at(i).most) {
            return net::Encryption::None;
        }
    }
    return net::Encryption::Tls;
}

} // namespace

Listeners::Listeners(Surroundings surroundings, const ListenerStates& listeners,
                     std::vector<Hosted<IoWorker>*> workers)
    : m_surroundings(std::move(surroundings))
    , m_workers(std::move(workers))
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
            LOG_INFO(Net, "no more miners on {}", net::toString(entry->state->options.endpoint));
        }
        return isGone;
    });
    for (std::size_t number = 0; number < listeners.size(); ++number) {
        const bool isKnown = std::ranges::find(m_entries, number, [](const auto& entry) {
                                 return entry->number;
                             }) != m_entries.end();
        if (listeners[number] != nullptr && !isKnown) {
            m_entries.push_back(std::make_unique<Entry>());
            m_entries.back()->state = listeners[number];
            m_entries.back()->number = number;
            open(*m_entries.back());
        }
    }
    reportListening();
}

void Listeners::clearIssue(Entry& entry)
{
    if (!entry.issue.empty()) {
        m_surroundings.statistics.post(
            [issue = std::exchange(entry.issue, {})](Statistics& statistics) {
                statistics.clearIssue(issue);
            });
    }
}

net::ListenTerms Listeners::termsOf(const Entry& entry) const
{
    const ListenerOptions& options = entry.state->options;
    const std::size_t number = entry.number;
    net::ListenTerms terms;
    // All of them run on the target's executor, where its worker lives.
    terms.accept = [workers = m_workers, number](std::size_t target,
                                                 std::unique_ptr<net::Connection> connection) {
        workers[target]->use(
            [&](IoWorker& worker) { worker.accept(std::move(connection), number); });
    };
    terms.gate = [workers = m_workers, number](std::size_t target, const net::Endpoint& peer) {
        std::unique_ptr<util::Handle> pass;
        workers[target]->use([&](IoWorker& worker) { pass = worker.admit(peer, number); });
        return pass;
    };
    terms.onFailed = [workers = m_workers, number](std::size_t target, net::OpeningFault fault) {
        workers[target]->use([&](IoWorker& worker) { worker.onOpeningFailed(fault, number); });
    };
    terms.security = options.security;
    terms.classify = classifyFirstBytes;
    terms.identity = m_surroundings.identity;
    terms.proxies = options.proxies;
    return terms;
}

void Listeners::raiseIssue(Entry& entry, std::string code, std::string_view detail)
{
    if (entry.issue != code) {
        clearIssue(entry); // of another kind
    }
    entry.issue = std::move(code);
    m_surroundings.statistics.post(
        [issue = entry.issue,
         text = fmt::format("{}: {}", net::toString(entry.state->options.endpoint), detail)](
            Statistics& statistics) { statistics.raiseIssue(issue, text); });
    reportListening();
    entry.retry = m_surroundings.executor.after(RETRY_DELAY, [this, &entry] { open(entry); });
}

void Listeners::open(Entry& entry)
{
    const ListenerOptions& options = entry.state->options;
    if (options.security != net::Security::Plain && m_surroundings.identity->load() == nullptr) {
        // Never a plain listener in its place; the keeper of the certificate says what is wrong.
        raiseIssue(entry, fmt::format("listener_without_certificate:{}", options.endpoint.port),
                   "there is no certificate");
        return;
    }
    auto opened = m_surroundings.network.listen(options.endpoint, m_targets, termsOf(entry));
    if (!opened) {
        raiseIssue(entry, issueCode(opened.error(), options.endpoint), describe(opened.error()));
        return;
    }
    clearIssue(entry);
    entry.listener = std::move(*opened);
    LOG_INFO(Net, "listening for miners on {} (Stratum {}, {})",
             net::toString(entry.listener->local()), name(options.protocol),
             name(options.security));
    reportListening();
}

void Listeners::reportListening()
{
    std::vector<interfaces::ListenerView> views; // by number
    for (const auto& entry : m_entries) {
        const ListenerOptions& options = entry->state->options;
        views.resize(std::max(views.size(), entry->number + 1));
        interfaces::ListenerView& view = views[entry->number];
        view.endpoint =
            net::toString(entry->listener ? entry->listener->local() : options.endpoint);
        view.protocol = name(options.protocol);
        view.isTls = options.security != net::Security::Plain;
        view.isPlain = options.security != net::Security::Tls;
        view.isOpen = entry->listener != nullptr;
        view.code = entry->issue;
    }
    m_surroundings.statistics.post(
        [views = std::move(views)](Statistics& statistics) { statistics.setListeners(views); });
}

} // namespace warp::engine
