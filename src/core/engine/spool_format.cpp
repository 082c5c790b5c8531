#include "core/engine/spool_format.h"

#include "core/bitcoin/sha256d.h"
#include "core/util/hex.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace warp::engine {

namespace {

constexpr int VERSION = 1;
constexpr std::size_t MAX_TEXT = 1000;
constexpr std::size_t MAX_ITEMS = 1000;
constexpr std::size_t HEADER_DIGITS = 160;
constexpr std::array<std::string_view, 2> KIND_NAMES = {"warppool-block", "warppool-state"};

std::string_view nameOf(SpoolKind kind)
{
    return KIND_NAMES.at(static_cast<std::size_t>(kind));
}

std::string digestOf(std::string_view body)
{
    return util::toHex(bitcoin::sha256(util::asBytes(body)).bytes);
}

bool isPlain(char character)
{
    return character > ' ' && character <= '~' && character != '%';
}

/// One word: anything but plain characters is %xx, nothing at all is "-", and that is "%2d".
std::string escape(std::string_view text)
{
    text = text.substr(0, MAX_TEXT);
    if (text.empty()) {
        return "-";
    }
    if (text == "-") {
        return "%2d";
    }
    std::string word;
    for (const char character : text) {
        if (isPlain(character)) {
            word += character;
        } else {
            word += fmt::format("%{:02x}", static_cast<unsigned char>(character));
        }
    }
    return word;
}

std::optional<std::string> unescape(std::string_view word)
{
    if (word == "-") {
        return std::string();
    }
    std::string text;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (word[i] != '%') {
            text += word[i];
            continue;
        }
        const auto code = util::parseHexUint32(word.substr(std::min(i + 1, word.size()), 2));
        if (!code || i + 2 >= word.size()) {
            return std::nullopt;
        }
        text += static_cast<char>(*code);
        i += 2;
    }
    return text;
}

template <class T>
std::optional<T> parseNumber(std::string_view text)
{
    T number{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

/// What stands before the next `separator`, which is taken too; the rest where there is none.
std::string_view take(std::string_view& text, char separator)
{
    const std::size_t end = text.find(separator);
    const std::string_view word = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return word;
}

/// The enumerator of this name among the first `count`.
template <class Enum>
std::optional<Enum> parseName(std::string_view text, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) {
        if (name(static_cast<Enum>(i)) == text) {
            return static_cast<Enum>(i);
        }
    }
    return std::nullopt;
}

std::optional<interfaces::BlockState> parseState(std::string_view text)
{
    return parseName<interfaces::BlockState>(text, 6);
}

bool readVerdict(std::string_view value, SpooledBlock& block)
{
    const auto node = unescape(take(value, ' '));
    const auto verdict = parseNumber<std::uint8_t>(take(value, ' '));
    const auto reason = unescape(value);
    if (!node || !verdict || !reason || *verdict > static_cast<int>(node::SubmitVerdict::Unknown) ||
        block.verdicts.size() >= MAX_ITEMS) {
        return false;
    }
    block.verdicts.push_back(
        {.node = *node, .verdict = static_cast<node::SubmitVerdict>(*verdict), .reason = *reason});
    return true;
}

bool readPayment(std::string_view value, SpooledBlock& block)
{
    const auto amount = parseNumber<std::int64_t>(take(value, ' '));
    const auto address = unescape(value);
    if (!amount || *amount < 0 || !address || block.record.payments.size() >= MAX_ITEMS) {
        return false;
    }
    block.record.payments.push_back({.address = *address, .value = util::Satoshi(*amount)});
    return true;
}

template <class T>
bool assign(T& target, const std::optional<T>& value)
{
    if (value) {
        target = *value;
    }
    return value.has_value();
}

/// Whether the field is well; unknown ones are.
bool readField(std::string_view key, std::string_view value, SpooledBlock& block)
{
    interfaces::BlockRecord& record = block.record;
    if (key == "hash") {
        return assign(record.hash, bitcoin::fromDisplayHex(value));
    }
    if (key == "parent") {
        return assign(block.parent, bitcoin::fromDisplayHex(value));
    }
    if (key == "height") {
        return assign(record.height, parseNumber<std::int64_t>(value));
    }
    if (key == "network") {
        return assign(block.network, bitcoin::networkFromChainName(value));
    }
    if (key == "state") {
        return assign(record.state, parseState(value));
    }
    if (key == "confirmations") {
        return assign(record.confirmations, parseNumber<std::int64_t>(value));
    }
    if (key == "audit") {
        return assign(record.audit, parseName<interfaces::PaymentAudit>(value, 3));
    }
    if (key == "found") {
        const auto found = parseNumber<std::int64_t>(value);
        record.foundAt = util::WallTime(std::chrono::milliseconds(found.value_or(0)));
        return found.has_value();
    }
    if (key == "worker") {
        return assign(record.worker, unescape(value));
    }
    if (key == "reason") {
        return assign(record.reason, unescape(value));
    }
    if (key == "pays") {
        return readPayment(value, block);
    }
    return key != "said" || readVerdict(value, block);
}

std::string fieldsOf(const SpooledBlock& block)
{
    const interfaces::BlockRecord& record = block.record;
    std::string body = fmt::format(
        "hash {}\nparent {}\nheight {}\nnetwork {}\nstate {}\nconfirmations {}\naudit {}\n"
        "found {}\nworker {}\nreason {}\n",
        bitcoin::toDisplayHex(record.hash), bitcoin::toDisplayHex(block.parent), record.height,
        bitcoin::chainName(block.network), name(record.state), record.confirmations,
        name(record.audit), record.foundAt.time_since_epoch().count(), escape(record.worker),
        escape(record.reason));
    for (const interfaces::Payment& payment : record.payments) {
        body += fmt::format("pays {} {}\n", payment.value.value(), escape(payment.address));
    }
    for (const NodeVerdict& verdict : block.verdicts) {
        body += fmt::format("said {} {} {}\n", escape(verdict.node),
                            static_cast<int>(verdict.verdict), escape(verdict.reason));
    }
    return body;
}

/// Whether the digits are those of a block with this hash.
bool isBlock(std::string_view digits, const bitcoin::Hash256& hash)
{
    std::array<std::byte, HEADER_DIGITS / 2> header{};
    return digits.size() > HEADER_DIGITS && digits.size() % 2 == 0 &&
           util::decodeHex(digits.substr(0, HEADER_DIGITS), header) &&
           bitcoin::sha256d(header) == hash;
}

/// The content behind the first line, if it is what that line says.
util::Result<std::string_view, SpoolFault> checkedBody(SpoolKind kind, std::string_view text)
{
    if (std::all_of(text.begin(), text.end(), [](char each) { return each == '\0'; })) {
        return util::Unexpected(SpoolFault::Empty);
    }
    std::string_view rest = text;
    std::string_view line = take(rest, '\n');
    if (take(line, ' ') != nameOf(kind)) {
        return util::Unexpected(SpoolFault::NotOurs);
    }
    const auto version = parseNumber<int>(take(line, ' '));
    if (version && *version > VERSION) {
        return util::Unexpected(SpoolFault::NewVersion);
    }
    const auto size = parseNumber<std::size_t>(take(line, ' '));
    if (version != VERSION || !size || *size > rest.size() ||
        digestOf(rest.substr(0, *size)) != line) {
        return util::Unexpected(SpoolFault::Torn);
    }
    return rest.substr(0, *size);
}

} // namespace

