// Stratum V2: shares, and what the pool says to them.

#include "core/bitcoin/witness_commitment.h"
#include "core/stratum/v2/server_limits.h"

#include "tests/core/stratum/v2_session_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace warp::test;
using namespace warp::stratum::v2;
using namespace std::chrono_literals;
using mining::ShareCode;
using util::Difficulty;

/// A connection that is ready, with a channel of each kind.
struct Ready
{
    explicit Ready(const V2PoolOptions& options = {}, std::size_t transactions = 3)
        : pool(options)
    {
        pool.makeJob("tip", transactions);
        connection = std::make_unique<V2Connection>(pool);
        connection->setUp();
        extended = &connection->openExtended("one");
        standard = &connection->openStandard("two");
    }
    [[nodiscard]] V2Channel& channel(bool isStandard) const
    {
        return isStandard ? *standard : *extended;
    }

    V2Pool pool;
    std::unique_ptr<V2Connection> connection;
    V2Channel* extended = nullptr;
    V2Channel* standard = nullptr;
};

V2Share mineBlock(V2Channel& channel, const bitcoin::Target& network)
{
    return channel.mine([&](const auto& hash) { return network.isMetBy(hash); }, channel.start());
}

/// The header alone is rolled, by its nonce, to some hash that is good enough.
V2Share good(V2Channel& channel, V2Share share)
{
    return channel.mine([&](const auto& hash) { return channel.target.isMetBy(hash); },
                        std::move(share));
}

struct Fault
{
    const char* name;
    std::string_view error;
    ShareCode code;
    std::function<V2Share(Ready&, V2Channel&)> spoil;
};

const std::vector<Fault>& faults()
{
    static const std::vector<Fault> list{
        {"weak", "difficulty-too-low", ShareCode::LowDifficulty,
         [](Ready&, V2Channel& channel) {
             return channel.mine([&](const auto& hash) { return !channel.target.isMetBy(hash); },
                                 channel.start());
         }},
        {"of no job", "invalid-job-id", ShareCode::UnknownJob,
         [](Ready&, V2Channel& channel) {
             V2Share share = channel.mine();
             share.jobId = 4711;
             return share;
         }},
        {"of job 0", "invalid-job-id", ShareCode::UnknownJob,
         [](Ready&, V2Channel& channel) {
             V2Share share = channel.mine();
             share.jobId = 0;
             return share;
         }},
        // SV2-50
        {"of the tip before", "stale-share", ShareCode::Stale,
         [](Ready& ready, V2Channel& channel) {
             V2Share share = channel.mine();
             ready.connection->giveJob("next");
             return share;
         }},
        {"of a job before a new tip and a refresh", "stale-share", ShareCode::Stale,
         [](Ready& ready, V2Channel& channel) {
             ready.connection->giveJob("tip");
             V2Share share = channel.mine();
             ready.connection->giveJob("next");
             ready.connection->giveJob("next");
             return share;
         }},
        {"of many tips ago", "stale-share", ShareCode::Stale,
         [](Ready& ready, V2Channel& channel) {
             V2Share share = channel.mine();
             for (int i = 0; i < 30; ++i) {
                 ready.pool.now += 10min;
                 ready.connection->giveJob("tip " + std::to_string(i));
             }
             return share;
         }},
        // SV2-66
        {"again, with another number", "duplicate-share", ShareCode::Duplicate,
         [](Ready& ready, V2Channel& channel) {
             V2Share share = channel.mine();
             ready.connection->submit(channel, share);
             share.sequence += 5;
             return share;
         }},
        // SV2-59
        {"too early", "invalid-share", ShareCode::BadTime,
         [](Ready&, V2Channel& channel) {
             V2Share share = channel.start();
             share.time = channel.minTime - 1;
             return good(channel, share);
         }},
        {"more than two hours ahead", "invalid-share", ShareCode::BadTime,
         [](Ready&, V2Channel& channel) {
             V2Share share = channel.start();
             share.time = channel.minTime + 7201;
             return good(channel, share);
         }},
        // SV2-56
        {"with a version bit above the mask", "invalid-non-rollable-version-bit",
         ShareCode::BadVersion,
         [](Ready&, V2Channel& channel) {
             V2Share share = channel.start();
             share.version ^= 0x20000000;
             return good(channel, share);
         }},
        {"with a version bit below the mask", "invalid-non-rollable-version-bit",
         ShareCode::BadVersion,
         [](Ready&, V2Channel& channel) {
             V2Share share = channel.start();
             share.version ^= 0x10;
             return good(channel, share);
         }},
    };
    return list;
}

