// Stratum V2: channels are opened, updated and closed.

#include "core/stratum/v2/error_codes.h"
#include "core/stratum/v2/server_limits.h"

#include "tests/core/stratum/v2_session_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace warp::test;
using namespace warp::stratum::v2;
using namespace std::chrono_literals;
using stratum::AuthorizeRefusal;
using util::Difficulty;

bitcoin::Target targetOf(double difficulty)
{
    return bitcoin::Target::fromDifficulty(Difficulty(difficulty));
}

std::string openError(V2Connection& connection)
{
    const auto errors = allOf<OpenMiningChannelError>(connection.opening);
    return connection.opening.size() == 1 && errors.size() == 1
               ? std::string(errors[0].errorCode) + " " + std::to_string(errors[0].requestId)
               : std::string();
}

/// Half of any miner's wish counts, so that wishes tell from each other.
stratum::ServerOptions wishOptions()
{
    stratum::ServerOptions options;
    options.minimumDifficulty = Difficulty(1e-9);
    options.retargeting = stratum::ServerOptions::Retargeting::Off;
    return options;
}

/// Takes nobody.
class RefusingPolicy final : public stratum::AuthorizePolicy
{
public:
    explicit RefusingPolicy(AuthorizeRefusal refusal)
        : m_refusal(refusal)
    {}
    [[nodiscard]] util::Result<stratum::WorkerName, AuthorizeRefusal>
    authorize(std::string_view, std::string_view) override
    {
        return util::Unexpected(m_refusal);
    }

private:
    AuthorizeRefusal m_refusal;
};

class V2OpenTest final : public QObject
{
    Q_OBJECT

private slots:
    // SV2-33, SV2-35, SV2-41, SV2-42, R059, R060: the answer, a future job, what activates it.
    void opensBothKinds()
    {
        V2Pool pool;
        pool.makeJob("tip", 3);
        V2Connection connection(pool);
        connection.setUp();
        auto standard = v2OpenStandard();
        standard.requestId = 0xdeadbeef;
        V2Channel* const first = connection.open(standard);
        QVERIFY(first != nullptr && first->isStandard);
        QCOMPARE(typesOf(connection.opening), std::string("11 15 20"));
        QCOMPARE(allOf<OpenStandardMiningChannelSuccess>(connection.opening)[0].requestId,
                 0xdeadbeefU);
        QVERIFY(!allOf<NewMiningJob>(connection.opening)[0].minNtime);
        QCOMPARE(allOf<NewMiningJob>(connection.opening)[0].channelId, first->id);
        auto extended = v2OpenExtended();
        extended.requestId = 77;
        V2Channel* const second = connection.open(extended);
        QVERIFY(second != nullptr && !second->isStandard);
        QCOMPARE(typesOf(connection.opening), std::string("14 1f 20"));
        QCOMPARE(allOf<OpenExtendedMiningChannelSuccess>(connection.opening)[0].requestId, 77U);
        const auto job = allOf<NewExtendedMiningJob>(connection.opening)[0];
        QVERIFY(!job.minNtime);
        QCOMPARE(job.channelId, second->id);
        const auto tip = allOf<SetNewPrevHash>(connection.opening)[0];
        QCOMPARE(tip.channelId, second->id);
        QCOMPARE(tip.jobId, job.jobId);
        QVERIFY(tip.prevHash == pool.job().source->previous); // R064
        QCOMPARE(tip.minNtime, pool.job().time);
        QCOMPARE(tip.nbits, pool.bits);
        V2Channel& third = connection.openStandard();
        QVERIFY(third.active.has_value());
        QCOMPARE(connection.faults(), std::string());
        QCOMPARE(connection.server().channels(), std::size_t{3});
        QVERIFY(connection.server().isAuthorized());
    }

