#include "core/stratum/v1/session_difficulty.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace warp::stratum::v1 {

namespace {

bool isUsable(util::Difficulty wish)
{
    return std::isfinite(wish.value()) && wish.value() > 0;
}

util::Duration intervalOf(const ServerOptions& options, mining::MinerClass minerClass)
{
    if (options.targetInterval > util::Duration::zero()) {
        return options.targetInterval;
    }
    return mining::traits(minerClass).targetInterval;
}

} // namespace

SessionDifficulty::SessionDifficulty(const ServerOptions& options, util::BootTime now)
    : m_options(options)
    , m_limits({.targetInterval = intervalOf(options, mining::MinerClass::Unknown),
                .minimum = options.minimumDifficulty,
                .maximum = options.maximumDifficulty})
    , m_retarget(m_limits, options.minimumDifficulty, now)
{}

void SessionDifficulty::onUserAgent(std::string_view userAgent)
{
    if (!userAgent.empty()) {
        m_class = mining::classifyUserAgent(userAgent);
    }
}

void SessionDifficulty::onPassword(util::Difficulty wish, util::BootTime now)
{
    if (!isUsable(wish) || wish == m_password) {
        return;
    }
    m_password = wish;
    if (m_hasBegun) {
        begin(now);
    }
}

void SessionDifficulty::onSuggestion(util::Difficulty wish, util::BootTime now)
{
    if (!isUsable(wish) || wish == m_suggestion) {
        return;
    }
    m_suggestion = wish;
    if (m_hasBegun && !isUsable(m_password)) {
        begin(now);
    }
}

void SessionDifficulty::onMinimum(util::Difficulty wish, util::BootTime now)
{
    if (!isUsable(wish) || wish == m_requestedMinimum) {
        return;
    }
    m_requestedMinimum = wish;
    if (m_hasBegun) {
        restart(m_retarget.difficulty(), now);
    }
}

void SessionDifficulty::restart(util::Difficulty difficulty, util::BootTime now)
{
    m_limits = limits();
    m_retarget = mining::Retarget(m_limits, difficulty, now);
}

void SessionDifficulty::begin(util::BootTime now)
{
    m_hasBegun = true;
    restart(startWish(), now);
}

void SessionDifficulty::onAcceptedShare(util::Difficulty credited, util::BootTime now)
{
    m_retarget.onShare(credited);
    onTimer(now);
}

void SessionDifficulty::onTimer(util::BootTime now)
{
    if (m_hasBegun && limits() != m_limits) {
        restart(m_retarget.difficulty(), now); // the options are others since
    }
    if (m_hasBegun && m_options.retargeting == ServerOptions::Retargeting::On) {
        // The change is read back by takeChange(), together with the network's limit.
        static_cast<void>(m_retarget.evaluate(now));
    }
}

std::optional<util::Difficulty> SessionDifficulty::takeChange(util::Difficulty network)
{
    double value = std::min(m_retarget.difficulty(), network).value();
    if (value >= 1) {
        const double whole = std::floor(value);
        const bool isTooLow = whole < limits().minimum.value();
        value = isTooLow && whole + 1 <= network.value() ? std::ceil(value) : whole;
    }
    if (m_inForce == util::Difficulty(value)) {
        return std::nullopt;
    }
    m_inForce = util::Difficulty(value);
    return m_inForce;
}

util::Difficulty SessionDifficulty::startWish() const
{
    for (const util::Difficulty wish : {m_password, m_suggestion, m_options.initialDifficulty}) {
        if (isUsable(wish)) {
            return wish;
        }
    }
    // The table's value is for the class's own interval.
    const mining::MinerClassTraits& traits = mining::traits(m_class);
    const double scale = std::chrono::duration<double>(intervalOf(m_options, m_class)) /
                         std::chrono::duration<double>(traits.targetInterval);
    return util::Difficulty(traits.startDifficulty.value() * scale);
}

mining::RetargetLimits SessionDifficulty::limits() const
{
    util::Difficulty minimum = m_options.minimumDifficulty;
    if (!isUsable(m_password)) {
        minimum = std::max(minimum, m_requestedMinimum);
    }
    return {.targetInterval = intervalOf(m_options, m_class),
            .minimum = minimum,
            .maximum = m_options.maximumDifficulty};
}

} // namespace warp::stratum::v1