std::string_view describe(SpoolFault fault)
{
    constexpr std::array<std::string_view, 6> NAMES = {
        "empty", "not a spool file", "of a later version", "torn", "malformed", "cannot be read"};
    return NAMES.at(static_cast<std::size_t>(fault));
}

std::string encodeSpoolFile(SpoolKind kind, const SpooledBlock& block)
{
    std::string body = fieldsOf(block);
    if (kind == SpoolKind::Block && block.bytes) {
        if (!block.bytes->workId.empty()) {
            body += fmt::format("workid {}\n", escape(block.bytes->workId));
        }
        body += "block ";
        body += *block.bytes->headHex;
        if (block.bytes->tailHex) {
            for (const auto& part : *block.bytes->tailHex) {
                body += *part;
            }
        }
        body += '\n';
    }
    return fmt::format("{} {} {} {}\n{}", nameOf(kind), VERSION, body.size(), digestOf(body), body);
}

util::Result<SpooledBlock, SpoolFault> decodeSpoolFile(SpoolKind kind, std::string_view text)
{
    WARP_TRY(body, checkedBody(kind, text));
    SpooledBlock block;
    node::BlockBytes bytes;
    while (!body.empty()) {
        std::string_view line = take(body, '\n');
        const std::string_view key = take(line, ' ');
        bool isGood = true;
        if (key == "block") {
            bytes.headHex = std::make_shared<const std::string>(line);
        } else if (key == "workid") {
            isGood = assign(bytes.workId, unescape(line));
        } else {
            isGood = readField(key, line, block);
        }
        if (!isGood) {
            return util::Unexpected(SpoolFault::Malformed);
        }
    }
    if (kind == SpoolKind::Block) {
        if (!bytes.headHex || !isBlock(*bytes.headHex, block.record.hash)) {
            return util::Unexpected(SpoolFault::Malformed);
        }
        bytes.hash = block.record.hash;
        bytes.height = block.record.height;
        block.bytes = std::make_shared<const node::BlockBytes>(std::move(bytes));
    }
    return block;
}

} // namespace warp::engine