    // SV2-34: numbers of channels and groups, and after a channel has gone.
    void neverRepeatsANumber()
    {
        V2Pool pool({.keys = mining::KeyUse::Separate});
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        std::set<std::uint32_t> channels;
        std::set<std::uint32_t> groups;
        for (int i = 0; i < 40; ++i) {
            const std::string user = *bitcoin::encodeAddress(
                *util::fromHex("5120" + std::string(62, '2') + (i % 2 == 0 ? "11" : "22")),
                bitcoin::Network::Regtest);
            const V2Channel& channel =
                i % 3 == 0 ? connection.openStandard(user) : connection.openExtended(user);
            QVERIFY(channels.insert(channel.id).second);
            groups.insert(channel.group);
            if (i % 4 == 3) {
                connection.send(CloseChannel{.channelId = channel.group, .reasonCode = ""});
            }
        }
        QVERIFY(groups.size() > 2);
        for (const std::uint32_t group : groups) {
            QVERIFY(group != 0 && !channels.contains(group));
        }
    }

    void startsWithinTheMinersLimit_data()
    {
        QTest::addColumn<double>("limit");
        QTest::addColumn<double>("rate");
        QTest::addColumn<double>("least"); // difficulty that is expected
        QTest::addColumn<double>("most");
        QTest::newRow("no limit, no rate") << 0.0 << 0.0 << 1e-9 << 1e9;
        QTest::newRow("a miner of 1 TH/s") << 0.0 << 1e12 << 100.0 << 1e5;
        QTest::newRow("a miner of 1 PH/s") << 0.0 << 1e15 << 1e5 << 1e8;
        QTest::newRow("no easier than it can") << 12345.678 << 1000.0 << 12345.6 << 12346.7;
        QTest::newRow("not a whole difficulty") << 0.37 << 1e-3 << 0.37 << 0.371;
        QTest::newRow("more than any miner has") << 0.0 << 3e38 << 1e6 << 1e14;
        QTest::newRow("next to nothing") << 0.0 << 1e-38 << 1e-9 << 1e-2;
    }

    // SV2-36, SV2-37 (0 opens), R065: what the rate suggests, within both limits.
    void startsWithinTheMinersLimit()
    {
        QFETCH(double, limit);
        QFETCH(double, rate);
        QFETCH(double, least);
        QFETCH(double, most);
        V2Pool pool({.server = wishOptions(), .bits = 0x17034219});
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        auto open = v2OpenExtended();
        open.nominalHashRate = Float32::of(static_cast<float>(rate));
        open.maxTarget = limit > 0 ? targetOf(limit) : easiestTarget();
        const V2Channel* const channel = connection.open(open);
        QVERIFY(channel != nullptr);
        QVERIFY(channel->target <= open.maxTarget);
        QVERIFY(channel->target >= pool.job().networkTarget);
        const double difficulty = channel->target.toDifficulty().value();
        QVERIFY2(difficulty >= least * 0.999 && difficulty <= most,
                 std::to_string(difficulty).c_str());
        QCOMPARE(typesOf(connection.opening), std::string("14 1f 20")); // no SetTarget among them
    }

    void refusesWhatItCannotServe_data()
    {
        QTest::addColumn<bool>("isExtended");
        QTest::addColumn<QString>("user");
        QTest::addColumn<float>("rate");
        QTest::addColumn<double>("limit"); // difficulty; 0: none; less: the zero target
        QTest::addColumn<int>("size");
        QTest::addColumn<QString>("error");
        using Limits = std::numeric_limits<float>;
        for (const bool isExtended : {false, true}) {
            const auto row = [&](const char* name, const char* user, float rate, double limit,
                                 int size, const char* error) {
                QTest::addRow("%s %s", isExtended ? "extended" : "standard", name)
                    << isExtended << user << rate << limit << size << error;
            };
            const char* const badRate = "invalid-nominal-hashrate";
            row("not a number", "rig", Limits::quiet_NaN(), 0, 2, badRate);
            row("infinite", "rig", Limits::infinity(), 0, 2, badRate);
            row("minus infinite", "rig", -Limits::infinity(), 0, 2, badRate);
            row("negative", "rig", -1, 0, 2, badRate);
            row("zero target", "rig", 0, -1, 2, "max-target-out-of-range");
            row("harder than the network", "rig", 0, 1e20, 2, "max-target-out-of-range");
            row("no name", "", 0, 0, 2, "invalid-user-identity");
            row("blanks", "  ", 0, 0, 2, "invalid-user-identity");
            row("solo without address", "sri/solo/", 0, 0, 2, "invalid-user-identity");
            row("no address", "bad", 0, 0, 2, "invalid-user-identity");
        }
        QTest::newRow("extranonce of 9")
            << true << "rig" << 0.0F << 0.0 << 9 << "min-extranonce-size-too-large";
        QTest::newRow("extranonce of 65535")
            << true << "rig" << 0.0F << 0.0 << 65535 << "min-extranonce-size-too-large";
    }