class V2ShareTest final : public QObject
{
    Q_OBJECT

private slots:
    void givesEachFaultItsCode_data()
    {
        QTest::addColumn<int>("index");
        QTest::addColumn<bool>("isStandard");
        for (std::size_t i = 0; i < faults().size(); ++i) {
            QTest::addRow("extended %s", faults()[i].name) << static_cast<int>(i) << false;
            QTest::addRow("standard %s", faults()[i].name) << static_cast<int>(i) << true;
        }
    }

    // SV2-69, R066, R067: at once, with the number of the share; the channel lives.
    void givesEachFaultItsCode()
    {
        QFETCH(int, index);
        QFETCH(bool, isStandard);
        const Fault& fault = faults()[static_cast<std::size_t>(index)];
        Ready ready;
        V2Channel& channel = ready.channel(isStandard);
        const V2Share share = fault.spoil(ready, channel);
        QCOMPARE(ready.connection->judge(channel, share), std::string(fault.error));
        QCOMPARE(ready.connection->shares().size(), std::size_t{1});
        QVERIFY(ready.connection->shares()[0].verdict.code == fault.code);
        QCOMPARE(ready.connection->judge(channel, channel.mine()), std::string("ok"));
        QVERIFY(!ready.connection->closed());
    }

    // SV2-58
    void wantsItsExtranonceSize()
    {
        Ready ready;
        for (const std::size_t size : std::initializer_list<std::size_t>{0, 7, 9, 32}) {
            V2Share share = ready.extended->start();
            share.extranonce.resize(size);
            QCOMPARE(ready.connection->judge(*ready.extended, share),
                     std::string("bad-extranonce-size"));
        }
        QVERIFY(!ready.connection->closed());
    }

    // SV2-70: nobody's channel, another kind's, another connection's, a group's.
    void wantsAChannelOfThatKind()
    {
        Ready ready;
        V2Connection other(ready.pool);
        other.setUp();
        for (int i = 0; i < 10; ++i) {
            other.openExtended();
        }
        const auto errorFor = [&](std::uint32_t id, bool isStandard) {
            V2Channel false_ = *ready.extended;
            false_.id = id;
            false_.isStandard = isStandard;
            return ready.connection->judge(false_, {.extranonce = util::Bytes(8), .sequence = 9});
        };
        for (const auto& [id, isStandard] :
             std::vector<std::pair<std::uint32_t, bool>>{{0, false},
                                                         {4711, true},
                                                         {11, false},
                                                         {ready.extended->group, false},
                                                         {ready.extended->id, true},
                                                         {ready.standard->id, false}}) {
            QCOMPARE(errorFor(id, isStandard), std::string("invalid-channel-id"));
        }
        QVERIFY(!ready.connection->closed());
    }

    // SV2-55: where versions are fixed any change is one too many.
    void refusesRollingWhereItIsForbidden()
    {
        Ready ready({.versionMask = 0});
        for (const bool isStandard : {false, true}) {
            V2Channel& channel = ready.channel(isStandard);
            QCOMPARE(ready.connection->judge(channel, channel.mine()), std::string("ok"));
            V2Share share = channel.start();
            share.version ^= 0x2000;
            QCOMPARE(ready.connection->judge(channel, good(channel, share)),
                     std::string("version-rolling-not-allowed"));
        }
    }

    // SV2-56: bits 5 to 28, by both kinds.
    void acceptsRolledVersions()
    {
        Ready ready;
        for (unsigned bit = 5; bit <= 28; ++bit) {
            V2Channel& channel = ready.channel(bit % 2 == 0);
            V2Share share = channel.start();
            share.version ^= 1U << bit;
            QCOMPARE(ready.connection->judge(channel, good(channel, share)), std::string("ok"));
        }
        V2Share share = ready.extended->start();
        share.version ^= VERSION_MASK;
        QCOMPARE(ready.connection->judge(*ready.extended, good(*ready.extended, share)),
                 std::string("ok"));
    }

