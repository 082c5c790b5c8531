#include "core/node/template_parser.h"

#include "core/bitcoin/target.h"
#include "core/bitcoin/transaction.h"
#include "core/bitcoin/witness_commitment.h"
#include "core/node/hex_text.h"
#include "core/node/json_access.h"
#include "core/util/hex.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace warp::node {

namespace {

// Lock times from here on are times, not heights (BIP 65).
constexpr std::int64_t MAX_HEIGHT = 499'999'999;
// BIP 141: a block has at most 4,000,000 bytes.
constexpr std::size_t MAX_BLOCK_HEX = std::size_t{2} * 4'000'000;
// Version, one input with an empty script, one output with an empty script, lock time.
constexpr std::size_t MIN_TRANSACTION_HEX = std::size_t{2} * 60;
constexpr std::size_t MAX_SCRIPT_BYTES = 10'000;
constexpr std::size_t MAX_ID_LENGTH = 1024;
// OP_RETURN, push of 36 bytes, aa21a9ed (BIP 141).
constexpr std::array COMMITMENT_PREFIX{std::byte{0x6A}, std::byte{0x24}, std::byte{0xAA},
                                       std::byte{0x21}, std::byte{0xA9}, std::byte{0xED}};

std::optional<bitcoin::Hash256> asHash(JsonValue& value)
{
    return bitcoin::fromDisplayHex(asRawString(value).value_or(""));
}

template <class T>
bool store(T& target, const std::optional<std::int64_t>& number)
{
    target = static_cast<T>(number.value_or(0));
    return number.has_value();
}

/// Calls `read` with each field that is not null; stops with the key of the first that is refused.
template <class Read>
std::optional<std::string> readFields(simdjson::ondemand::object& object, Read read)
{
    for (auto entry : object) {
        simdjson::ondemand::field field;
        std::string_view key;
        if (std::move(entry).get(field) != simdjson::SUCCESS ||
            field.unescaped_key().get(key) != simdjson::SUCCESS) {
            return "broken JSON";
        }
        if (!isNull(field.value()) && !read(key, field.value())) {
            return std::string(key.substr(0, MAX_ID_LENGTH));
        }
    }
    return std::nullopt;
}

class TemplateReader final
{
public:
    /// The field that is wrong or missing, or nothing.
    [[nodiscard]] std::optional<std::string> read(const RpcResult& result);
    [[nodiscard]] mining::BlockTemplate take() { return std::move(m_template); }

private:
    struct Field
    {
        std::string_view name;
        bool (TemplateReader::*read)(JsonValue&);
        bool isRequired = true;
    };
    static const std::array<Field, 14> FIELDS;

    bool readVersion(JsonValue& value);
    bool readRules(JsonValue& value);
    bool readPrevious(JsonValue& value);
    bool readTransactions(JsonValue& value);
    bool readValue(JsonValue& value);
    bool readLongpollId(JsonValue& value) { return readId(value, m_template.longpollId); }
    bool readWorkId(JsonValue& value) { return readId(value, m_template.workId); }
    bool readMinimumTime(JsonValue& value);
    bool readSigopLimit(JsonValue& value) { return readLimit(value, m_template.sigopLimit); }
    bool readWeightLimit(JsonValue& value) { return readLimit(value, m_template.weightLimit); }
    bool readCurrentTime(JsonValue& value);
    bool readBits(JsonValue& value);
    bool readHeight(JsonValue& value);
    bool readCommitment(JsonValue& value);

    static bool readId(JsonValue& value, std::string& id);
    static bool readLimit(JsonValue& value, std::optional<std::uint32_t>& limit);
    [[nodiscard]] bool readTransaction(simdjson::ondemand::object& object);