    // SV2-37, SV2-38, SV2-36
    void refusesWhatItCannotServe()
    {
        QFETCH(bool, isExtended);
        QFETCH(QString, user);
        QFETCH(float, rate);
        QFETCH(double, limit);
        QFETCH(int, size);
        QFETCH(QString, error);
        V2Pool pool({.bits = 0x17034219});
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        const std::string name = user.toStdString();
        const auto target = limit < 0    ? bitcoin::Target()
                            : limit == 0 ? easiestTarget()
                                         : targetOf(limit);
        V2Channel* opened = nullptr;
        if (isExtended) {
            opened = connection.open(
                OpenExtendedMiningChannel{.requestId = 5,
                                          .userIdentity = name,
                                          .nominalHashRate = Float32::of(rate),
                                          .maxTarget = target,
                                          .minExtranonceSize = static_cast<std::uint16_t>(size)});
        } else {
            opened = connection.open(OpenStandardMiningChannel{.requestId = 5,
                                                               .userIdentity = name,
                                                               .nominalHashRate = Float32::of(rate),
                                                               .maxTarget = target});
        }
        QVERIFY(opened == nullptr);
        QCOMPARE(openError(connection), error.toStdString() + " 5");
        QVERIFY(!connection.closed());
        QCOMPARE(pool.extranonces.inUse(), std::size_t{0});
        QVERIFY(connection.openExtended().active.has_value());
    }

    // A limit beyond the network's target is no reason where any share is easier than a block.
    void opensOnNetworksThatAreEasierThanShares()
    {
        V2Pool pool({.bits = REGTEST_BITS});
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        auto open = v2OpenExtended();
        open.maxTarget = targetOf(1e-7);
        const V2Channel* const channel = connection.open(open);
        QVERIFY(channel != nullptr);
        QVERIFY(channel->target <= open.maxTarget);
    }

