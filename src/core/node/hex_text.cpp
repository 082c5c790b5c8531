#include "core/node/hex_text.h"

#include <array>
#include <cstddef>
#include <cstring>

namespace warp::node {

namespace {

// Whole blocks without a branch, which compilers turn into vector instructions.
constexpr std::size_t BLOCK = 64;

bool isHexBlock(const char* text)
{
    std::array<unsigned char, BLOCK> block{};
    std::memcpy(block.data(), text, BLOCK);
    unsigned char wrong = 0;
    for (const unsigned char character : block) {
        const auto digit = static_cast<unsigned char>(character - '0');
        const auto letter = static_cast<unsigned char>((character | 0x20U) - 'a');
        wrong =
            static_cast<unsigned char>(wrong | ((digit > 9 ? 1U : 0U) & (letter > 5 ? 1U : 0U)));
    }
    return wrong == 0;
}

} // namespace

bool isHexText(std::string_view text)
{
    for (; text.size() >= BLOCK; text.remove_prefix(BLOCK)) {
        if (!isHexBlock(text.data())) {
            return false;
        }
    }
    std::array<char, BLOCK> rest{};
    rest.fill('0');
    text.copy(rest.data(), text.size());
    return isHexBlock(rest.data());
}

} // namespace warp::node
