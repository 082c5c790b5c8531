#include "core/sim/node/chain_rules.h"

#include "core/util/hex.h"

#include <string_view>

namespace warp::sim {

namespace {

constexpr std::int64_t MAX_HALVINGS = 64;
constexpr std::int64_t FULL_HALVING_INTERVAL = 210'000;

// The coinbase of the first block of main, test, signet and regtest alike.
constexpr std::string_view GENESIS_COINBASE =
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d"
    "0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66"
    "207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe55"
    "48271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba"
    "0b8d578a4c702b6bf11d5fac00000000";

} // namespace

ChainRules rulesFor(bitcoin::Network network)
{
    ChainRules rules;
    rules.network = network;
    if (network == bitcoin::Network::Regtest) {
        return rules;
    }
    rules.halvingInterval = FULL_HALVING_INTERVAL;
    rules.templateVersion = 0x2000'0000;
    switch (network) {
    case bitcoin::Network::Main:
        rules.genesisTime = 1'231'006'505;
        rules.genesisNonce = 2'083'236'893;
        break;
    case bitcoin::Network::Signet:
        rules.genesisTime = 1'598'918'400;
        rules.genesisNonce = 52'613'770;
        break;
    case bitcoin::Network::Testnet4:
        rules.genesisTime = 1'714'777'860;
        rules.genesisNonce = 393'743'547;
        break;
    case bitcoin::Network::Test:
    case bitcoin::Network::Regtest:
        rules.genesisNonce = 414'098'458;
        break;
    }
    return rules;
}

util::Satoshi subsidyAt(const ChainRules& rules, std::int64_t height)
{
    const std::int64_t halvings = height / rules.halvingInterval;
    if (halvings >= MAX_HALVINGS) {
        return util::Satoshi(0);
    }
    return util::Satoshi((50 * bitcoin::SATOSHIS_PER_BITCOIN) >> halvings);
}

bitcoin::Block genesisBlock(const ChainRules& rules)
{
    const auto bytes = util::fromHex(GENESIS_COINBASE);
    WARP_ASSERT(bytes.has_value());
    auto coinbase = bitcoin::Transaction::parse(util::ByteView(*bytes));
    bitcoin::Block block;
    block.header.version = 1;
    block.header.merkleRoot = coinbase->txid();
    block.header.time = rules.genesisTime;
    block.header.bits = rules.bits;
    block.header.nonce = rules.genesisNonce;
    block.transactions.push_back(std::move(coinbase).value());
    return block;
}

} // namespace warp::sim
