#include "core/stratum/session_difficulty.h"

#include "core/util/hashes.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace warp::stratum {

namespace {

bool isUsable(util::Difficulty wish)
{
    return std::isfinite(wish.value()) && wish.value() > 0;
}

util::Duration intervalOf(const ServerOptions& options, mining::MinerClass minerClass)
{
    const util::Duration own = mining::traits(minerClass).targetInterval;
    if (options.targetInterval <= util::Duration::zero()) {
        return own;
    }
    const bool isSlow = own > mining::USUAL_TARGET_INTERVAL;
    return isSlow ? std::max(own, options.targetInterval) : options.targetInterval;
}

double ratio(util::Duration numerator, util::Duration denominator)
{
    return std::chrono::duration<double>(numerator) / std::chrono::duration<double>(denominator);
}

} // namespace

SessionDifficulty::SessionDifficulty(const ServerOptions& options, util::BootTime now)
    : m_options(options)
    , m_retarget({.targetInterval = intervalOf(options, mining::MinerClass::Unknown),
                  .minimum = options.minimumDifficulty,
                  .maximum = options.maximumDifficulty},
                 options.minimumDifficulty, now)
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
        m_retarget.setLimits(limits(), now);
        m_retarget.hold(permitted(wish), now);
    }
}

void SessionDifficulty::onSuggestion(util::Difficulty wish, util::BootTime now)
{
    if (!isUsable(wish) || wish == m_suggestion) {
        return;
    }
    m_suggestion = wish;
    if (m_hasBegun && !isUsable(m_password)) {
        m_retarget.suggest(permitted(wish), now);
    }
}

void SessionDifficulty::onMinimum(util::Difficulty wish, util::BootTime now)
{
    if (!isUsable(wish) || wish == m_requestedMinimum) {
        return;
    }
    m_requestedMinimum = wish;
    if (m_hasBegun) {
        m_retarget.setLimits(limits(), now);
    }
}

void SessionDifficulty::onNominalRate(util::Hashrate rate, util::BootTime now)
{
    if (m_hasBegun || m_known.rate.value() <= 0) {
        const std::chrono::duration<double> interval = intervalOf(m_options, m_class);
        onSuggestion(
            util::Difficulty(rate.value() * interval.count() / util::HASHES_PER_DIFFICULTY), now);
    }
}

void SessionDifficulty::begin(util::BootTime now)
{
    m_hasBegun = true;
    m_retarget.setLimits(limits(), now);
    if (m_known.rate.value() > 0) {
        m_retarget.resume(m_known, now);
    } else {
        const util::Difficulty configured = m_options.initialDifficulty;
        m_retarget.start(isUsable(configured) ? configured : classStart(), now);
    }
    if (isUsable(m_password)) {
        m_retarget.hold(permitted(m_password), now);
    } else if (isUsable(m_suggestion)) {
        m_retarget.suggest(permitted(m_suggestion), now);
    }
}

void SessionDifficulty::onAcceptedShare(util::Difficulty credited, util::BootTime now)
{
    m_retarget.onShare(credited, now);
    if (m_retarget.isRateKnown()) {
        m_provenRate = m_retarget.posterior().rate();
    }
    if (m_hasBegun && m_options.retargeting == ServerOptions::Retargeting::On) {
        // The change is read back by takeChange(), together with the network's limit.
        static_cast<void>(m_retarget.evaluate(now));
    }
}

void SessionDifficulty::onTimer(util::BootTime now)
{
    if (!m_hasBegun) {
        return;
    }
    if (const mining::RetargetLimits wanted = limits(); wanted != m_retarget.limits()) {
        m_retarget.setLimits(wanted, now); // the options are others since
    }
    if (m_options.retargeting == ServerOptions::Retargeting::On) {
        static_cast<void>(m_retarget.onTick(now));
    }
}

std::optional<util::Difficulty> SessionDifficulty::takeChange(util::Difficulty network,
                                                              util::BootTime now)
{
    const util::Difficulty wanted = onWire(network);
    if (m_inForce == wanted) {
        return std::nullopt;
    }
    m_inForce = wanted;
    m_retarget.setInForce(wanted, now);
    return m_inForce;
}

util::Difficulty SessionDifficulty::onWire(util::Difficulty network) const
{
    const double value = std::min(m_retarget.difficulty(), network).value();
    if (value < 1) {
        return util::Difficulty(value);
    }
    const double whole = std::floor(value);
    const bool isTooLow = whole < m_retarget.limits().minimum.value();
    return util::Difficulty(isTooLow && whole + 1 <= network.value() ? std::ceil(value) : whole);
}

util::Difficulty SessionDifficulty::classStart() const
{
    // The table's value is for the class's own interval.
    const mining::MinerClassTraits& traits = mining::traits(m_class);
    return util::Difficulty(traits.startDifficulty.value() *
                            ratio(intervalOf(m_options, m_class), traits.targetInterval));
}

util::Difficulty SessionDifficulty::permitted(util::Difficulty wish) const
{
    const mining::MinerClassTraits& traits = mining::traits(m_class);
    util::Difficulty least = m_retarget.leastWish();
    if (traits.devices == mining::Devices::Alike && !m_retarget.isRateKnown()) {
        least = util::Difficulty(traits.startDifficulty.value() *
                                 ratio(mining::Retarget::SHORTEST_INTERVAL, traits.targetInterval));
    }
    return std::max(wish, least);
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

} // namespace warp::stratum