    // SV2-38, R062: eight bytes for whoever asks for as many or fewer, as V1 has them.
    void givesTheExtranonceThatIsAskedFor()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        for (const std::uint16_t size : std::initializer_list<std::uint16_t>{0, 2, 6, 8}) {
            auto open = v2OpenExtended();
            open.minExtranonceSize = size;
            const V2Channel* const channel = connection.open(open);
            QVERIFY(channel->extranonceSize >= size);
            QCOMPARE(channel->extranonceSize + channel->prefix.size(), std::size_t{12});
        }
        // SV2-45: the same in full for members that have no part of it to roll.
        QCOMPARE(connection.openStandard().prefix.size(), std::size_t{12});
    }

    // SV2-39, R062: over connections, kinds and V1 sessions of the same thread.
    void givesDisjointPrefixes()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection first(pool);
        V2Connection second(pool);
        first.setUp();
        second.setUp(mining_flags::REQUIRES_STANDARD_JOBS);
        std::set<util::Bytes> prefixes;
        const auto note = [&](util::ByteView prefix) {
            const auto unique = prefix.first(mining::EXTRANONCE1_SIZE);
            QVERIFY(prefixes.insert(util::Bytes(unique.begin(), unique.end())).second);
        };
        for (int i = 0; i < 50; ++i) {
            note(first.openExtended().prefix);
            note(second.openStandard().prefix);
            note(first.openStandard().prefix);
            note(*pool.extranonces.allocate()); // a session of V1
        }
    }

    // SV2-40: one that was given back is the last to be given again.
    void givesFreedPrefixesLate()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        const util::Bytes first = connection.openExtended().prefix;
        connection.send(CloseChannel{.channelId = 2, .reasonCode = ""});
        QCOMPARE(pool.extranonces.inUse(), std::size_t{0});
        for (int i = 0; i < 3000; ++i) {
            QVERIFY(connection.openExtended().prefix != first);
            if (connection.server().channels() == MAX_CHANNELS) {
                connection.server().leave();
            }
        }
    }

    void namesEachRefusal_data()
    {
        QTest::addColumn<int>("refusal");
        QTest::addColumn<QString>("error");
        const auto row = [](AuthorizeRefusal refusal, const char* error) {
            QTest::newRow(describe(refusal).data()) << static_cast<int>(refusal) << error;
        };
        row(AuthorizeRefusal::NameMissing, "invalid-user-identity");
        row(AuthorizeRefusal::NameTooLong, "invalid-user-identity");
        row(AuthorizeRefusal::InvalidAddress, "invalid-user-identity");
        row(AuthorizeRefusal::WrongNetwork, "invalid-user-identity");
        row(AuthorizeRefusal::OtherPayout, "unknown-user");
        row(AuthorizeRefusal::NotAllowed, "unknown-user");
        row(AuthorizeRefusal::TooManyWorkers, "channel-capacity-exhausted");
        row(AuthorizeRefusal::NotReady, "pool-not-ready");
        row(AuthorizeRefusal::TooOften, "too-many-requests");
    }

    // What passes by itself is not laid to the user's name.
    void namesEachRefusal()
    {
        QFETCH(const int, refusal);
        QFETCH(const QString, error);
        RefusingPolicy policy{static_cast<AuthorizeRefusal>(refusal)};
        mining::ExtranonceAllocator extranonces{1};
        ServerContext context{
            .options = easyOptions(), .policy = policy, .extranonces = extranonces};
        MiningServer server(context, at({}));
        util::Bytes answers;
        stratum::Actions actions;
        const auto send = [&](const auto& message) {
            util::Bytes frame;
            appendFrame(frame, message);
            const util::ByteView bytes(frame);
            server.onFrame(FrameHeader::parse(bytes.first<FrameHeader::SIZE>()),
                           bytes.subspan(FrameHeader::SIZE), at({}),
                           {.frames = answers, .actions = actions});
        };
        send(v2SetUp());
        answers.clear();
        send(v2OpenExtended());
        const V2Saying saying = readFrames(answers);
        const auto errors = allOf<OpenMiningChannelError>(saying);
        QCOMPARE(errors.size(), std::size_t{1});
        QCOMPARE(std::string(errors[0].errorCode), error.toStdString());
        QVERIFY(!actions.close);
    }

    void hasAnEndToItsChannels()
    {
        V2Pool pool;
        V2Connection connection(pool);
        connection.setUp();
        for (std::size_t i = 0; i < MAX_CHANNELS; ++i) {
            QVERIFY(connection.open(v2OpenExtended()) != nullptr);
        }
        QVERIFY(connection.open(v2OpenStandard()) == nullptr);
        QCOMPARE(openError(connection), std::string("channel-capacity-exhausted 1"));
        connection.server().leave();
        QCOMPARE(pool.extranonces.inUse(), std::size_t{0});
    }

    // R142: proxies have an end in common, at which every miner still has its one channel.
    void leavesMinersRoomWhereProxiesTakeAll()
    {
        V2Pool pool;
        while (pool.extranonces.inUse() < MAX_CHANNELS_OF_THREAD) {
            QVERIFY(pool.extranonces.allocate());
        }
        V2Connection connection(pool);
        connection.setUp();
        QVERIFY(connection.open(v2OpenExtended()) != nullptr);
        QVERIFY(connection.open(v2OpenExtended()) == nullptr);
        QCOMPARE(openError(connection), std::string("channel-capacity-exhausted 1"));
    }

    // R073: what is said of a connection names each worker with what is asked of it.
    void tellsItsWorkersApart()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        const auto names = [&] {
            std::string text;
            for (const auto& worker : connection.server().info().workers) {
                text += worker.name + " ";
            }
            return text;
        };
        connection.openExtended("one");
        const V2Channel two = connection.openExtended("two");
        const double single = connection.server().info().workers.at(0).difficulty.value();
        connection.openStandard("one");
        QCOMPARE(names(), std::string("one two "));
        const stratum::SessionInfo info = connection.server().info();
        QVERIFY(single > 0);
        QCOMPARE(info.workers.at(0).difficulty.value(), 2 * single);
        QCOMPARE(info.workers.at(1).difficulty.value(), single);
        QCOMPARE(info.difficulty.value(), 3 * single);
        QVERIFY(info.rates.empty());
        connection.send(CloseChannel{.channelId = two.id, .reasonCode = ""});
        QCOMPARE(names(), std::string("one "));
        QCOMPARE(connection.server().info().worker, std::string("one"));
    }

    // SV2-44
    void servesStandardJobsAlone()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp(mining_flags::REQUIRES_STANDARD_JOBS);
        QVERIFY(connection.open(v2OpenExtended()) == nullptr);
        QCOMPARE(openError(connection),
                 std::string("extended-channels-not-supported-for-standard-jobs 1"));
        std::string types;
        for (int i = 0; i < 3; ++i) {
            QCOMPARE(connection.openStandard().group, 0U);
            types += typesOf(connection.opening);
        }
        types += typesOf(connection.giveJob("tip"));
        types += typesOf(connection.giveJob("next"));
        types += typesOf(connection.repeatWork());
        QVERIFY(types.find("1f") == types.npos && types.find("25") == types.npos);
        QCOMPARE(connection.faults(), std::string());
    }

    // SV2-64, R071: no answer but the target, and only where it is to change.
    void updatesAChannel()
    {
        V2Pool pool({.server = wishOptions(), .bits = 0x17034219});
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        V2Channel& channel = connection.openExtended();
        const auto update = [&](float rate, const bitcoin::Target& limit) {
            return connection.send(UpdateChannel{.channelId = channel.id,
                                                 .nominalHashRate = Float32::of(rate),
                                                 .maximumTarget = limit});
        };
        QVERIFY(update(0, easiestTarget()).empty());
        const bitcoin::Target before = channel.target;
        const auto harder = targetOf(before.toDifficulty().value() * 10);
        QCOMPARE(typesOf(update(0, harder)), std::string("21 1f"));
        QVERIFY(channel.target <= harder);
        QVERIFY(update(0, harder).empty());
        QCOMPARE(typesOf(update(1e15F, harder)), std::string("21 1f"));
        QVERIFY(channel.target.toDifficulty().value() > 1e4);
        QCOMPARE(connection.faults(), std::string());
    }

    // SV2-64: where the network's target keeps the difficulty down, too.
    void updatesAChannelOnAnEasyNetwork()
    {
        V2Pool pool({.bits = REGTEST_BITS});
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        V2Channel& channel = connection.openExtended();
        const auto limitTo = [&](double difficulty) {
            connection.send(UpdateChannel{.channelId = channel.id,
                                          .nominalHashRate = Float32::of(0),
                                          .maximumTarget = targetOf(difficulty)});
            return channel.target <= targetOf(difficulty);
        };
        QVERIFY(limitTo(1e-8));
        QVERIFY(limitTo(1e-7));
        QVERIFY(limitTo(1e-8));
        QVERIFY(channel.target > targetOf(2e-8)); // and back
        QCOMPARE(connection.faults(), std::string());
    }

    // Where a block asks for the least difficulty for twenty minutes (testnet4), a proxy of ASICs
    // stays with its own limit, and finds the blocks that meet it.
    void takesLimitsBeyondTheLeastDifficulty()
    {
        V2Pool pool({.bits = DIFFICULTY_ONE_BITS});
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        auto open = v2OpenExtended();
        open.maxTarget = targetOf(23000);
        const V2Channel* const channel = connection.open(open);
        QVERIFY(channel != nullptr);
        QVERIFY(channel->target <= open.maxTarget);
        const auto harder = targetOf(46000);
        const V2Saying saying = connection.send(UpdateChannel{
            .channelId = channel->id, .nominalHashRate = Float32::of(0), .maximumTarget = harder});
        QCOMPARE(typesOf(saying), std::string("21 1f"));
        QVERIFY(channel->target <= harder);
    }

    // SV2-65
    void refusesUpdates()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        const V2Channel& channel = connection.openExtended();
        const auto errorOf = [&](std::uint32_t id, float rate, const bitcoin::Target& limit) {
            const V2Saying saying = connection.send(UpdateChannel{
                .channelId = id, .nominalHashRate = Float32::of(rate), .maximumTarget = limit});
            const auto errors = allOf<UpdateChannelError>(saying);
            return saying.size() == 1 && errors.size() == 1 && errors[0].channelId == id
                       ? std::string(errors[0].errorCode)
                       : std::string();
        };
        QCOMPARE(errorOf(999, 1, easiestTarget()), std::string("invalid-channel-id"));
        QCOMPARE(errorOf(channel.group, 1, easiestTarget()), std::string("invalid-channel-id"));
        QCOMPARE(errorOf(channel.id, NAN, easiestTarget()),
                 std::string("invalid-nominal-hashrate"));
        QCOMPARE(errorOf(channel.id, 1, bitcoin::Target()), std::string("max-target-out-of-range"));
        QVERIFY(!connection.closed());
    }

    // SV2-71, R071
    void closesChannelsAndGroups()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        const V2Channel& first = connection.openExtended();
        const V2Channel& second = connection.openStandard();
        const V2Channel& third = connection.openExtended();
        QVERIFY(connection.send(CloseChannel{.channelId = 4711, .reasonCode = ""}).empty());
        QVERIFY(connection.send(CloseChannel{.channelId = 0, .reasonCode = ""}).empty());
        QCOMPARE(connection.server().channels(), std::size_t{3});
        QVERIFY(connection.send(CloseChannel{.channelId = second.id, .reasonCode = "x"}).empty());
        QCOMPARE(pool.extranonces.inUse(), std::size_t{2});
        QCOMPARE(connection.judge(second, {}), std::string("invalid-channel-id"));
        for (const V2Said& said : connection.giveJob("tip")) {
            const auto* job = std::get_if<NewExtendedMiningJob>(&said.message);
            QVERIFY(job != nullptr && job->channelId == first.group);
        }
        QVERIFY(connection.send(CloseChannel{.channelId = third.group, .reasonCode = "x"}).empty());
        QCOMPARE(pool.extranonces.inUse(), std::size_t{0});
        QVERIFY(connection.giveJob("next").empty());
        QVERIFY(connection.pass(61s).empty());
        QVERIFY(!connection.closed());
        QVERIFY(connection.openExtended().active.has_value());
    }

    // Clients of the reference implementation that mine for themselves.
    void readsSoloIdentities()
    {
        V2Pool pool;
        V2Connection connection(pool);
        connection.setUp();
        connection.openExtended("sri/solo/bc1qx/rig");
        QCOMPARE(connection.server().info().worker, std::string("bc1qx/rig"));
    }
};

WARP_TEST_CLASS(V2OpenTest);

} // namespace

#include "v2_open_test.moc"
