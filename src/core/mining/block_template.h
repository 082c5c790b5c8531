// A block template as the node gave it. Immutable once made; shared by every job built on it.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::mining {

/// A long hexadecimal text in parts that are shared and never copied; the parts follow one another.
using HexText = std::vector<std::shared_ptr<const std::string>>;

/// Characters of all parts.
[[nodiscard]] inline std::size_t lengthOf(const HexText& text)
{
    std::size_t length = 0;
    for (const auto& part : text) {
        length += part->size();
    }
    return length;
}

/// All parts as one text.
[[nodiscard]] inline std::string joined(const HexText& text)
{
    std::string all;
    all.reserve(lengthOf(text));
    for (const auto& part : text) {
        all += *part;
    }
    return all;
}

struct TemplateTransaction
{
    bitcoin::Hash256 txid{};
    bitcoin::Hash256 wtxid{};
    std::uint32_t weight = 0;           ///< weight units; 0 where the node does not say
    std::uint32_t sigopCost = 0;        ///< as the node counts it; 0 where it does not say
    std::optional<util::Satoshi> fee{}; ///< part of coinbaseValue; none where the node does not say
    std::size_t hexLength = 0;          ///< characters of this transaction in transactionsHex
};

/// Fields of getblocktemplate (BIP 22, 23, 145) that a solo pool needs.
struct BlockTemplate
{
    std::uint32_t version = 0;
    bitcoin::Hash256 previous{};
    std::int64_t height = 0; ///< of the block to be made
    util::Satoshi coinbaseValue{};
    std::uint32_t bits = 0;        ///< compact target
    std::uint32_t currentTime = 0; ///< the node's clock, seconds since 1970
    std::uint32_t minimumTime = 0; ///< least nTime; 0 where the node does not say
    /// The whole script of default_witness_commitment, where the block carries witnesses: the field
    /// was present and `rules` is absent or names segwit.
    std::optional<util::Bytes> witnessCommitmentScript;
    std::vector<TemplateTransaction> transactions; ///< after the coinbase, in block order
    /// The transactions' serialisation as hexadecimal text, one after another: in one part as
    /// parsed, or in one part a transaction (TransactionTexts). Never nullptr.
    std::shared_ptr<const HexText> transactionsHex = std::make_shared<const HexText>();
    std::size_t textBytes = 0;    ///< length of transactionsHex
    std::size_t newTextBytes = 0; ///< of these, what no earlier template holds in memory, too
    std::optional<std::uint32_t> weightLimit;
    std::optional<std::uint32_t> sigopLimit;
    std::string longpollId;    ///< empty where the node has no longpoll
    std::string workId;        ///< to be passed back with the block; mostly empty
    util::BootTime received{}; ///< when it arrived here
};

} // namespace warp::mining