    // SV2-59: one second a second, and as far ahead as V1 has it: what nodes bear (7200 s) less a
    // margin for their clocks. The last good second, and the first that is not.
    void acceptsRolledTimes()
    {
        constexpr std::uint32_t MOST = mining::ShareValidator::MAX_TIME_AHEAD_SECONDS;
        QCOMPARE(MOST, 7000U);
        Ready ready;
        for (const std::uint32_t ahead : {0U, 1U, 600U, MOST}) {
            V2Share share = ready.extended->start();
            share.time = ready.extended->minTime + ahead;
            QCOMPARE(ready.connection->judge(*ready.extended, good(*ready.extended, share)),
                     std::string("ok"));
        }
        V2Share late = ready.extended->start();
        late.time = ready.extended->minTime + MOST + 1;
        QCOMPARE(ready.connection->judge(*ready.extended, good(*ready.extended, late)),
                 std::string("invalid-share"));
        ready.connection->pass(3h);
        V2Share share = ready.extended->start();
        share.time = ready.extended->minTime + 3 * 3600;
        QCOMPARE(ready.connection->judge(*ready.extended, good(*ready.extended, share)),
                 std::string("ok"));
    }

    // SV2-60: the hash that is exactly the target is good, one above it is not.
    void comparesTheWholeHash()
    {
        stratum::ServerOptions options = easyOptions();
        options.retargeting = stratum::ServerOptions::Retargeting::Off;
        options.initialDifficulty = Difficulty(1e-9);
        Ready ready({.server = options});
        for (std::uint32_t i = 0; i < 200; ++i) {
            V2Channel& channel = ready.channel(i % 2 == 0);
            V2Share share = channel.start();
            share.nonce = i;
            const bitcoin::Hash256 hash = channel.hashOf(share);
            QCOMPARE(ready.connection->judge(channel, share),
                     std::string(channel.target.isMetBy(hash) ? "ok" : "difficulty-too-low"));
            const auto number = bitcoin::Uint256::fromHash(hash);
            auto limbs = number.limbs();
            limbs[0] -= 1; // is not 0 in any of them
            QVERIFY(bitcoin::Target(number).isMetBy(hash));
            QVERIFY(!bitcoin::Target(bitcoin::Uint256::fromLimbs(limbs)).isMetBy(hash));
        }
    }

    // SV2-66: the same numbers on another channel are other work.
    void comparesSharesWithinTheChannel()
    {
        Ready ready;
        V2Connection other(ready.pool);
        other.setUp();
        V2Channel& channel = other.openExtended();
        const V2Share share = ready.extended->mine();
        QCOMPARE(ready.connection->judge(*ready.extended, share), std::string("ok"));
        QCOMPARE(ready.connection->judge(*ready.extended, share), std::string("duplicate-share"));
        QVERIFY(other.judge(channel, share) != "duplicate-share");
        V2Share rolled = share;
        rolled.version ^= 0x2000;
        QCOMPARE(ready.connection->judge(*ready.extended, good(*ready.extended, rolled)),
                 std::string("ok"));
    }

    // R068: told, but never a reason to refuse a share.
    void noticesSequenceNumbersThatDoNotRise()
    {
        Ready ready;
        V2Channel& channel = *ready.extended;
        const auto submit = [&](std::uint32_t number) {
            V2Share share = channel.mine();
            share.sequence = number;
            static_cast<void>(ready.connection->judge(channel, share));
            return ready.connection->shares().at(0).verdict.code == ShareCode::Accepted
                       ? ready.connection->server().unorderedShares()
                       : std::uint64_t{999};
        };
        QCOMPARE(submit(0xfffffffe), std::uint64_t{0});
        QCOMPARE(submit(0xffffffff), std::uint64_t{0});
        QCOMPARE(submit(0), std::uint64_t{0}); // they come round
        QCOMPARE(submit(7), std::uint64_t{0});
        QCOMPARE(submit(7), std::uint64_t{1});
        QCOMPARE(submit(3), std::uint64_t{2});
        QCOMPARE(submit(8), std::uint64_t{2});
    }

