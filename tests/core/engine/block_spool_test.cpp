#include "core/util/system_files.h"
#include "tests/core/engine/courier_bench.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using interfaces::BlockState;
using interfaces::EventKind;
using node::BlockStanding;
using node::SubmitVerdict;
using Bench = test::CourierBench;

engine::SpooledBlock sampleBlock()
{
    Bench bench;
    const auto found = bench.find("tip", 7);
    bench.deliver(found);
    engine::SpooledBlock block;
    block.record = *bench.recordOf(found);
    block.record.worker = std::string("rig %\n-\0x", 10);
    block.record.reason = "-";
    block.parent = found.job->source->previous;
    block.network = bitcoin::Network::Regtest;
    block.verdicts = {{.node = "node", .verdict = SubmitVerdict::Rejected, .reason = "bad txns"},
                      {.node = "backup.1", .verdict = SubmitVerdict::Unknown, .reason = {}}};
    block.bytes = bench.submitter->calls.at(0).block;
    return block;
}

class BlockSpoolTest final : public QObject
{
    Q_OBJECT

private slots:
    void keepsEverythingOfABlock()
    {
        const engine::SpooledBlock block = sampleBlock();
        const std::string text = encodeSpoolFile(engine::SpoolKind::Block, block);
        const auto read = decodeSpoolFile(engine::SpoolKind::Block, text + std::string(100, '\0'));
        QVERIFY(read.hasValue());
        QVERIFY(read->record == block.record);
        QVERIFY(read->verdicts == block.verdicts);
        QVERIFY(read->parent == block.parent);
        const std::string hex = *block.bytes->headHex + mining::joined(*block.bytes->tailHex);
        QCOMPARE(*read->bytes->headHex, hex);
        // A person can take it from the last line.
        QVERIFY(text.ends_with("\nblock " + hex + "\n"));
        const std::string state = encodeSpoolFile(engine::SpoolKind::State, block);
        QVERIFY(state.size() < 2000);
        QVERIFY(decodeSpoolFile(engine::SpoolKind::State, state)->record == block.record);
        QVERIFY(!decodeSpoolFile(engine::SpoolKind::Block, state));
    }

    // B03: nothing that is torn is taken for a block, wherever it is torn.
    void refusesWhatIsTorn()
    {
        using engine::SpoolFault;
        using engine::SpoolKind;
        const std::string text = encodeSpoolFile(SpoolKind::Block, sampleBlock());
        for (std::size_t size = 0; size < text.size(); ++size) {
            QVERIFY(!decodeSpoolFile(SpoolKind::Block, text.substr(0, size)));
            std::string changed = text;
            changed[size] = static_cast<char>(changed[size] ^ 1);
            QVERIFY(!decodeSpoolFile(SpoolKind::Block, changed));
        }
        const auto fault = [](std::string_view content) {
            return decodeSpoolFile(SpoolKind::Block, content).error();
        };
        QCOMPARE(fault(std::string(1000, '\0')), SpoolFault::Empty);
        QCOMPARE(fault("hello"), SpoolFault::NotOurs);
        QCOMPARE(fault("warppool-block 2 0 x\n"), SpoolFault::NewVersion);
        QCOMPARE(fault("warppool-block 1 99999999999999999999 x\n"), SpoolFault::Torn);
    }

    // B03: what has no verdict is brought to the node after a restart, and only where the
    // node has not got it.
    void replaysAtStart()
    {
        for (const bool isThere : {false, true}) {
            Bench bench;
            const auto block = bench.find("tip", 1);
            bench.deliver(block);
            QVERIFY(bench.hasFile(block));
            bench.end();
            bench.files.crash();
            bench.courierExecutor.reset();
            bench.start();
            if (isThere) {
                // The answer to the first question was "not found"; the next one finds it.
                bench.locate(block, BlockStanding::BestChain, 3);
                bench.answer(0, SubmitVerdict::Unknown, "busy");
            } else {
                QCOMPARE(bench.submitter->calls.size(), std::size_t{1});
                const auto& sent = *bench.submitter->calls[0].block;
                QVERIFY(sent.hash == block.hash);
                bench.answer(0, SubmitVerdict::Accepted);
            }
            QCOMPARE(bench.stateOf(block), BlockState::Accepted);
            QCOMPARE(bench.eventCount(EventKind::BlockFound), std::size_t{1});
        }
    }

