#include "core/stratum/v1/client_messages.h"

#include "core/bitcoin/difficulty_text.h"
#include "core/stratum/v1/json_text.h"
#include "core/util/hex.h"

#include <charconv>
#include <utility>

namespace warp::stratum::v1 {

namespace {

constexpr std::size_t MAX_ERROR_BYTES = 256;

std::string textOf(std::string_view raw)
{
    std::string buffer;
    return std::string(jsonString(raw, buffer).value_or(std::string_view()));
}

std::optional<util::Bytes> bytesOf(std::string_view raw)
{
    std::string buffer;
    const auto text = jsonString(raw, buffer);
    return text ? util::fromHex(*text) : std::nullopt;
}

std::optional<std::uint32_t> uint32Of(std::string_view raw)
{
    std::string buffer;
    const auto text = jsonString(raw, buffer);
    return text ? util::parseHexUint32(*text) : std::nullopt;
}

std::optional<bitcoin::Hash256> hashOf(std::string_view raw)
{
    std::string buffer;
    bitcoin::Hash256 hash;
    const auto text = jsonString(raw, buffer);
    if (!text || !util::decodeHex(*text, hash.bytes)) {
        return std::nullopt;
    }
    return hash;
}

std::optional<std::vector<bitcoin::Hash256>> branchOf(std::string_view raw)
{
    if (!raw.starts_with('[')) {
        return std::nullopt;
    }
    std::vector<bitcoin::Hash256> branch;
    JsonArrayReader reader(raw);
    while (const auto element = reader.next()) {
        const auto hash = hashOf(*element);
        if (!hash || branch.size() == ClientSession::MAX_BRANCH_LENGTH) {
            return std::nullopt;
        }
        branch.push_back(*hash);
    }
    return branch;
}

/// A number within int; 0 otherwise.
template <class T>
T integerOf(std::string_view raw)
{
    T number = 0;
    std::from_chars(raw.data(), raw.data() + raw.size(), number);
    return number;
}

std::optional<Subscribed> extranonceOf(std::string_view rawExtranonce1, std::string_view rawSize)
{
    auto extranonce1 = bytesOf(rawExtranonce1);
    const auto size = integerOf<std::size_t>(rawSize);
    if (!extranonce1 || extranonce1->size() > ClientSession::MAX_EXTRANONCE1_SIZE || size == 0 ||
        size > ClientSession::MAX_EXTRANONCE2_SIZE) {
        return std::nullopt;
    }
    return Subscribed{.extranonce1 = std::move(*extranonce1), .extranonce2Size = size};
}

std::string_view fieldOf(std::string_view object, std::string_view key)
{
    JsonObjectReader reader(object);
    while (const auto field = reader.next()) {
        if (field->key == key) {
            return field->value;
        }
    }
    return {};
}

} // namespace

std::optional<ClientJob> parseNotify(const Message& message)
{
    const auto& parameters = message.parameters;
    const std::size_t count = message.parameterCount;
    if (count < 9 || count > MAX_KEPT_PARAMETERS) {
        return std::nullopt;
    }
    ClientJob job;
    job.id = textOf(parameters[0]);
    const auto swapped = hashOf(parameters[1]);
    auto prefix = bytesOf(parameters[2]);
    auto suffix = bytesOf(parameters[3]);
    auto branch = branchOf(parameters[4]);
    const auto version = uint32Of(parameters[5]);
    const auto bits = uint32Of(parameters[6]);
    const auto time = uint32Of(parameters[7]);
    if (job.id.empty() || job.id.size() > ClientSession::MAX_JOB_ID_BYTES || !swapped || !prefix ||
        !suffix || !branch || !version || !bits || !time) {
        return std::nullopt;
    }
    // Stratum V1 sends each word of four bytes reversed.
    for (std::size_t i = 0; i < job.previous.bytes.size(); ++i) {
        job.previous.bytes[i ^ 3U] = swapped->bytes[i];
    }
    job.coinbasePrefix = std::move(*prefix);
    job.coinbaseSuffix = std::move(*suffix);
    job.branch = std::move(*branch);
    job.version = *version;
    job.bits = *bits;
    job.time = *time;
    job.isClean = parameters[count - 1] == "true";
    return job;
}

std::optional<Subscribed> parseSubscribeResult(std::string_view result)
{
    JsonArrayReader reader(result);
    const auto subscriptions = reader.next();
    const auto extranonce1 = reader.next();
    const auto size = reader.next();
    if (!subscriptions || !extranonce1 || !size) {
        return std::nullopt;
    }
    return extranonceOf(*extranonce1, *size);
}

std::optional<ExtranonceChanged> parseSetExtranonce(const Message& message)
{
    auto extranonce = extranonceOf(message.parameters[0], message.parameters[1]);
    if (!extranonce) {
        return std::nullopt;
    }
    return ExtranonceChanged{.extranonce1 = std::move(extranonce->extranonce1),
                             .extranonce2Size = extranonce->extranonce2Size};
}

std::optional<util::Difficulty> parseSetDifficulty(const Message& message)
{
    const auto difficulty = bitcoin::parseDifficulty(message.parameters[0]);
    if (!difficulty || difficulty->value() <= 0) {
        return std::nullopt;
    }
    return difficulty;
}

std::uint32_t parseConfigureResult(std::string_view result)
{
    if (fieldOf(result, "version-rolling") != "true") {
        return 0;
    }
    return uint32Of(fieldOf(result, "version-rolling.mask")).value_or(0);
}

std::optional<ServerError> parseServerError(std::string_view error)
{
    if (error.empty() || error == "null") {
        return std::nullopt;
    }
    ServerError parsed;
    if (error.starts_with('{')) {
        parsed.code = integerOf<int>(fieldOf(error, "code"));
        parsed.message = textOf(fieldOf(error, "message"));
    } else if (error.starts_with('[')) {
        JsonArrayReader reader(error);
        parsed.code = integerOf<int>(reader.next().value_or(std::string_view()));
        parsed.message = textOf(reader.next().value_or(std::string_view()));
    } else {
        parsed.message = textOf(error);
    }
    if (parsed.message.size() > MAX_ERROR_BYTES) {
        parsed.message.resize(MAX_ERROR_BYTES);
    }
    return parsed;
}

void appendJsonString(std::string& out, std::string_view text)
{
    constexpr std::string_view DIGITS = "0123456789abcdef";
    out.push_back('"');
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            out.push_back('\\');
            out.push_back(character);
        } else if (byte < 0x20) {
            out.append("\\u00");
            out.push_back(DIGITS[byte >> 4]);
            out.push_back(DIGITS[byte & 0xFU]);
        } else {
            out.push_back(character);
        }
    }
    out.push_back('"');
}

} // namespace warp::stratum::v1
