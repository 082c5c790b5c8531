#include "core/node/block_notice.h"

#include "core/util/hex.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <array>
#include <string>
#include <vector>

namespace {

using namespace warp;
using node::FeedTopic;

// Header of the mainnet genesis block and its hash (Bitcoin Core chainparams.cpp).
const std::string HEADER = "0100000000000000000000000000000000000000000000000000000000000000"
                           "000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa"
                           "4b1e5e4a29ab5f49ffff001d1dac2b7c";
const std::string HASH = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";

util::Bytes bytes(const std::string& hex)
{
    return util::fromHex(hex).value_or(util::Bytes{});
}

std::optional<node::BlockNotice> parse(FeedTopic topic, const std::vector<util::Bytes>& parts)
{
    const std::vector<util::ByteView> views(parts.begin(), parts.end());
    return node::parseBlockNotice(topic, views);
}

util::Bytes text(std::string_view given)
{
    const util::ByteView view = util::asBytes(given);
    return {view.begin(), view.end()};
}

class BlockNoticeTest final : public QObject
{
    Q_OBJECT

private slots:
    // R004
    void readsAHash()
    {
        const auto notice =
            parse(FeedTopic::HashBlock, {text("hashblock"), bytes(HASH), bytes("02010000")});
        QVERIFY(notice.has_value());
        QCOMPARE(toDisplayHex(notice->hash), HASH);
        QCOMPARE(notice->sequence, 0x102U);
    }

    // R006: a block is known by the hash of its header.
    void hashesTheHeaderOfABlock()
    {
        const auto notice =
            parse(FeedTopic::RawBlock, {text("rawblock"), bytes(HEADER + "01"), bytes("ffffffff")});
        QVERIFY(notice.has_value());
        QCOMPARE(toDisplayHex(notice->hash), HASH);
        QCOMPARE(notice->sequence, 0xffffffffU);
    }

    // B42: whatever a publisher sends, it is read or it is nothing.
    void refusesWhatNoNodeSends()
    {
        const util::Bytes hash = bytes(HASH);
        const util::Bytes counter = bytes("00000000");
        const util::Bytes topic = text("hashblock");
        const util::Bytes raw = text("rawblock");
        const std::vector<std::vector<util::Bytes>> wrong{
            {},
            {topic},
            {topic, hash},
            {topic, hash, counter, counter},
            {text("hashtx"), hash, counter},
            {text("hashblockx"), hash, counter},
            {raw, hash, counter},
            {topic, bytes(HASH + "00"), counter},
            {topic, {}, counter},
            {topic, hash, bytes("000000")},
            {topic, hash, bytes("0000000000")},
            {topic, hash, {}},
        };
        for (const auto& parts : wrong) {
            QVERIFY(!parse(FeedTopic::HashBlock, parts));
        }
        QVERIFY(!parse(FeedTopic::RawBlock, {raw, bytes(HEADER), counter}));
        QVERIFY(!parse(FeedTopic::RawBlock, {raw, {}, counter}));
        QVERIFY(!parse(FeedTopic::RawBlock, {topic, bytes(HEADER + "01"), counter}));
    }
};

WARP_TEST_CLASS(BlockNoticeTest);

} // namespace

#include "block_notice_test.moc"
