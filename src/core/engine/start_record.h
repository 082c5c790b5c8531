// Remembers in the data folder how the last runs began and whether they ended in order, so that a
// program that crashes again and again starts with everything optional off. Used by the composition
// root, which holds the folder's lock; one thread at a time.
#pragma once

#include "core/engine/engine_options.h"
#include "core/util/clock.h"
#include "core/util/files.h"

#include <chrono>
#include <cstddef>
#include <filesystem>

namespace warp::engine {

class StartRecord final
{
public:
    /// So many crashes within this time, and the next start is a safe one. A run that lasts as long
    /// is none of them, however it ends.
    static constexpr std::size_t CRASH_LIMIT = 3;
    static constexpr std::chrono::minutes WINDOW{10};

    StartRecord(util::Files& files, const std::filesystem::path& dataFolder);

    /// Notes this start. A record that cannot be read or written never keeps the pool from
    /// starting.
    [[nodiscard]] StartMode begin(util::WallTime now);
    /// The run ended in order, or has lasted for WINDOW: the next start begins anew.
    void markGood();

private:
    util::Files& m_files;
    std::filesystem::path m_path;
};

} // namespace warp::engine