    void findsBlocksWhateverElseIsWrong_data()
    {
        QTest::addColumn<QString>("faultName");
        QTest::addColumn<bool>("isStandard");
        for (const bool isStandard : {false, true}) {
            for (const char* const fault :
                 {"none", "hard target", "unknown job", "stale", "duplicate", "early", "version",
                  "rolled", "withdrawn", "variant"}) {
                QTest::addRow("%s %s", isStandard ? "standard" : "extended", fault)
                    << QString::fromLatin1(fault) << isStandard;
            }
        }
    }

    // SV2-67, SV2-52, SV2-53: exactly the header that the client hashed, whatever becomes of
    // its share; the block that is made of it is whole.
    void findsBlocksWhateverElseIsWrong()
    {
        QFETCH(QString, faultName);
        QFETCH(bool, isStandard);
        const std::string fault = faultName.toStdString();
        Ready ready({.bits = 0x207fffff}, 5);
        V2Connection& connection = *ready.connection;
        V2Channel* channel = &ready.channel(isStandard);
        const bitcoin::Target network = ready.pool.job().networkTarget;
        if (fault == "hard target") {
            const auto limit = bitcoin::Target::fromDifficulty(Difficulty(1000));
            auto extended = v2OpenExtended();
            extended.maxTarget = limit;
            auto standard = v2OpenStandard();
            standard.maxTarget = limit;
            channel = isStandard ? connection.open(standard) : connection.open(extended);
        } else if (fault == "variant") {
            connection.repeatWork();
        }
        V2Share share = channel->start();
        if (fault == "early") {
            share.time = channel->minTime - 100;
        } else if (fault == "version") {
            share.version ^= 0x40000001;
        } else if (fault == "rolled") {
            share.version ^= 0x1fff0020;
        }
        // Not a block with the bits that may be rolled alone, which would be as good.
        V2Share masked = share;
        masked.version = channel->work().version;
        share = channel->mine(
            [&](const auto& hash) {
                const bool isOther =
                    fault != "version" || !network.isMetBy(channel->hashOf(masked));
                ++masked.nonce;
                return isOther && network.isMetBy(hash);
            },
            share);
        const auto header = channel->headerOf(share);
        const bitcoin::Hash256 hash = channel->hashOf(share);
        if (fault == "unknown job") {
            share.jobId = 999;
        } else if (fault == "stale") {
            connection.giveJob("next");
        } else if (fault == "duplicate") {
            connection.submit(*channel, share);
        } else if (fault == "withdrawn") {
            connection.server().withdrawJobs();
        }
        const bool isGood =
            fault == "none" || fault == "rolled" || fault == "withdrawn" || fault == "variant";
        const V2Saying saying = connection.submit(*channel, share);
        QCOMPARE(allOf<SubmitSharesError>(saying).empty(), isGood);
        QCOMPARE(allOf<SubmitSharesSuccess>(saying).size(), isGood ? std::size_t{1} : 0U);
        QCOMPARE(connection.shares().size(), std::size_t{1});
        const auto& block = connection.shares()[0].verdict.block;
        QVERIFY(block.has_value());
        QVERIFY(block->hash == hash);
        QVERIFY(std::ranges::equal(block->header, header));
        const auto whole = mining::assembleBlock(*block);
        const auto head = *util::fromHex(*whole.headHex);
        QVERIFY(std::ranges::equal(util::ByteView(head).first(80), header));
        // The witness stands in the block, in front of the lock time, and in no coinbase part.
        const auto coinbase = util::ByteView(head).subspan(81);
        QCOMPARE(util::toHex(coinbase.subspan(4, 2)), std::string("0001"));
        QCOMPARE(util::toHex(coinbase.last(38).first(34)), "0120" + std::string(64, '0'));
        if (!isStandard) {
            const auto& work = channel->works.begin()->second;
            QCOMPARE(util::toHex(util::ByteView(work.prefix).subspan(4, 2)), std::string("0100"));
            QVERIFY(!std::ranges::equal(util::ByteView(work.suffix).last(38), coinbase.last(38)));
        }
    }

