// The settings that the running program follows: those that count at once from the newest change,
// the others from the start. Made by the composition root, which outlives the API with it; any
// thread.
#pragma once

#include "core/config/field.h"
#include "core/config/settings.h"
#include "core/util/published.h"

#include <cstddef>
#include <memory>
#include <string>

namespace warp::api {

class SettingsInForce final
{
public:
    /// @param ioThreads  as many as there are, whatever the settings leave to the program
    SettingsInForce(const config::Settings& atStart, std::size_t ioThreads);

    /// After a change was applied.
    void change(const config::Settings& settings);

    /// A value as its file spells it. Only of sections that are no lists.
    [[nodiscard]] std::string show(const config::Field& field) const;

private:
    config::Settings m_atStart;
    util::Published<config::Settings> m_newest;
};

} // namespace warp::api
