#include "core/stratum/v1/notify_cache.h"

#include "core/bitcoin/difficulty_text.h"
#include "core/bitcoin/target.h"
#include "core/util/hex.h"
#include "core/util/random.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <string>

namespace {

using namespace warp;
using stratum::v1::NotifyCache;

/// A job after the genesis block of the main network.
mining::Job makeJob(std::uint32_t id, std::uint32_t bits = 0x1d00ffff)
{
    mining::BlockTemplate source;
    source.version = 0x20000000;
    source.previous = *bitcoin::fromDisplayHex(
        "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
    source.bits = bits;
    mining::Job job(util::JobId(id), 1, std::make_shared<const mining::BlockTemplate>(source),
                    *bitcoin::Target::fromCompact(bits));
    job.coinbase.prefix = *util::fromHex("01000000ab");
    job.coinbase.suffix = *util::fromHex("ffcd");
    job.time = 0x495fab29;
    return job;
}

class NotifyCacheTest final : public QObject
{
    Q_OBJECT

private slots:
    // R031: prevhash has its words of four bytes reversed, all other numbers most significant
    // first.
    void writesTheLineOfAJob()
    {
        mining::Job job = makeJob(0x00c0ffee);
        NotifyCache cache;
        std::string line;
        cache.append(job, mining::CleanJobs::Yes, line);
        QCOMPARE(line, std::string(
                           R"({"id":null,"method":"mining.notify","params":["00c0ffee",)"
                           R"("0a8ce26f72b3f1b646a2a6c14ff763ae65831e939c085ae10019d66800000000",)"
                           R"("01000000ab","ffcd",[],"20000000","1d00ffff","495fab29",true]})"
                           "\n"));
        job.id = util::JobId(2);
        job.branch = {bitcoin::Hash256{}, bitcoin::Hash256{}};
        job.branch[1].bytes[0] = std::byte{0xaa};
        line.clear();
        cache.append(job, mining::CleanJobs::No, line);
        const std::string zeros(62, '0');
        QVERIFY(line.find("\"ffcd\",[\"00" + zeros + "\",\"aa" + zeros + "\"],\"20000000\"") !=
                std::string::npos);
        QVERIFY(line.ends_with(",false]}\n"));
    }

    void makesALineOncePerJob()
    {
        NotifyCache cache;
        std::string out;
        for (int session = 0; session < 5; ++session) {
            cache.append(makeJob(7), mining::CleanJobs::Yes, out);
            cache.append(makeJob(7), mining::CleanJobs::No, out);
            static_cast<void>(cache.networkDifficulty(makeJob(7)));
        }
        QCOMPARE(cache.madeCount(), std::size_t{1});
        cache.append(makeJob(8), mining::CleanJobs::No, out);
        QCOMPARE(cache.madeCount(), std::size_t{2});
    }

    // A share target below the network's would let blocks go unseen by the miner.
    void neverAsksForMoreThanTheNetwork()
    {
        util::SeededRandom random(3);
        for (std::uint32_t i = 0; i < 3000; ++i) {
            const auto size = static_cast<std::uint32_t>(8 + random.below(25));
            const auto mantissa = static_cast<std::uint32_t>(0x8000 + random.below(0x7f8000));
            const auto target = bitcoin::Target::fromCompact((size << 24) | mantissa);
            QVERIFY(target.has_value());
            const mining::Job job = makeJob(i + 1, (size << 24) | mantissa);
            NotifyCache cache;
            const util::Difficulty difficulty = cache.networkDifficulty(job);
            QVERIFY(difficulty.value() > 0);
            const auto onWire = bitcoin::parseDifficulty(bitcoin::toPlainDecimal(difficulty));
            QVERIFY(bitcoin::Target::fromDifficulty(*onWire) >= *target);
            const util::Difficulty doubled(difficulty.value() * 1.0001);
            QVERIFY(bitcoin::Target::fromDifficulty(doubled) < *target);
        }
    }
};

WARP_TEST_CLASS(NotifyCacheTest);

} // namespace

#include "notify_cache_test.moc"
