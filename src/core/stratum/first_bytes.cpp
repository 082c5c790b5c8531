#include "core/stratum/first_bytes.h"

#include <algorithm>
#include <string_view>

namespace warp::stratum {

namespace {

constexpr std::string_view BLANKS = " \t\r\n";

bool isText(char character)
{
    return (character >= ' ' && character <= '~') || BLANKS.find(character) != BLANKS.npos;
}

} // namespace

FirstBytes guessProtocol(util::ByteView bytes)
{
    const std::string_view looked = util::asText(bytes).substr(0, FIRST_BYTES_NEEDED);
    const std::size_t start = std::min(looked.find_first_not_of(BLANKS), looked.size());
    const std::string_view line = looked.substr(start);
    if ((!line.empty() && line.front() != '{') || !std::ranges::all_of(line, isText)) {
        return FirstBytes::StratumV2;
    }
    // A whole line is one, however short.
    const bool isWhole = line.find('\n') != line.npos;
    return isWhole || looked.size() == FIRST_BYTES_NEEDED ? FirstBytes::StratumV1
                                                          : FirstBytes::TooFew;
}

} // namespace warp::stratum
