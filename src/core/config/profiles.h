// The profiles: what each size of installation gives to keys that nothing else sets, and why. The
// one table behind loader, documentation and API. Constant data; safe on any thread.
#pragma once

#include "core/config/settings.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace warp::config {

/// From the smallest to the largest; Auto leaves every key at its default.
inline constexpr std::array PROFILE_KINDS{ProfileKind::Small, ProfileKind::Medium,
                                          ProfileKind::Large, ProfileKind::Enterprise};

/// How a parameter goes from Small to Enterprise.
enum class ProfileTrend : std::uint8_t {
    Rises, ///< a cap or an allowance
    Falls, ///< a time between two efforts
};

/// One key that profiles set, with its value in the order of PROFILE_KINDS.
struct ProfileParameter
{
    std::string_view section;
    std::string_view key;
    std::array<std::string_view, PROFILE_KINDS.size()> values;
    ProfileTrend trend = ProfileTrend::Rises;
    std::string_view reason; ///< English, for the documentation

    /// Empty for Auto.
    [[nodiscard]] std::string_view valueOf(ProfileKind kind) const;
};

[[nodiscard]] std::span<const ProfileParameter> profileTable();

/// docs/profiles.md.
[[nodiscard]] std::string renderProfiles(std::span<const ProfileParameter> parameters);

} // namespace warp::config
