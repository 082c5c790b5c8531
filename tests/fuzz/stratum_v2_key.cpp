// Any text as the file of an authority key, and as the public key that miners are configured with.
#include "core/stratum/v2/authority_key.h"
#include "core/stratum/v2/curve.h"
#include "core/util/assert.h"
#include "core/util/random.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace warp;
using stratum::v2::AuthorityKey;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static util::SeededRandom random(1);
    static const stratum::v2::Curve curve(random);
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto key = stratum::v2::parsePublicKey(text)) {
        WARP_ASSERT(stratum::v2::toText(*key) == text);
    }
    const auto key = AuthorityKey::parseFile(curve, text);
    if (!key) {
        WARP_ASSERT(!describe(key.error()).empty());
        return 0;
    }
    const auto file = key->fileText();
    WARP_ASSERT(file.reveal().size() == size && size <= stratum::v2::MAX_KEY_FILE_BYTES);
    const auto again = AuthorityKey::parseFile(curve, file.reveal());
    WARP_ASSERT(again && again->publicKey() == key->publicKey());
    return 0;
}