    // SV2-68: numbers of the batch alone, the last one that was accepted, whole difficulties with
    // the rest of each kept.
    void answersInBatches()
    {
        stratum::ServerOptions options = easyOptions();
        options.initialDifficulty = Difficulty(0.75e-6);
        options.retargeting = stratum::ServerOptions::Retargeting::Off;
        Ready ready({.server = options});
        V2Channel& channel = *ready.standard;
        const auto submit = [&](std::uint32_t sequence) {
            V2Share share = channel.mine();
            share.sequence = sequence;
            return ready.connection->submit(channel, share);
        };
        const auto text = [](const V2Saying& saying) {
            std::string all;
            for (const auto& success : allOf<SubmitSharesSuccess>(saying)) {
                all += std::to_string(success.channelId) + ' ' +
                       std::to_string(success.lastSequenceNumber) + ' ' +
                       std::to_string(success.newSubmitsAcceptedCount) + ' ' +
                       std::to_string(success.newSharesSum) + ';';
            }
            return all;
        };
        const std::string id = std::to_string(channel.id);
        QCOMPARE(text(submit(1)), id + " 1 1 0;"); // the first at once
        for (std::uint32_t i = 2; i <= 10; ++i) {
            QCOMPARE(text(submit(i)), std::string());
        }
        QCOMPARE(text(submit(11)), id + " 11 10 0;");
        submit(12);
        // Errors wait for nothing, and are no part of a batch.
        V2Share bad = channel.mine();
        bad.jobId = 999;
        bad.sequence = 13;
        QCOMPARE(typesOf(ready.connection->submit(channel, bad)), std::string("1d"));
        QCOMPARE(text(ready.connection->pass(1s)), id + " 12 1 0;");
        QVERIFY(ready.connection->pass(1s).empty());
        QCOMPARE(text(submit(14)), id + " 14 1 0;");
    }

    // SV2-68: whoever found a block hears of it at once, and of what waited.
    void answersABlockAtOnce()
    {
        Ready ready({.bits = 0x1f00ffff});
        V2Channel& channel = *ready.extended;
        const bitcoin::Target network = ready.pool.job().networkTarget;
        const auto submitUsual = [&] {
            return ready.connection->submit(channel, channel.mine(
                                                         [&](const auto& hash) {
                                                             return channel.target.isMetBy(hash) &&
                                                                    !network.isMetBy(hash);
                                                         },
                                                         channel.start()));
        };
        QCOMPARE(typesOf(submitUsual()), std::string("1c"));
        QVERIFY(submitUsual().empty());
        const V2Share block = mineBlock(channel, network);
        const V2Saying saying = ready.connection->submit(channel, block);
        QVERIFY(ready.connection->shares()[0].verdict.block.has_value());
        const auto answers = allOf<SubmitSharesSuccess>(saying);
        QCOMPARE(answers.size(), std::size_t{1});
        QCOMPARE(answers[0].newSubmitsAcceptedCount, 2U);
        QCOMPARE(answers[0].lastSequenceNumber, block.sequence);
    }

    // SV2-50: what another work has replaced in the pool counts for nothing, though the client
    // was not sent that work and its share came at once.
    void countsNothingForWorkThatIsOver()
    {
        Ready ready;
        const V2Share share = ready.extended->mine();
        QVERIFY(ready.connection->giveJob("next", 0, mining::TemplateOrigin::Provisional).empty());
        QCOMPARE(ready.connection->judge(*ready.extended, share), std::string("stale-share"));
        const auto& verdict = ready.connection->shares().at(0).verdict;
        QVERIFY(verdict.code == ShareCode::Stale);
        QVERIFY(!verdict.proof && verdict.credited == Difficulty());
    }

