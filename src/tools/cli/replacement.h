// What a new file takes over from the one whose place it takes: where links lead, mode, owner and
// group. POSIX. Main thread.
#pragma once

#include "core/util/result.h"

#include <filesystem>
#include <string>
#include <utility>

namespace warp::cli {

/// The file that a path leads to; the path itself where it is no link.
[[nodiscard]] std::filesystem::path behindLinks(std::filesystem::path path);

/// The empty file that util::Files::replaceDurably() fills and puts into a target's place, made
/// beforehand with what is to be kept. Removed at the end where it was not used.
class Replacement final
{
public:
    /// Makes none where `like` is not there. The error is an English sentence; nothing is left
    /// then.
    /// @param like  whose mode, owner and group the target will have
    [[nodiscard]] static util::Result<Replacement, std::string>
    prepare(const std::filesystem::path& target, const std::filesystem::path& like);

    ~Replacement();
    Replacement(Replacement&& other) noexcept
        : m_path(std::exchange(other.m_path, {}))
    {}
    Replacement& operator=(Replacement&&) = delete;
    Replacement(const Replacement&) = delete;
    Replacement& operator=(const Replacement&) = delete;

    /// Whether the target will be like another file, whatever access it is written with.
    [[nodiscard]] bool isMade() const { return !m_path.empty(); }

private:
    Replacement() = default;

    std::filesystem::path m_path;
};

} // namespace warp::cli
