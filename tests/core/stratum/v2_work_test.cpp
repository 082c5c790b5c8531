// Stratum V2: the pool's work as its clients get it, alone and in groups.

#include "core/stratum/v2/server_limits.h"

#include "tests/core/stratum/v2_session_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <set>
#include <string>

namespace {

using namespace warp;
using namespace warp::test;
using namespace warp::stratum::v2;
using namespace std::chrono_literals;
using util::Difficulty;

const std::string FIRST = "bcrt1qzyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3lgth6c";

std::string secondAddress()
{
    return *bitcoin::encodeAddress(*util::fromHex("5120" + std::string(64, '2')),
                                   bitcoin::Network::Regtest);
}

bool contains(util::ByteView bytes, util::ByteView part)
{
    return !std::ranges::search(bytes, part).empty();
}

class V2WorkTest final : public QObject
{
    Q_OBJECT

private slots:
    // SV2-51, SV2-48: a refresh is an active job, a new tip a future one that is activated.
    void tellsRefreshesFromNewTips()
    {
        V2Pool pool;
        pool.makeJob("first");
        V2Connection connection(pool);
        connection.setUp();
        const V2Channel& extended = connection.openExtended("one");
        const auto jobsOf = [](const V2Saying& saying) {
            return allOf<NewExtendedMiningJob>(saying);
        };
        const V2Saying refresh = connection.giveJob("first", 2);
        QCOMPARE(typesOf(refresh), std::string("1f"));
        QVERIFY(jobsOf(refresh)[0].minNtime == pool.job().time);
        QCOMPARE(*extended.active, jobsOf(refresh)[0].jobId);
        const V2Saying tip = connection.giveJob("second");
        QCOMPARE(typesOf(tip), std::string("1f 20"));
        QVERIFY(!jobsOf(tip)[0].minNtime);
        QVERIFY(extended.previous == hashOf("second"));
        // The same work once more is nothing new.
        QVERIFY(connection.giveJobs().empty());
        // Numbers are dense, for devices keep jobs in small rings.
        QCOMPARE(jobsOf(tip)[0].jobId, jobsOf(refresh)[0].jobId + 1);
        QCOMPARE(connection.faults(), std::string());
    }

    // SV2-49: other bits on the same tip are another previous hash message (20-minute rule).
    void announcesOtherBitsOnTheSameTip()
    {
        V2Pool pool({.bits = 0x1c0fffff});
        pool.makeJob("tip");
        V2Connection connection(pool);
        connection.setUp();
        V2Channel& channel = connection.openExtended();
        const V2Share old = channel.mine();
        pool.bits = DIFFICULTY_ONE_BITS;
        QCOMPARE(typesOf(connection.giveJob("tip")), std::string("1f 20"));
        QCOMPARE(channel.bits, DIFFICULTY_ONE_BITS);
        QCOMPARE(connection.judge(channel, old), std::string("stale-share"));
        QCOMPARE(connection.judge(channel, channel.mine()), std::string("ok"));
        QCOMPARE(connection.faults(), std::string());
    }

    void endsAllWorkWhereItBeginsAnew_data()
    {
        QTest::addColumn<quint32>("flags");
        QTest::addColumn<int>("channels");
        QTest::addColumn<QString>("said");
        QTest::newRow("a channel alone") << 0U << 1 << "1f 20";
        QTest::newRow("a group") << 0U << 2 << "1f 20";
        QTest::newRow("standard jobs")
            << quint32{mining_flags::REQUIRES_STANDARD_JOBS} << 2 << "15 20 15 20";
    }

    // SV2-50: work that is to end all before it, as of another payout, says so on the same tip.
    void endsAllWorkWhereItBeginsAnew()
    {
        QFETCH(const quint32, flags);
        QFETCH(const int, channels);
        QFETCH(const QString, said);
        V2Pool pool;
        pool.makeJob("tip");
        V2Connection connection(pool);
        connection.setUp(flags);
        V2Channel* channel = nullptr;
        for (int i = 0; i < channels; ++i) {
            channel = flags == 0 ? &connection.openExtended() : &connection.openStandard();
        }
        const V2Share former = channel->mine();
        pool.startAfresh();
        QCOMPARE(typesOf(connection.giveJob("tip")), said.toStdString());
        QCOMPARE(connection.judge(*channel, former), std::string("stale-share"));
        QCOMPARE(connection.judge(*channel, channel->mine()), std::string("ok"));
        const V2Saying refresh = connection.giveJob("tip");
        QVERIFY(allOf<SetNewPrevHash>(refresh).empty());
        QCOMPARE(connection.faults(), std::string());
    }

