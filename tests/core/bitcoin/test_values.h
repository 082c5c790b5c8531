// Shorthands of the tests of this module: values from text, and random transactions.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/transaction.h"
#include "core/util/bytes.h"
#include "core/util/hex.h"
#include "core/util/random.h"

#include <QString>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warp::bitcoin::test {

/// `digits` must be hexadecimal; anything else gives no bytes.
inline util::Bytes bytesOf(std::string_view digits)
{
    return util::fromHex(digits).value_or(util::Bytes());
}

inline Hash256 hashOf(std::string_view displayHex)
{
    return fromDisplayHex(displayHex).value_or(Hash256());
}

/// For QCOMPARE, which shows both sides of two QStrings.
inline QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

inline QString hexText(util::ByteView bytes)
{
    return text(util::toHex(bytes));
}

inline QString displayText(const Hash256& hash)
{
    return text(toDisplayHex(hash));
}

inline Hash256 randomHash(util::Random& random)
{
    Hash256 hash;
    random.fill(hash.bytes);
    return hash;
}

inline std::vector<Hash256> randomHashes(util::Random& random, std::size_t count)
{
    std::vector<Hash256> hashes(count);
    for (Hash256& hash : hashes) {
        random.fill(hash.bytes);
    }
    return hashes;
}

inline util::Bytes randomBytes(util::Random& random, std::size_t maxSize)
{
    util::Bytes bytes(static_cast<std::size_t>(random.below(maxSize + 1)));
    random.fill(bytes);
    return bytes;
}

/// One to four inputs, with a witness or without, none to four outputs.
inline Transaction randomTransaction(util::Random& random)
{
    Transaction transaction;
    transaction.version = random.uint32();
    transaction.lockTime = random.uint32();
    transaction.vin.resize(static_cast<std::size_t>(1 + random.below(4)));
    const bool hasWitness = random.below(2) == 1;
    for (TxIn& input : transaction.vin) {
        input.previous = {randomHash(random), random.uint32()};
        input.scriptSig = randomBytes(random, 300);
        input.sequence = random.uint32();
        input.witness.resize(hasWitness ? static_cast<std::size_t>(random.below(4)) : 0);
        for (util::Bytes& item : input.witness) {
            item = randomBytes(random, 300);
        }
    }
    transaction.vout.resize(static_cast<std::size_t>(random.below(5)));
    for (TxOut& output : transaction.vout) {
        output.value = util::Satoshi(static_cast<std::int64_t>(random.uint64()));
        output.script = randomBytes(random, 300);
    }
    return transaction;
}

} // namespace warp::bitcoin::test