    mining::BlockTemplate m_template;
    std::string m_transactionsHex;
    std::optional<util::Bytes> m_commitment;
    std::optional<bool> m_rulesNameSegwit;
};

// BIP 22 names all that are required here; the others are BIP 23, BIP 145 or left out by some node.
const std::array<TemplateReader::Field, 14> TemplateReader::FIELDS{{
    {"version", &TemplateReader::readVersion},
    {"rules", &TemplateReader::readRules, false},
    {"previousblockhash", &TemplateReader::readPrevious},
    {"transactions", &TemplateReader::readTransactions},
    {"coinbasevalue", &TemplateReader::readValue},
    {"longpollid", &TemplateReader::readLongpollId, false},
    {"workid", &TemplateReader::readWorkId, false},
    {"mintime", &TemplateReader::readMinimumTime, false},
    {"sigoplimit", &TemplateReader::readSigopLimit, false},
    {"weightlimit", &TemplateReader::readWeightLimit, false},
    {"curtime", &TemplateReader::readCurrentTime},
    {"bits", &TemplateReader::readBits},
    {"height", &TemplateReader::readHeight},
    {"default_witness_commitment", &TemplateReader::readCommitment, false},
}};

std::optional<std::string> TemplateReader::read(const RpcResult& result)
{
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (parser.iterate(padded(result.json())).get(document) != simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS) {
        return "no object";
    }
    m_transactionsHex.reserve(std::min(result.json().size(), MAX_BLOCK_HEX));
    std::array<bool, FIELDS.size()> isThere{};
    auto wrong = readFields(object, [&](std::string_view key, JsonValue& value) {
        const auto found = std::ranges::find(FIELDS, key, &Field::name);
        if (found == FIELDS.end()) {
            return true;
        }
        bool& wasThere = isThere[static_cast<std::size_t>(found - FIELDS.begin())];
        return !std::exchange(wasThere, true) && (this->*found->read)(value);
    });
    if (wrong) {
        return wrong;
    }
    for (std::size_t i = 0; i < FIELDS.size(); ++i) {
        if (FIELDS[i].isRequired && !isThere[i]) {
            return std::string(FIELDS[i].name);
        }
    }
    if (m_rulesNameSegwit.value_or(true)) {
        m_template.witnessCommitmentScript = std::move(m_commitment);
    }
    m_template.textBytes = m_template.newTextBytes = m_transactionsHex.size();
    if (!m_transactionsHex.empty()) {
        m_template.transactionsHex = std::make_shared<const mining::HexText>(
            mining::HexText{std::make_shared<const std::string>(std::move(m_transactionsHex))});
    }
    return std::nullopt;
}

bool TemplateReader::readVersion(JsonValue& value)
{
    // A signed number on the wire of RPC, its 32 bits in the header.
    const auto number = asInteger(value, INT32_MIN, UINT32_MAX);
    m_template.version = static_cast<std::uint32_t>(number.value_or(0));
    return number.has_value();
}

bool TemplateReader::readRules(JsonValue& value)
{
    simdjson::ondemand::array rules;
    if (value.get_array().get(rules) != simdjson::SUCCESS) {
        return false;
    }
    m_rulesNameSegwit = false;
    for (auto entry : rules) {
        JsonValue rule;
        if (std::move(entry).get(rule) != simdjson::SUCCESS) {
            return false;
        }
        const auto name = asString(rule);
        if (!name) {
            return false;
        }
        // "!" marks a rule that the miner has to understand (BIP 9).
        if (*name == "segwit" || *name == "!segwit") {
            m_rulesNameSegwit = true;
        }
    }
    return true;
}

bool TemplateReader::readPrevious(JsonValue& value)
{
    const auto hash = asHash(value);
    m_template.previous = hash.value_or(bitcoin::Hash256{});
    return hash.has_value();
}

bool TemplateReader::readTransactions(JsonValue& value)
{
    simdjson::ondemand::array transactions;
    if (value.get_array().get(transactions) != simdjson::SUCCESS) {
        return false;
    }
    for (auto entry : transactions) {
        simdjson::ondemand::object transaction;
        if (std::move(entry).get_object().get(transaction) != simdjson::SUCCESS ||
            !readTransaction(transaction)) {
            return false;
        }
    }
    return true;
}

bool TemplateReader::readTransaction(simdjson::ondemand::object& object)
{
    mining::TemplateTransaction transaction;
    std::string_view data;
    std::optional<bitcoin::Hash256> txid;
    std::optional<bitcoin::Hash256> wtxid;
    const auto wrong = readFields(object, [&](std::string_view key, JsonValue& value) {
        if (key == "data") {
            data = asRawString(value).value_or("");
            return !data.empty();
        }
        if (key == "txid") {
            txid = asHash(value);
            return txid.has_value();
        }
        if (key == "hash") {
            wtxid = asHash(value);
            return wtxid.has_value();
        }
        if (key == "weight") {
            return store(transaction.weight, asInteger(value, 0, UINT32_MAX));
        }
        if (key == "fee") {
            std::int64_t fee = 0;
            if (!store(fee, asInteger(value, 0, bitcoin::MAX_MONEY.value()))) {
                return false;
            }
            transaction.fee = util::Satoshi(fee);
            return true;
        }
        if (key == "sigops") {
            return store(transaction.sigopCost, asInteger(value, 0, UINT32_MAX));
        }
        return true;
    });
    if (wrong || data.size() < MIN_TRANSACTION_HEX || data.size() % 2 != 0 ||
        data.size() > MAX_BLOCK_HEX - m_transactionsHex.size() || !isHexText(data)) {
        return false;
    }
    if (!txid || !wtxid || transaction.weight == 0) {
        // Before BIP 145 `hash` was the txid, so that alone it says nothing certain.
        const auto bytes = util::fromHex(data);
        const auto parsed = bitcoin::Transaction::parse(bytes.value_or(util::Bytes{}));
        if (!parsed) {
            return false;
        }
        wtxid = parsed->wtxid();
        txid = txid ? txid : parsed->txid();
        transaction.weight = static_cast<std::uint32_t>(parsed->weight());
    }
    transaction.txid = *txid;
    transaction.wtxid = *wtxid;
    transaction.hexLength = data.size();
    m_transactionsHex += data;
    m_template.transactions.push_back(transaction);
    return true;
}

bool TemplateReader::readValue(JsonValue& value)
{
    const auto number = asInteger(value, 0, bitcoin::MAX_MONEY.value());
    m_template.coinbaseValue = util::Satoshi(number.value_or(0));
    return number.has_value();
}

bool TemplateReader::readMinimumTime(JsonValue& value)
{
    return store(m_template.minimumTime, asInteger(value, 0, UINT32_MAX));
}

bool TemplateReader::readCurrentTime(JsonValue& value)
{
    return store(m_template.currentTime, asInteger(value, 1, UINT32_MAX));
}

bool TemplateReader::readBits(JsonValue& value)
{
    // btcd leaves leading zeros out.
    const auto bits = util::parseHexUint32(asRawString(value).value_or(""));
    m_template.bits = bits.value_or(0);
    return bits && bitcoin::Target::fromCompact(*bits).has_value();
}

bool TemplateReader::readHeight(JsonValue& value)
{
    return store(m_template.height, asInteger(value, 1, MAX_HEIGHT));
}

bool TemplateReader::readCommitment(JsonValue& value)
{
    const auto text = asRawString(value).value_or("");
    // btcd gives the commitment alone, without the script around it.
    if (bitcoin::Hash256 commitment; util::decodeHex(text, commitment.bytes)) {
        m_commitment = bitcoin::witnessCommitmentScript(commitment);
        return true;
    }
    if (text.size() > 2 * MAX_SCRIPT_BYTES) {
        return false;
    }
    m_commitment = util::fromHex(text);
    return m_commitment && m_commitment->size() >= bitcoin::WITNESS_COMMITMENT_SCRIPT_SIZE &&
           std::ranges::equal(std::span(*m_commitment).first(COMMITMENT_PREFIX.size()),
                              COMMITMENT_PREFIX);
}

bool TemplateReader::readId(JsonValue& value, std::string& id)
{
    const auto text = asString(value);
    id = text.value_or("");
    return text && text->size() <= MAX_ID_LENGTH;
}

bool TemplateReader::readLimit(JsonValue& value, std::optional<std::uint32_t>& limit)
{
    const auto number = asInteger(value, 1, UINT32_MAX);
    limit = static_cast<std::uint32_t>(number.value_or(0));
    return number.has_value();
}

} // namespace

TemplateResult parseBlockTemplate(const RpcResult& result, util::BootTime received)
{
    TemplateReader reader;
    if (const auto wrong = reader.read(result)) {
        return util::Unexpected(NodeError{.code = NodeErrorCode::Malformed,
                                          .message = fmt::format("getblocktemplate: {}", *wrong)});
    }
    mining::BlockTemplate read = reader.take();
    read.received = received;
    return std::make_shared<const mining::BlockTemplate>(std::move(read));
}

} // namespace warp::node