    void keepsEmptyBlocksFromMinersThatMayStayOnThem_data()
    {
        QTest::addColumn<QString>("vendor");
        QTest::addColumn<int>("channels");
        QTest::addColumn<bool>("getsIt");
        QTest::newRow("bitaxe") << "bitaxe" << 1 << true;
        QTest::newRow("a group of cgminers") << "cgminer" << 3 << true;
        QTest::newRow("nerdminer") << "NerdMinerV2" << 1 << false;
        QTest::newRow("unknown") << "something" << 1 << false;
        QTest::newRow("a group of unknown ones") << "something" << 3 << false;
    }

    // B10: as by Stratum V1; the full job says then that the tip is another.
    void keepsEmptyBlocksFromMinersThatMayStayOnThem()
    {
        QFETCH(const QString, vendor);
        QFETCH(const int, channels);
        QFETCH(const bool, getsIt);
        V2Pool pool;
        pool.makeJob("tip 1", 3);
        V2Connection connection(pool);
        const std::string name = vendor.toStdString();
        auto setUp = v2SetUp();
        setUp.vendor = name;
        connection.send(setUp);
        for (int i = 0; i < channels; ++i) {
            connection.openExtended();
        }
        QCOMPARE(typesOf(connection.giveJob("tip 2", 0, mining::TemplateOrigin::Provisional)),
                 std::string(getsIt ? "1f 20" : ""));
        QVERIFY(connection.pass(1s).empty());
        QCOMPARE(connection.repeatWork().empty(), !getsIt);
        V2Channel& late = connection.openExtended();
        QCOMPARE(typesOf(connection.opening), std::string(getsIt ? "14 1f 20" : "14"));
        QCOMPARE(typesOf(connection.giveJob("tip 2", 3)), std::string(getsIt ? "1f" : "1f 20"));
        QVERIFY(!late.work().path.empty());
        QCOMPARE(connection.judge(late, late.mine()), std::string("ok"));
        QCOMPARE(connection.faults(), std::string());
    }

    // SV2-46, SV2-47, SV2-45: one job a template and group, each with its own coinbase.
    void servesGroupsByPayout()
    {
        V2Pool pool({.keys = mining::KeyUse::Separate});
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        V2Channel& rig = connection.openExtended(FIRST + ".1");
        V2Channel& standard = connection.openStandard(FIRST + ".2");
        V2Channel& other = connection.openExtended(secondAddress() + ".1");
        QCOMPARE(rig.group, standard.group);
        QVERIFY(rig.group != other.group);
        QCOMPARE(rig.prefix.size() + rig.extranonceSize, standard.prefix.size());

        for (const std::string tip : {"tip", "next"}) {
            const V2Saying saying = connection.giveJob(tip, 3);
            const auto jobs = allOf<NewExtendedMiningJob>(saying);
            QCOMPARE(jobs.size(), std::size_t{2});
            QVERIFY(allOf<NewMiningJob>(saying).empty());
            QCOMPARE(jobs[0].channelId, rig.group);
            // SV2-47: who is alone in a group is called by the channel's own number.
            QCOMPARE(jobs[1].channelId, other.id);
            QVERIFY(contains(jobs[0].coinbaseTxSuffix.bytes, payoutScript()));
            QVERIFY(!contains(jobs[1].coinbaseTxSuffix.bytes, payoutScript()));
            QVERIFY(contains(jobs[1].coinbaseTxSuffix.bytes,
                             *util::fromHex("5120" + std::string(64, '2'))));
            for (V2Channel* const channel : {&rig, &standard, &other}) {
                QCOMPARE(connection.judge(*channel, channel->mine()), std::string("ok"));
            }
        }
        connection.send(CloseChannel{.channelId = standard.id, .reasonCode = ""});
        const V2Saying saying = connection.giveJob("next");
        QCOMPARE(allOf<NewExtendedMiningJob>(saying).at(0).channelId, rig.id);
        QCOMPARE(connection.faults(), std::string());
    }

