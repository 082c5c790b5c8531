#include "core/mining/miner_class.h"

#include <array>
#include <cstddef>
#include <string>

namespace warp::mining {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t MAX_USER_AGENT_BYTES = 128;

struct Pattern
{
    std::string_view part; ///< lower case
    MinerClass minerClass;
};

/// The first that occurs counts: particular names stand before what they contain, and the names of
/// devices before that of the program they run (Avalon and Antminer say "cgminer" as well).
constexpr std::array PATTERNS{
    Pattern{"nerdminer", MinerClass::NerdMiner},     Pattern{"nerdnos", MinerClass::NerdNos},
    Pattern{"nerdaxe", MinerClass::Bitaxe},          Pattern{"nerdqaxe", MinerClass::Bitaxe},
    Pattern{"nerdoctaxe", MinerClass::Bitaxe},       Pattern{"nerdeko", MinerClass::Bitaxe},
    Pattern{"bitaxe", MinerClass::Bitaxe},           Pattern{"axeos", MinerClass::Bitaxe},
    Pattern{"esp-miner", MinerClass::Bitaxe},        Pattern{"nicehash", MinerClass::Rental},
    Pattern{"miningrigrentals", MinerClass::Rental}, Pattern{"mrr", MinerClass::Rental},
    Pattern{"farm-proxy", MinerClass::Rental},       Pattern{"avalon q", MinerClass::AvalonQ},
    Pattern{"avalonq", MinerClass::AvalonQ},         Pattern{"avalon-q", MinerClass::AvalonQ},
    Pattern{"avalon", MinerClass::AvalonAsic},       Pattern{"whatsminer", MinerClass::Whatsminer},
    Pattern{"btminer", MinerClass::Whatsminer},      Pattern{"antminer", MinerClass::Antminer},
    Pattern{"bmminer", MinerClass::Antminer},        Pattern{"bosminer", MinerClass::Antminer},
    Pattern{"braiins", MinerClass::Antminer},        Pattern{"cgminer", MinerClass::UnknownAsic},
    Pattern{"bfgminer", MinerClass::UnknownAsic},    Pattern{"cpuminer", MinerClass::CpuMiner},
    Pattern{"minerd", MinerClass::CpuMiner},
};

/// In the order of the enumeration.
constexpr std::array TRAITS{
    MinerClassTraits{"unknown", util::Difficulty(256), 8s},
    MinerClassTraits{"nerdminer", util::Difficulty(0.00015), 30s, Refreshes::Unknown,
                     Devices::Alike},
    MinerClassTraits{"nerdnos", util::Difficulty(512), 8s, Refreshes::Unknown, Devices::Alike},
    MinerClassTraits{"bitaxe", util::Difficulty(2048), 8s, Refreshes::Followed, Devices::Alike},
    MinerClassTraits{"antminer", util::Difficulty(200000), 8s, Refreshes::Followed, Devices::Alike},
    MinerClassTraits{"avalon_q", util::Difficulty(150000), 8s, Refreshes::Followed, Devices::Alike},
    MinerClassTraits{"avalon", util::Difficulty(65536), 8s, Refreshes::Followed},
    MinerClassTraits{"whatsminer", util::Difficulty(200000), 8s, Refreshes::Followed,
                     Devices::Alike},
    MinerClassTraits{"asic", util::Difficulty(8192), 8s, Refreshes::Followed},
    MinerClassTraits{"cpu", util::Difficulty(0.01), 8s},
    MinerClassTraits{"rental", util::Difficulty(1000000), 8s, Refreshes::Followed},
};
static_assert(TRAITS.size() == static_cast<std::size_t>(MinerClass::Rental) + 1);

} // namespace

MinerClass classifyUserAgent(std::string_view userAgent)
{
    std::string text(userAgent.substr(0, MAX_USER_AGENT_BYTES));
    for (char& character : text) {
        if (character >= 'A' && character <= 'Z') {
            character = static_cast<char>(character - 'A' + 'a');
        }
    }
    for (const Pattern& pattern : PATTERNS) {
        if (text.find(pattern.part) != std::string::npos) {
            return pattern.minerClass;
        }
    }
    return MinerClass::Unknown;
}

const MinerClassTraits& traits(MinerClass minerClass)
{
    return TRAITS.at(static_cast<std::size_t>(minerClass));
}

} // namespace warp::mining
