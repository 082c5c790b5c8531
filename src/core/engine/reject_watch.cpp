#include "core/engine/reject_watch.h"

namespace warp::engine {

namespace {

enum class Kind : std::uint8_t { Good, Bad, Innocent };

Kind kindOf(mining::ShareCode code)
{
    using mining::ShareCode;
    switch (code) {
    case ShareCode::Accepted:
    case ShareCode::Late:
        return Kind::Good;
    case ShareCode::Stale:
    case ShareCode::Duplicate:
    case ShareCode::UnknownJob:
        return Kind::Innocent;
    case ShareCode::LowDifficulty:
    case ShareCode::BadTime:
    case ShareCode::BadVersion:
    case ShareCode::Malformed:
    case ShareCode::Unauthorized:
    case ShareCode::NotSubscribed:
        break;
    }
    return Kind::Bad;
}

} // namespace

RejectWatch::Measure RejectWatch::onShare(mining::ShareCode code, util::BootTime now)
{
    const Kind kind = kindOf(code);
    if (kind == Kind::Innocent) {
        return Measure::None;
    }
    if (kind == Kind::Good) {
        m_bad = 0;
        m_isReminded = false;
        return Measure::None;
    }
    if (now - m_since > WINDOW) {
        m_bad = 0;
        m_isReminded = false;
    }
    if (m_bad == 0 && !m_isReminded) {
        m_since = now;
    }
    ++m_bad;
    if (m_bad > MAX_BAD) {
        return Measure::Close;
    }
    if (m_isReminded) {
        return m_bad >= MIN_BAD_AFTER && now - m_since >= CLOSE_AFTER ? Measure::Close
                                                                      : Measure::None;
    }
    if (m_bad < MIN_BAD || now - m_since < REMIND_AFTER) {
        return Measure::None;
    }
    m_isReminded = true;
    m_since = now;
    m_bad = 0;
    return Measure::Remind;
}

} // namespace warp::engine