    // SV2-47: no more frames than groups, whatever the number of members.
    void sendsOneJobToAGroup()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        for (int i = 0; i < 100; ++i) {
            (i % 2 == 0 ? connection.openExtended() : connection.openStandard());
        }
        QCOMPARE(typesOf(connection.giveJob("tip")), std::string("1f"));
        QCOMPARE(typesOf(connection.giveJob("next")), std::string("1f 20"));
        QCOMPARE(connection.faults(), std::string());
    }

    // SV2-54, R061: what the device of a standard channel is given is what the same template makes
    // for an extended one; two channels have two roots.
    void givesStandardJobsTheirOwnRoots()
    {
        V2Pool pool;
        pool.makeJob("tip", 5);
        V2Connection plain(pool);
        plain.setUp(mining_flags::REQUIRES_STANDARD_JOBS);
        V2Connection rich(pool);
        rich.setUp();
        V2Channel& first = plain.openStandard();
        V2Channel& second = plain.openStandard();
        V2Channel& extended = rich.openExtended();
        for (const std::string tip : {"tip", "next"}) {
            pool.makeJob(tip, 5);
            plain.giveJobs();
            rich.giveJobs();
            QVERIFY(*first.work().root != *second.work().root);
            for (const V2Channel* const channel : {&first, &second}) {
                util::Bytes coinbase = extended.work().prefix;
                util::append(coinbase, channel->prefix);
                util::append(coinbase, extended.work().suffix);
                QVERIFY(*channel->work().root ==
                        bitcoin::foldBranch(bitcoin::sha256d(coinbase), extended.work().path));
            }
        }
        QCOMPARE(plain.judge(first, first.mine()), std::string("ok"));
        QCOMPARE(plain.judge(second, second.mine()), std::string("ok"));
    }

    // SV2-55, SV2-57
    void saysWhetherVersionsMayRoll()
    {
        for (const std::uint32_t mask : {VERSION_MASK, 0U}) {
            V2Pool pool({.versionMask = mask});
            pool.makeJob();
            V2Connection connection(pool);
            connection.setUp(mask == 0 ? 0 : mining_flags::REQUIRES_VERSION_ROLLING);
            const V2Channel& channel = connection.openExtended();
            connection.giveJob("tip");
            connection.giveJob("next");
            for (const auto& [id, work] : channel.works) {
                QCOMPARE(work.isRollingAllowed, mask != 0);
            }
        }
    }

    // SV2-42: work that comes only after the channel.
    void waitsForWork()
    {
        V2Pool pool;
        V2Connection connection(pool);
        connection.setUp();
        V2Channel& channel = connection.openExtended();
        V2Channel& standard = connection.openStandard();
        QCOMPARE(typesOf(connection.opening), std::string("11"));
        QCOMPARE(connection.judge(channel, {.extranonce = util::Bytes(8)}),
                 std::string("invalid-job-id"));
        QVERIFY(connection.pass(1s).empty());
        QVERIFY(connection.repeatWork().empty());
        const V2Saying saying = connection.giveJob("tip");
        QCOMPARE(allOf<SetNewPrevHash>(saying).size(), std::size_t{1});
        QCOMPARE(connection.faults(), std::string());
        QCOMPARE(connection.judge(channel, channel.mine()), std::string("ok"));
        QCOMPARE(connection.judge(standard, standard.mine()), std::string("ok"));
    }

    // Work that is withdrawn is sent to nobody; a block on it is one all the same.
    void sendsNothingThatWasWithdrawn()
    {
        V2Pool pool({.bits = REGTEST_BITS});
        pool.makeJob("tip");
        V2Connection connection(pool);
        connection.setUp();
        V2Channel& channel = connection.openExtended();
        connection.server().withdrawJobs();
        QVERIFY(connection.repeatWork().empty());
        QVERIFY(connection.pass(1s).empty());
        const V2Channel& late = connection.openExtended();
        QVERIFY(!late.active);
        const V2Share block =
            channel.mine([&](const auto& hash) { return pool.job().networkTarget.isMetBy(hash); },
                         channel.start());
        QCOMPARE(connection.judge(channel, block), std::string("ok"));
        QVERIFY(connection.shares()[0].verdict.block.has_value());
        QVERIFY(!connection.giveJob("next").empty());
        QVERIFY(late.active.has_value());
        QCOMPARE(connection.faults(), std::string());
    }

