#include "core/sim/miner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>
#include <vector>

namespace warp::sim {

namespace v1 = stratum::v1;

namespace {

/// A device that was not scheduled for long does not make up for it.
constexpr util::Duration MAX_CATCH_UP = std::chrono::seconds(1);
/// One of so many shares is sent again, one of so many slices sends a weak hash.
constexpr std::uint64_t EXTRA_SHARE_ODDS = 8;

double seconds(util::Duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

std::string_view describe(net::CloseReason reason)
{
    switch (reason) {
    case net::CloseReason::PeerClosed:
        return "closed by the pool";
    case net::CloseReason::Failed:
        return "connection failed";
    case net::CloseReason::WriteBufferFull:
    case net::CloseReason::Stalled:
        return "the pool does not read";
    case net::CloseReason::Local:
        break;
    }
    return "closed";
}

} // namespace

SimulatedMiner::SimulatedMiner(util::Executor& executor, net::Network& network,
                               const util::Clock& clock, util::Random& random, MinerOptions options,
                               MinerObserver* observer)
    : m_executor(executor)
    , m_network(network)
    , m_clock(clock)
    , m_random(random)
    , m_options(std::move(options))
    , m_links(clock, random)
    , m_observer(observer != nullptr ? observer : &m_nobody)
{}

SimulatedMiner::~SimulatedMiner() = default;

void SimulatedMiner::start()
{
    WARP_EXPECT_EXECUTOR(m_executor);
    if (m_isStopped) {
        m_isStopped = false;
        m_backOff = m_options.reconnectMin;
        connect();
    }
}

void SimulatedMiner::stop()
{
    WARP_EXPECT_EXECUTOR(m_executor);
    m_isStopped = true;
    m_connecting.reset();
    m_reconnectTimer.reset();
    disconnect("stopped");
}

util::ByteView SimulatedMiner::extranonce() const
{
    return m_grinder ? util::ByteView(m_grinder->work().extranonce1) : util::ByteView();
}

void SimulatedMiner::connect()
{
    m_connecting = m_network.connect(
        m_executor, m_options.pool, m_options.connectTimeout,
        [this](util::Result<std::unique_ptr<net::Connection>, net::NetError> result) {
            if (result) {
                onConnected(std::move(result).value());
            } else {
                m_observer->onMinerDisconnected(net::describe(result.error()));
                reconnectLater();
            }
        });
}

void SimulatedMiner::onConnected(std::unique_ptr<net::Connection> connection)
{
    ++m_ledger.stats().connections;
    m_terms = {};
    m_connection = std::move(connection);
    m_link = m_links.make(m_options);
    m_connection->start(*this);
    m_observer->onMinerConnected();
    util::Bytes first;
    m_link->start(first);
    send(first);
}

void SimulatedMiner::disconnect(std::string_view reason)
{
    m_grinder.reset();
    m_oldGrinder.reset();
    m_sliceTimer.reset();
    if (!m_connection) {
        return;
    }
    m_connection.reset();
    m_link.reset();
    ++m_ledger.stats().disconnections;
    m_ledger.onDisconnected();
    m_observer->onMinerDisconnected(reason);
    reconnectLater();
}

void SimulatedMiner::reconnectLater()
{
    if (m_isStopped) {
        return;
    }
    const auto spread = static_cast<std::uint64_t>(m_backOff.count() / 2 + 1);
    const util::Duration delay = m_backOff + util::Duration(m_random.below(spread));
    m_backOff = std::min(m_backOff * 2, m_options.reconnectMax);
    m_reconnectTimer = m_executor.after(delay, [this] { connect(); });
}

void SimulatedMiner::onBytes(util::ByteView bytes)
{
    LinkActions actions;
    m_link->onBytes(bytes, actions);
    send(actions.output);
    for (const LinkEvent& event : actions.events) {
        if (!m_link) {
            return; // an event ended the connection
        }
        onEvent(event);
    }
}

void SimulatedMiner::onClosed(net::CloseReason reason)
{
    disconnect(describe(reason));
}

void SimulatedMiner::onEvent(const LinkEvent& event)
{
    if (const auto* const difficulty = std::get_if<v1::DifficultyChanged>(&event)) {
        onDifficulty(difficulty->difficulty);
    } else if (const auto* const received = std::get_if<WorkReceived>(&event)) {
        onWork(received->work);
    } else if (const auto* const answer = std::get_if<v1::ShareAnswered>(&event)) {
        m_ledger.onAnswer(*answer, m_tipNumber);
    } else if (std::holds_alternative<v1::Authorized>(event)) {
        m_observer->onMinerAuthorized();
    } else if (const auto* const refused = std::get_if<v1::AuthorizationRefused>(&event)) {
        ++m_ledger.stats().authorizationsRefused;
        m_observer->onMinerAuthorizationRefused(refused->message);
    } else if (const auto* const asked = std::get_if<ReconnectAsked>(&event)) {
        onReconnect(*asked);
    } else if (const auto* const failed = std::get_if<LinkFailed>(&event)) {
        ++m_ledger.stats().linkFailures[failed->reason];
        disconnect(failed->reason);
    }
}

void SimulatedMiner::onDifficulty(util::Difficulty difficulty)
{
    m_terms.difficulty = difficulty;
    m_terms.lowestDifficulty = m_terms.lowestDifficulty.value() > 0
                                   ? std::min(m_terms.lowestDifficulty, difficulty)
                                   : difficulty;
}

void SimulatedMiner::onReconnect(const ReconnectAsked& asked)
{
    ++m_ledger.stats().reconnectsAsked;
    // The options keep the key by which the pool is known, wherever the way leads (Stratum V2
    // specification 3.6.5).
    if (!asked.host.empty()) {
        m_options.pool.host = asked.host;
    }
    if (asked.port != 0) {
        m_options.pool.port = asked.port;
    }
    disconnect("asked to reconnect");
}

void SimulatedMiner::onWork(GrinderWork work)
{
    ++m_ledger.stats().jobs;
    const bool isClean = work.job->isClean;
    if (isClean) {
        ++m_tipNumber;
        ++m_ledger.stats().cleanJobs;
    }
    m_backOff = m_options.reconnectMin;
    if (m_grinder && isClean && hasQuirk(MinerQuirk::StaleSubmits)) {
        m_oldGrinder = std::move(m_grinder);
    }
    m_grinder = std::make_unique<Grinder>(std::move(work), m_random);
    m_jobDifficulty = m_terms.difficulty;
    m_jobArrived = m_clock.boot();
    if (!m_sliceTimer) {
        m_lastSlice = m_clock.boot();
        m_hashesOwed = 0;
        armSlice();
    }
}

void SimulatedMiner::armSlice()
{
    m_sliceTimer = m_executor.after(m_options.slice, [this] { onSlice(); });
}

void SimulatedMiner::onSlice()
{
    const util::BootTime now = m_clock.boot();
    const util::Duration elapsed = std::min<util::Duration>(now - m_lastSlice, MAX_CATCH_UP);
    m_lastSlice = now;
    armSlice();
    const auto waitingSince = m_ledger.waitingSince();
    if (waitingSince && now - *waitingSince > m_options.answerTimeout) {
        disconnect("no answer");
        return;
    }
    if (hasQuirk(MinerQuirk::RandomResets) &&
        m_random.unit() < seconds(elapsed) / seconds(m_options.resetInterval)) {
        disconnect("random reset");
        return;
    }
    m_hashesOwed += m_options.hashrate.value() * seconds(elapsed);
    auto hashes = static_cast<std::uint64_t>(m_hashesOwed);
    m_hashesOwed -= static_cast<double>(hashes);
    m_ledger.stats().hashes += hashes;
    grindOld(hashes);
    grind(hashes);
}

void SimulatedMiner::grindOld(std::uint64_t& hashes)
{
    const bitcoin::Target target = bitcoin::Target::fromDifficulty(m_terms.difficulty);
    std::vector<GrinderResult> found;
    while (m_oldGrinder && hashes > 0) {
        --hashes;
        m_oldGrinder->grind(1, target, found);
        if (!found.empty()) {
            submit(*m_oldGrinder, found.front(), ShareIntent::Stale);
            m_oldGrinder.reset();
        }
    }
}

void SimulatedMiner::grind(std::uint64_t hashes)
{
    if (!m_grinder || m_terms.difficulty.value() <= 0) {
        return;
    }
    if (hasQuirk(MinerQuirk::TimeRolling)) {
        const auto elapsed =
            std::chrono::duration_cast<std::chrono::seconds>(m_clock.boot() - m_jobArrived);
        m_grinder->setTime(m_grinder->work().job->time +
                           static_cast<std::uint32_t>(elapsed.count()));
    }
    const bool isAtOnce = hasQuirk(MinerQuirk::DifficultyAtOnce);
    const auto target =
        bitcoin::Target::fromDifficulty(isAtOnce ? m_terms.difficulty : m_jobDifficulty);
    std::vector<GrinderResult> found;
    m_grinder->grind(hashes, target, found);
    for (const GrinderResult& result : found) {
        if (!target.isMetBy(result.hash)) {
            ++m_ledger.stats().blocksBelowShareTarget;
        }
        submit(*m_grinder, result, ShareIntent::Honest);
    }
    if (!found.empty()) {
        sendExtra(found.back());
    }
}

void SimulatedMiner::sendExtra(const GrinderResult& last)
{
    if (hasQuirk(MinerQuirk::DuplicateSubmits) && m_random.below(EXTRA_SHARE_ODDS) == 0) {
        submit(*m_grinder, last, ShareIntent::Duplicate);
    }
    if (hasQuirk(MinerQuirk::WeakSubmits) && m_random.below(EXTRA_SHARE_ODDS) == 0) {
        sendWeak(m_grinder->hashOne());
    }
}

void SimulatedMiner::sendWeak(const GrinderResult& result)
{
    // Pools may still take what met an earlier, lower difficulty of this connection.
    const auto lowest = bitcoin::Target::fromDifficulty(m_terms.lowestDifficulty);
    if (result.isBlock || bitcoin::Target::fromDifficulty(m_jobDifficulty).isMetBy(result.hash)) {
        submit(*m_grinder, result, ShareIntent::Honest);
    } else if (!lowest.isMetBy(result.hash)) {
        submit(*m_grinder, result, ShareIntent::Weak);
    }
}

void SimulatedMiner::submit(const Grinder& grinder, const GrinderResult& result, ShareIntent intent)
{
    if (!m_link) {
        return;
    }
    const v1::ClientJob& job = *grinder.work().job;
    const bool isLowered = hasQuirk(MinerQuirk::DifficultyAtOnce) &&
                           m_terms.difficulty.value() < m_jobDifficulty.value();
    const SentShare share{.tag = m_nextTag++,
                          .intent = intent,
                          .target = isLowered ? ShareTarget::Lowered : ShareTarget::OfJob,
                          .tipNumber = m_tipNumber,
                          .sentAt = m_clock.boot(),
                          .hash = result.hash};
    m_ledger.addShare(share);
    if (result.isBlock && intent != ShareIntent::Duplicate) {
        const MinedBlock block{.hash = result.hash,
                               .previous = job.previous,
                               .foundAt = share.sentAt,
                               .answer = BlockAnswer::None};
        m_ledger.addBlock(block);
        m_observer->onMinerBlock(block);
    }
    util::Bytes bytes;
    m_link->submit(grinder.work(),
                   {.extranonce2 = result.extranonce2,
                    .time = result.time,
                    .nonce = result.nonce,
                    .versionBits = result.versionBits},
                   share.tag, bytes);
    send(bytes);
}

void SimulatedMiner::send(util::ByteView bytes)
{
    if (m_connection && !bytes.empty()) {
        m_connection->send(bytes);
    }
}

} // namespace warp::sim
