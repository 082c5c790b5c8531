// Any bytes as config.toml, and as secrets.toml beside a good one: loaded or refused with places
// inside the text; an edit gives what was asked for or is refused.
#include "core/config/config_writer.h"
#include "core/config/loader.h"
#include "core/config/toml_document.h"
#include "core/util/assert.h"
#include "tests/mock/memory_files.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace warp::config;

namespace {

constexpr std::string_view FOLDER = "/c";
constexpr std::string_view GOOD =
    "[mining]\npayout_address = \"bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202\"\n";

void checkLoad(std::string_view config, std::string_view secrets)
{
    warp::test::MemoryFiles files;
    files.put(std::string(FOLDER) + "/config.toml", std::string(config));
    files.put(std::string(FOLDER) + "/secrets.toml", std::string(secrets));
    LoadRequest request;
    request.configPath = std::string(FOLDER) + "/config.toml";
    request.environment["HOME"] = "/h";
    const auto loaded = load(request, files);
    if (loaded) {
        WARP_ASSERT(!loaded->settings.mining.payoutAddress.empty());
        WARP_ASSERT(loaded->settings.server.maxConnections > 0);
        for (const ConfigWarning& warning : loaded->warnings) {
            WARP_ASSERT(!warning.describe().empty());
        }
        return;
    }
    WARP_ASSERT(!loaded.error().empty());
    const auto lines = std::count(config.begin(), config.end(), '\n') +
                       std::count(secrets.begin(), secrets.end(), '\n') + 1;
    for (const ConfigFault& fault : loaded.error()) {
        WARP_ASSERT(fault.line >= 0 && fault.line <= lines);
        const std::string text = fault.describe();
        WARP_ASSERT(std::all_of(text.begin(), text.end(), [](char character) {
            return character >= ' ' && character <= '~';
        }));
    }
}

void checkPlaces(std::string_view text)
{
    const TomlDocument document = parseToml(text);
    for (const RawSection& section : document.sections) {
        for (const RawEntry& entry : section.entries) {
            WARP_ASSERT(entry.value.begin < entry.value.end && entry.value.end <= text.size());
        }
    }
}

void checkEdit(std::string_view text)
{
    const std::array changes{
        SettingChange{.name = "mining.pooltag_prefix", .value = "a\"b\\"},
        SettingChange{.name = "server.max_connections", .value = "7"},
        SettingChange{.name = "node.chain", .value = "signet"},
    };
    const auto edited = editConfig(text, changes);
    if (edited) {
        const auto again = editConfig(*edited, changes);
        WARP_ASSERT(again && *again == *edited);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    checkLoad(text, "");
    checkLoad(GOOD, text);
    checkPlaces(text);
    checkEdit(text);
    return 0;
}
