#include "core/stratum/v1/configure.h"

#include "core/bitcoin/difficulty_text.h"
#include "core/mining/job.h"
#include "core/stratum/v1/json_text.h"
#include "core/stratum/v1/reply.h"
#include "core/util/hex.h"

#include <bit>
#include <charconv>

namespace warp::stratum::v1 {

namespace {

/// Value of one option as raw JSON; empty where it is absent.
std::string_view option(std::string_view options, std::string_view key)
{
    JsonObjectReader reader(options);
    while (const auto field = reader.next()) {
        if (field->key == key) {
            return field->value;
        }
    }
    return {};
}

/// The content of a string, or a number's own text.
std::string_view plain(std::string_view text)
{
    if (text.size() >= 2 && text.front() == '"') {
        return text.substr(1, text.size() - 2);
    }
    return text;
}

/// Bits that the miner wants and BIP 320 allows. A miner that names no mask takes them all.
std::optional<std::uint32_t> agreedMask(std::string_view options)
{
    const std::string_view maskText = option(options, "version-rolling.mask");
    std::uint32_t mask = mining::VERSION_ROLLING_MASK;
    if (!maskText.empty()) {
        const auto wanted = util::parseHexUint32(plain(maskText));
        if (!wanted) {
            return std::nullopt;
        }
        mask &= *wanted;
    }
    unsigned leastBits = 1;
    const std::string_view countText = plain(option(options, "version-rolling.min-bit-count"));
    std::from_chars(countText.data(), countText.data() + countText.size(), leastBits);
    if (static_cast<unsigned>(std::popcount(mask)) < leastBits || mask == 0) {
        return std::nullopt;
    }
    return mask;
}

void appendVersionRolling(std::string_view options, ConfigureOutcome& outcome)
{
    outcome.versionMask = agreedMask(options);
    if (!outcome.versionMask) {
        outcome.result.append("\"version-rolling\":false");
        return;
    }
    outcome.result.append("\"version-rolling\":true,\"version-rolling.mask\":\"");
    appendHexUint32(outcome.result, *outcome.versionMask);
    outcome.result.push_back('"');
}

void appendMinimumDifficulty(std::string_view options, ConfigureOutcome& outcome)
{
    const auto wanted =
        bitcoin::parseDifficulty(plain(option(options, "minimum-difficulty.value")));
    const bool isUsable = wanted && wanted->value() > 0;
    if (isUsable) {
        outcome.minimumDifficulty = wanted;
    }
    outcome.result.append(isUsable ? "\"minimum-difficulty\":true"
                                   : "\"minimum-difficulty\":false");
}

} // namespace

std::optional<ConfigureOutcome> negotiate(const Message& message)
{
    const std::string_view options = message.parameters[1];
    if (!message.parameters[0].starts_with('[')) {
        return std::nullopt;
    }
    ConfigureOutcome outcome;
    outcome.result.push_back('{');
    JsonArrayReader extensions(message.parameters[0]);
    std::size_t count = 0;
    while (const auto extension = extensions.next()) {
        if (!extension->starts_with('"') || ++count > MAX_EXTENSIONS) {
            return std::nullopt;
        }
        if (count > 1) {
            outcome.result.push_back(',');
        }
        const std::string_view name = plain(*extension);
        if (name == "version-rolling") {
            appendVersionRolling(options, outcome);
        } else if (name == "minimum-difficulty") {
            appendMinimumDifficulty(options, outcome);
        } else if (name == "subscribe-extranonce" || name == "info") {
            outcome.result.append(*extension).append(":true");
        } else {
            outcome.result.append(*extension).append(":false");
        }
    }
    outcome.result.push_back('}');
    return outcome;
}

} // namespace warp::stratum::v1