    // SV2-68
    void keepsTheRestOfASum()
    {
        ShareBatchAnswer answer;
        std::uint64_t sum = 0;
        std::uint64_t count = 0;
        const auto add = [&](double difficulty, ShareBatchAnswer::Urgency urgency) {
            util::Bytes frames;
            answer.add(1, Difficulty(difficulty), urgency, 1, frames);
            const V2Saying saying = readFrames(frames);
            for (const auto& success : allOf<SubmitSharesSuccess>(saying)) {
                sum += success.newSharesSum;
                count += success.newSubmitsAcceptedCount;
            }
        };
        for (int i = 0; i < 1000; ++i) {
            add(0.75, ShareBatchAnswer::Urgency::Usual);
        }
        add(0.75, ShareBatchAnswer::Urgency::AtOnce);
        QCOMPARE(count, std::uint64_t{1001});
        QCOMPARE(sum, std::uint64_t{750});
        add(1e300, ShareBatchAnswer::Urgency::AtOnce);
        QVERIFY(sum > 1U << 30U);
    }

    // SV2-79, SV2-25, B20: by the name behind the channel once that is agreed on.
    void countsForNamedWorkers()
    {
        Ready ready;
        V2Connection& connection = *ready.connection;
        V2Channel& channel = connection.openExtended("bc1qx.farm");
        util::Bytes name;
        appendTlv(name, WORKER_NAME, util::asBytes("rig 7"));
        const auto workerOfNext = [&](util::ByteView trailing) {
            const std::string judged = connection.judge(channel, channel.mine(), trailing);
            return judged == "ok" ? connection.shares().at(0).worker : judged;
        };
        QCOMPARE(workerOfNext(name), std::string("bc1qx.farm"));
        connection.send(RequestExtensions{.requestId = 1,
                                          .requestedExtensions = std::vector<std::uint16_t>{2}});
        QCOMPARE(workerOfNext(name), std::string("bc1qx.rig 7"));
        QCOMPARE(workerOfNext({}), std::string("bc1qx.farm"));
        QCOMPARE(workerOfNext(*util::fromHex("ffffffff")), std::string("bc1qx.farm"));
        util::Bytes full;
        appendTlv(full, WORKER_NAME, util::asBytes(std::string(32, 'x')));
        QCOMPARE(workerOfNext(full), "bc1qx." + std::string(32, 'x'));
        util::Bytes tooLong;
        appendTlv(tooLong, WORKER_NAME, util::asBytes(std::string(33, 'x')));
        const V2Share share = channel.mine();
        QCOMPARE(connection.judge(channel, share, tooLong), std::string("invalid-share"));
        QVERIFY(!connection.shares()[0].verdict.proof);
        QCOMPARE(connection.judge(channel, share), std::string("ok")); // it was not remembered
        QVERIFY(!connection.closed());
    }

    // SV2-79, SV2-67: with a name that is too long, too.
    void findsBlocksOfBadNames()
    {
        Ready ready({.bits = REGTEST_BITS});
        ready.connection->send(RequestExtensions{
            .requestId = 1, .requestedExtensions = std::vector<std::uint16_t>{2}});
        util::Bytes tooLong;
        appendTlv(tooLong, WORKER_NAME, util::asBytes(std::string(33, 'x')));
        const V2Share share = mineBlock(*ready.extended, ready.pool.job().networkTarget);
        QCOMPARE(ready.connection->judge(*ready.extended, share, tooLong),
                 std::string("invalid-share"));
        QVERIFY(ready.connection->shares()[0].verdict.block.has_value());
    }

    // Whoever sends ever other names costs no more than so many.
    void remembersSoManyNames()
    {
        Ready ready;
        ready.connection->send(RequestExtensions{
            .requestId = 1, .requestedExtensions = std::vector<std::uint16_t>{2}});
        V2Channel& channel = ready.connection->openExtended("farm.all");
        for (std::size_t i = 0; i <= MAX_WORKER_NAMES; ++i) {
            util::Bytes name;
            appendTlv(name, WORKER_NAME, util::asBytes(std::to_string(i)));
            ready.connection->submit(channel, channel.start(), name);
            QCOMPARE(ready.connection->shares().at(0).worker,
                     i < MAX_WORKER_NAMES ? "farm." + std::to_string(i) : std::string("farm.all"));
        }
    }
};

WARP_TEST_CLASS(V2ShareTest);

} // namespace

#include "v2_share_test.moc"