    // SV2-61, SV2-62, SV2-63: after SetTarget there is other work, to each member of a group; what
    // was found for the old target before is good.
    void followsTheMinersRate()
    {
        stratum::ServerOptions options = easyOptions();
        options.targetInterval = 1s;
        V2Pool pool({.server = options});
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        V2Channel& first = connection.openExtended("one");
        V2Channel& second = connection.openStandard("two");
        std::set<std::uint32_t> changed;
        for (int i = 0; i < 400 && changed.size() < 2; ++i) {
            V2Channel& channel = i % 2 == 0 ? first : second;
            const bitcoin::Target before = channel.target;
            const V2Share share = channel.mine();
            const V2Share early = channel.mine();
            V2Saying saying = connection.submit(channel, share);
            std::ranges::move(connection.pass(50ms), std::back_inserter(saying));
            for (std::size_t k = 0; k < saying.size(); ++k) {
                const auto* target = std::get_if<SetTarget>(&saying[k].message);
                if (target == nullptr || target->maximumTarget >= before) {
                    continue;
                }
                changed.insert(target->channelId);
                QCOMPARE(target->channelId, channel.id);
                QVERIFY(k + 1 < saying.size());
                const auto* extended = std::get_if<NewExtendedMiningJob>(&saying[k + 1].message);
                const auto* standard = std::get_if<NewMiningJob>(&saying[k + 1].message);
                QVERIFY(extended != nullptr ? extended->minNtime.has_value()
                                            : standard != nullptr && standard->minNtime);
                if (!channel.target.isMetBy(channel.hashOf(early))) {
                    QCOMPARE(connection.judge(channel, early), std::string("ok"));
                    QVERIFY(connection.shares()[0].verdict.credited.value() <=
                            before.toDifficulty().value() * 1.0001);
                }
            }
        }
        QCOMPARE(changed.size(), std::size_t{2});
        // A pending or later job has the new one.
        const bitcoin::Target harder = first.target;
        const auto atFirst = bitcoin::Target::fromDifficulty(Difficulty(1e-7));
        pool.now += mining::ShareValidator::OBEY_WINDOW + 1s;
        connection.giveJob("next");
        const V2Share weak = first.mine(
            [&](const auto& hash) { return !harder.isMetBy(hash) && atFirst.isMetBy(hash); },
            first.start());
        QCOMPARE(connection.judge(first, weak), std::string("difficulty-too-low"));
        QCOMPARE(connection.faults(), std::string());
    }

    // Targets and other work, for a device that does not seem to know them.
    void repeatsWork()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        V2Channel& channel = connection.openExtended();
        const V2Share before = channel.mine();
        for (int i = 0; i < 300; ++i) {
            const std::string types = typesOf(connection.repeatWork());
            QVERIFY(types == (i < 255 ? "21 1f" : ""));
        }
        QCOMPARE(connection.faults(), std::string());
        QCOMPARE(connection.judge(channel, channel.mine()), std::string("ok"));
        QCOMPARE(connection.judge(channel, before), std::string("ok"));
    }

    // SV2-74
    void isNeverSilentForLong()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        const V2Channel& channel = connection.openStandard();
        const bitcoin::Target before = channel.target;
        std::chrono::seconds silence{};
        int frames = 0;
        for (int second = 0; second < 900; ++second) {
            const V2Saying saying = connection.pass(1s);
            silence = saying.empty() ? silence + 1s : 0s;
            frames += static_cast<int>(saying.size());
            QVERIFY(silence <= 180s);
        }
        QVERIFY(frames >= 5 && frames < 60);
        QCOMPARE(connection.faults(), std::string());
        QVERIFY(channel.target >= before); // a miner without shares is asked for less
    }
};

WARP_TEST_CLASS(V2WorkTest);

} // namespace

#include "v2_work_test.moc"