    // B03: given up only where the chain has buried it.
    void triesUntilTheChainHasBuriedIt()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.answer(0, SubmitVerdict::Unknown, "refused");
        const std::int64_t height = bench.recordOf(block)->height;
        bench.tip(height + 99);
        QVERIFY(bench.hasFile(block));
        bench.tip(height + 100);
        QCOMPARE(bench.stateOf(block), BlockState::Orphaned);
        bench.scheduler.runFor(2s);
        QVERIFY(!bench.hasFile(block));
    }

    // B03: what waits when the program ends is written before it is over.
    void writesAtItsEndWhatStillWaits()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.answer(0, SubmitVerdict::Accepted);
        bench.spool.post([](engine::BlockSpool& spool) { spool.flush(); });
        bench.end();
        bench.files.crash();
        bench.start();
        bench.scheduler.runFor(2s);
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
        QCOMPARE(bench.eventCount(EventKind::BlockFound), std::size_t{1}); // of the first run
    }

    // B03: a block that was found while the folder could not be used is written as soon as it can.
    void writesBlocksOfTheTimeWithoutAFolder()
    {
        Bench bench;
        bench.end();
        bench.files.setCapacity(0);
        bench.start();
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.files.setCapacity(std::size_t{1} << 30U);
        bench.scheduler.runFor(12s);
        QVERIFY(bench.hasFile(block));
    }

    // Blocks of the chain that the node was on before stay in the spool, and are no matter of this
    // one's heights.
    void keepsBlocksOfAnotherNetwork()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        const std::int64_t height = bench.recordOf(block)->height;
        bench.courier.post([&](engine::Courier& courier) {
            courier.onTip(height + 1000, bitcoin::Network::Testnet4);
        });
        bench.settle();
        bench.scheduler.runFor(1min);
        QVERIFY(bench.hasFile(block));
        QCOMPARE(bench.stateOf(block), BlockState::Pending);
    }

    // B44: a full disk loses no block, and says so.
    void worksOnAFullDisk()
    {
        Bench bench;
        bench.files.setCapacity(0);
        const auto first = bench.find("tip", 1);
        const auto second = bench.find("other tip", 2);
        bench.deliver(first);
        bench.deliver(second);
        QVERIFY(bench.hasFile(first));
        QVERIFY(bench.hasFile(second));
        const auto third = bench.find("third tip", 3);
        bench.deliver(third);
        QVERIFY(!bench.hasFile(third));
        const auto isTold = [&](std::string_view code) {
            const auto snapshot = bench.snapshots.load();
            return std::any_of(snapshot->issues.begin(), snapshot->issues.end(),
                               [&](const auto& issue) { return issue.code == code; });
        };
        QVERIFY(isTold("spool_unwritable"));
        bench.scheduler.runFor(10s);
        QVERIFY(isTold("spool_space_missing"));
        const auto issues = bench.snapshots.load()->issues;
        QVERIFY(std::ranges::any_of(issues, [](const auto& issue) {
            return issue.code == "spool_space_missing" &&
                   issue.severity == interfaces::Severity::Critical;
        }));
        bench.files.setCapacity(SIZE_MAX);
        bench.scheduler.runFor(6s);
        QVERIFY(bench.hasFile(third));
        QVERIFY(!isTold("spool_unwritable"));
        QVERIFY(!isTold("spool_space_missing"));
    }

    // A damaged file is put aside under its name, and said.
    void putsDamagedFilesAside()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.end();
        const auto path = engine::BlockSpool::pathOf(Bench::FOLDER, block.hash);
        std::string text = *bench.files.read(path, engine::MAX_SPOOL_FILE_BYTES);
        text[text.size() / 2] = 'x';
        const auto put = [&](const std::filesystem::path& name, std::string_view content) {
            QVERIFY(bench.files.write(name, util::asBytes(content), util::FileAccess::Private)
                        .hasValue());
        };
        put(path, text);
        put("/data/spool/nonsense.block", "hello");
        put("/data/spool/nonsense.state", "");
        put("/data/spool/notes.txt", "mine");
        bench.courierExecutor.reset();
        bench.start();
        bench.settle();
        QVERIFY(bench.submitter->calls.empty());
        QCOMPARE(*bench.files.read(path.string() + ".damaged", engine::MAX_SPOOL_FILE_BYTES), text);
        const auto names = *bench.files.list(Bench::FOLDER);
        for (const std::string_view name :
             {"nonsense.block.damaged", "nonsense.state.damaged", "notes.txt"}) {
            QVERIFY(std::find(names.begin(), names.end(), name) != names.end());
        }
        QCOMPARE(bench.snapshots.load()->issues.at(0).code, std::string("spool_file_damaged"));
    }

    // Files of this machine: space set aside, written over, cut.
    void reservesOnARealDisk()
    {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath(QStringLiteral("reserve")).toStdString();
        util::SystemFiles files;
        QVERIFY(files.reserve(path, 100'000, util::FileAccess::Private).hasValue());
        QCOMPARE(std::filesystem::file_size(path), std::uintmax_t{100'000});
        QCOMPARE(files.read(path, 100'000)->front(), '\0');
        QVERIFY(files.overwrite(path, util::asBytes(std::string_view("hello"))).hasValue());
        QCOMPARE(*files.read(path, 100), std::string("hello"));
        QVERIFY(!files.reserve(path, std::size_t{1} << 60U, util::FileAccess::Private));
        QVERIFY(!std::filesystem::exists(path));
        QCOMPARE(files.overwrite(path, {}).error(), util::FileError::NotFound);
    }
};

WARP_TEST_CLASS(BlockSpoolTest);

} // namespace

#include "block_spool_test.moc"
