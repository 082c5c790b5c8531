#include "tools/sim/miner_host.h"

#include "core/util/log.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace warp::tools {

namespace {

constexpr int FAILURES_BEFORE_FIRST_CONNECTION = 3;

/// What follows the address in a user name: "bc1q....attic" is attic.
std::string_view shortName(std::string_view user)
{
    return user.substr(user.rfind('.') + 1); // npos + 1 is 0: the whole
}

} // namespace

class MinerHost::Teller final : public sim::MinerObserver
{
public:
    Teller(std::string name, const TellFn& tell)
        : m_name(std::move(name))
        , m_tell(tell)
    {}

    /// The end was asked for: what is lost from here on is no news.
    void fallSilent() { m_isSilent = true; }

    void onMinerAuthorized() override
    {
        m_failures = 0;
        m_hasMined = true;
        m_tell(m_name + " is mining");
    }
    void onMinerAuthorizationRefused(std::string_view reason) override
    {
        m_tell(fmt::format("{} was refused: {}", m_name, util::sanitize(reason)));
    }
    void onMinerDisconnected(std::string_view reason) override
    {
        // A loss is told at once; before the first connection the pool may be about to start.
        // The attempts that follow say nothing new.
        ++m_failures;
        const int telling = m_hasMined ? 1 : FAILURES_BEFORE_FIRST_CONNECTION;
        if (!m_isSilent && m_failures == telling) {
            m_tell(fmt::format("{} has no connection ({}), trying again", m_name, reason));
        }
    }
    void onMinerBlock(const sim::MinedBlock& /*block*/) override
    {
        m_tell(m_name + " found a block");
    }

private:
    std::string m_name;
    const TellFn& m_tell;
    int m_failures = 0; ///< since it last mined
    bool m_hasMined = false;
    bool m_isSilent = false;
};

MinerHost::MinerHost(const engine::Platform& platform, util::Executor& executor, std::uint64_t seed,
                     TellFn tell)
    : m_platform(platform)
    , m_executor(executor)
    , m_random(seed)
    , m_tell(std::move(tell))
{}

MinerHost::~MinerHost() = default;

void MinerHost::add(sim::MinerOptions options)
{
    const std::string name =
        fmt::format("miner {} ({}, {} at {:.0f} H/s)", m_miners.size() + 1, shortName(options.user),
                    options.userAgent, options.hashrate.value());
    Entry entry;
    entry.teller = std::make_unique<Teller>(name, m_tell);
    entry.miner =
        std::make_unique<sim::SimulatedMiner>(m_executor, m_platform.network, m_platform.clock,
                                              m_random, std::move(options), entry.teller.get());
    entry.miner->start();
    m_miners.push_back(std::move(entry));
}

void MinerHost::stop()
{
    for (const Entry& entry : m_miners) {
        entry.teller->fallSilent();
        entry.miner->stop();
    }
}

sim::MinerStats MinerHost::totals() const
{
    sim::MinerStats sum;
    for (const Entry& entry : m_miners) {
        sum += entry.miner->stats();
    }
    return sum;
}

std::string summaryOf(const sim::MinerStats& stats)
{
    std::string text = fmt::format("{} hashes, {} shares sent, {} accepted, {} rejected, {} blocks "
                                   "found, {} connections",
                                   stats.hashes, stats.submitted, stats.accepted, stats.rejected,
                                   stats.blocks.size(), stats.connections);
    for (const auto& [code, count] : stats.rejectedByCode) {
        text += fmt::format(", code {}: {}", code, count);
    }
    return text;
}

} // namespace warp::tools
