#include "core/node/block_answers.h"

#include "core/bitcoin/byte_reader.h"
#include "core/bitcoin/compact_size.h"
#include "core/bitcoin/sha256d.h"
#include "core/node/json_access.h"
#include "core/util/hex.h"

#include <algorithm>
#include <utility>

namespace warp::node {

namespace {

constexpr std::int64_t RPC_INVALID_ADDRESS_OR_KEY = -5; // rpc/protocol.h: also "Block not found"
constexpr std::int64_t MAX_CONFIRMATIONS = 500'000'000;
constexpr std::size_t HEADER_BYTES = 80;
/// A coinbase is small, and so is what is looked at of a block.
constexpr std::size_t MAX_PREFIX_DIGITS = std::size_t{2} << 20U;

bool saysNotFound(const NodeError& error)
{
    return error.code == NodeErrorCode::Rpc &&
           (error.rpcCode == RPC_INVALID_ADDRESS_OR_KEY ||
            error.message.find("not found") != std::string::npos);
}

/// Whether an error comes from a node that is alive.
bool isAnswer(NodeErrorCode code)
{
    return code != NodeErrorCode::Transport && code != NodeErrorCode::Abandoned &&
           code != NodeErrorCode::CookieMissing;
}

} // namespace

BlockLocation parseBlockLocation(const RpcReply& reply)
{
    if (!reply) {
        const NodeError& error = reply.error();
        return {.standing = saysNotFound(error) ? BlockStanding::NotFound : BlockStanding::Unknown,
                .isAnswered = isAnswer(error.code),
                .reason = error.message};
    }
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (parser.iterate(padded(reply->json())).get(document) != simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS) {
        return {.isAnswered = true, .reason = "getblockheader: no object"};
    }
    BlockLocation location{.standing = BlockStanding::BestChain, .isAnswered = true};
    JsonValue value;
    if (object.find_field_unordered("confirmations").get(value) == simdjson::SUCCESS) {
        const auto number = asInteger(value, -1, MAX_CONFIRMATIONS);
        if (!number) {
            return {.isAnswered = true, .reason = "getblockheader: confirmations"};
        }
        location.confirmations = std::max<std::int64_t>(*number, 0);
        if (*number <= 0) {
            location.standing = BlockStanding::SideChain;
        }
    }
    return location;
}

OutputsResult parseCoinbaseOutputs(const RpcReply& reply, const bitcoin::Hash256& hash)
{
    const auto text = reply ? reply->string() : std::nullopt;
    if (!text) {
        return std::nullopt;
    }
    const auto bytes = util::fromHex(std::string_view(*text).substr(0, MAX_PREFIX_DIGITS));
    if (!bytes || bytes->size() < HEADER_BYTES ||
        bitcoin::sha256d(util::ByteView(*bytes).first(HEADER_BYTES)) != hash) {
        return std::nullopt;
    }
    bitcoin::ByteReader reader(util::ByteView(*bytes).subspan(HEADER_BYTES));
    if (!bitcoin::readCompactSize(reader)) {
        return std::nullopt;
    }
    auto coinbase = bitcoin::Transaction::parse(reader);
    if (!coinbase || !coinbase->isCoinbase()) {
        return std::nullopt;
    }
    return std::move(coinbase->vout);
}

} // namespace warp::node
