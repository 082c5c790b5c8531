#include "core/store/block_table.h"

#include "tests/core/store/store_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::test;
using interfaces::BlockRecord;
using interfaces::BlockState;

BlockRecord block(std::uint32_t number, BlockState state)
{
    return {.hash = hashOf(number),
            .height = 900'000 + number,
            .state = state,
            .reason = "because",
            .worker = "rig",
            .payments = {{.address = "bc1qowner", .value = util::Satoshi(312'500'000)},
                         {.address = "", .value = util::Satoshi(1)}},
            .confirmations = number,
            .audit = interfaces::PaymentAudit::AsPromised,
            .foundAt = at(std::chrono::seconds(number))};
}

class BlockTableTest final : public QObject
{
    Q_OBJECT

private slots:
    void keepsEveryState_data() { addPlaces(); }
    void keepsEveryState()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        store::HistoryBatch batch;
        std::vector<BlockRecord> wanted;
        for (int i = static_cast<int>(BlockState::Confirmed); i >= 0; --i) {
            wanted.push_back(block(static_cast<std::uint32_t>(i), static_cast<BlockState>(i)));
            batch.blocks.emplace(wanted.back().hash, wanted.back());
        }
        expectDone(archive->commit(batch, EPOCH_2026));
        const auto reply = expectValue(archive->blocks().read({}));
        QCOMPARE(reply.total, std::uint64_t{wanted.size()});
        QVERIFY(reply.blocks == wanted);
        const auto second = expectValue(archive->blocks().read({.limit = 1, .offset = 1}));
        QCOMPARE(second.blocks.size(), std::size_t{1});
        QVERIFY(second.blocks[0] == wanted[1]);
        QCOMPARE(second.total, std::uint64_t{wanted.size()});
    }

    void replacesABlockThatIsKnown_data() { addPlaces(); }
    void replacesABlockThatIsKnown()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        for (const BlockState state : {BlockState::Pending, BlockState::Accepted}) {
            store::HistoryBatch batch;
            BlockRecord record = block(5, state);
            if (state == BlockState::Accepted) {
                record.payments.pop_back();
                record.reason.clear();
                record.worker = std::string();
            }
            batch.blocks.emplace(record.hash, record);
            expectDone(archive->commit(batch, EPOCH_2026));
        }
        const auto reply = expectValue(archive->blocks().read({}));
        QCOMPARE(reply.blocks.size(), std::size_t{1});
        QCOMPARE(reply.blocks[0].state, BlockState::Accepted);
        QCOMPARE(reply.blocks[0].payments.size(), std::size_t{1});
    }
};

WARP_TEST_CLASS(BlockTableTest);

} // namespace

#include "block_table_test.moc"
