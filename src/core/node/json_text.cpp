#include "core/node/json_text.h"

#include "core/util/bytes.h"
#include "core/util/hex.h"

#include <array>

namespace warp::node {

void appendJsonString(std::string& out, std::string_view text)
{
    out += '"';
    for (const char character : text) {
        if (character == '"' || character == '\\') {
            out += '\\';
            out += character;
        } else if (static_cast<unsigned char>(character) < 0x20) {
            const std::array byte{static_cast<std::byte>(character)};
            out += "\\u00";
            util::appendHex(out, byte);
        } else {
            out += character;
        }
    }
    out += '"';
}

} // namespace warp::node
