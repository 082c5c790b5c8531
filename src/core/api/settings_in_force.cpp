#include "core/api/settings_in_force.h"

#include <cstdint>

namespace warp::api {

SettingsInForce::SettingsInForce(const config::Settings& atStart, std::size_t ioThreads)
    : m_atStart(atStart)
    , m_newest(std::make_shared<const config::Settings>(atStart))
{
    m_atStart.server.ioThreads = static_cast<std::int64_t>(ioThreads);
}

void SettingsInForce::change(const config::Settings& settings)
{
    m_newest.store(std::make_shared<const config::Settings>(settings));
}

std::string SettingsInForce::show(const config::Field& field) const
{
    const bool isAtOnce = field.takesEffect == config::TakesEffect::AtOnce;
    return field.binding.show(field, isAtOnce ? *m_newest.load() : m_atStart, 0);
}

} // namespace warp::api
