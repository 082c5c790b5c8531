// Stratum V2: set-up of the connection, extensions, and what closes it.

#include "core/stratum/v2/error_codes.h"
#include "core/stratum/v2/server_limits.h"

#include "tests/core/stratum/v2_session_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <array>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace warp::test;
using namespace warp::stratum::v2;
using namespace std::chrono_literals;
using stratum::CloseCause;

constexpr std::uint32_t STANDARD_JOBS = mining_flags::REQUIRES_STANDARD_JOBS;
constexpr std::uint32_t WORK_SELECTION = mining_flags::REQUIRES_WORK_SELECTION;
constexpr std::uint32_t VERSION_ROLLING = mining_flags::REQUIRES_VERSION_ROLLING;

struct SetUpCase
{
    const char* name;
    std::uint8_t protocol = 0;
    std::uint16_t least = 2;
    std::uint16_t most = 2;
    std::uint32_t flags = 0;
    std::string_view error{}; ///< empty: success
    std::uint32_t errorFlags = 0;
    std::uint32_t mask = VERSION_MASK;
};

const std::vector<SetUpCase>& setUpCases()
{
    using namespace error_codes;
    static const std::vector<SetUpCase> cases{
        {.name = "version 2"},
        {.name = "a range of versions", .least = 0, .most = 0xffff},
        {.name = "older", .least = 1, .most = 1, .error = PROTOCOL_VERSION_MISMATCH},
        {.name = "newer", .least = 3, .most = 9, .error = PROTOCOL_VERSION_MISMATCH},
        {.name = "upside down", .least = 3, .most = 1, .error = PROTOCOL_VERSION_MISMATCH},
        {.name = "job declaration", .protocol = 1, .error = UNSUPPORTED_PROTOCOL},
        {.name = "template distribution", .protocol = 2, .error = UNSUPPORTED_PROTOCOL},
        {.name = "no protocol", .protocol = 77, .error = UNSUPPORTED_PROTOCOL},
        {.name = "all known flags", .flags = STANDARD_JOBS | WORK_SELECTION | VERSION_ROLLING},
        {.name = "an unknown flag",
         .flags = 0x8 | STANDARD_JOBS,
         .error = UNSUPPORTED_FEATURE_FLAGS,
         .errorFlags = 0x8},
        {.name = "all flags",
         .flags = 0xffffffff,
         .error = UNSUPPORTED_FEATURE_FLAGS,
         .errorFlags = 0xfffffff8},
        {.name = "flags of another protocol",
         .protocol = 1,
         .flags = 0x10,
         .error = UNSUPPORTED_PROTOCOL},
        {.name = "rolling where it is forbidden",
         .flags = VERSION_ROLLING | 0x80,
         .error = UNSUPPORTED_FEATURE_FLAGS,
         .errorFlags = VERSION_ROLLING | 0x80,
         .mask = 0},
    };
    return cases;
}

SetCustomMiningJob customJob(std::uint32_t channel)
{
    SetCustomMiningJob job;
    job.channelId = channel;
    job.requestId = 0x01020304;
    return job;
}

class V2SetupTest final : public QObject
{
    Q_OBJECT

private slots:
    void answersEachSetUpOnce_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < setUpCases().size(); ++i) {
            QTest::newRow(setUpCases()[i].name) << static_cast<int>(i);
        }
    }

    // SV2-27, SV2-28, SV2-29, SV2-30, SV2-31, SV2-32, R058
    void answersEachSetUpOnce()
    {
        QFETCH(int, index);
        const SetUpCase& row = setUpCases()[static_cast<std::size_t>(index)];
        V2Pool pool({.versionMask = row.mask});
        V2Connection connection(pool);
        SetupConnection message = v2SetUp(row.flags);
        message.protocol = row.protocol;
        message.minVersion = row.least;
        message.maxVersion = row.most;
        const V2Saying saying = connection.send(message);
        QCOMPARE(saying.size(), std::size_t{1});
        if (row.error.empty()) {
            const auto success = allOf<SetupConnectionSuccess>(saying);
            QCOMPARE(success.size(), std::size_t{1});
            QCOMPARE(success[0].usedVersion, std::uint16_t{2});
            QCOMPARE(success[0].flags, std::uint32_t{0});
            QVERIFY(!connection.closed());
        } else {
            const auto error = allOf<SetupConnectionError>(saying);
            QCOMPARE(error.size(), std::size_t{1});
            QCOMPARE(std::string(error[0].errorCode), std::string(row.error));
            QCOMPARE(error[0].flags, row.errorFlags);
            QVERIFY(isPrintableCode(error[0].errorCode));
            QVERIFY(connection.closed() == CloseCause::SetupRefused);
        }
    }

    // SV2-30: a pool that forbids rolling says so in its own set of flags.
    void saysThatVersionsAreFixed()
    {
        V2Pool pool({.versionMask = 0});
        V2Connection connection(pool);
        const V2Saying saying = connection.setUp();
        const auto success = allOf<SetupConnectionSuccess>(saying);
        QCOMPARE(success.at(0).flags, mining_success_flags::REQUIRES_FIXED_VERSION);
    }

    // SV2-26, R072: whatever comes before it ends the session, without a word.
    void wantsTheSetUpFirst()
    {
        V2Pool pool;
        pool.makeJob();
        const auto expectClosed = [&](const auto& message) {
            V2Connection connection(pool);
            QVERIFY(connection.send(message).empty());
            QVERIFY(connection.closed() == CloseCause::BadMessage);
            QVERIFY(connection.setUp().empty()); // nothing is read behind it
            QCOMPARE(connection.server().channels(), std::size_t{0});
        };
        expectClosed(v2OpenExtended());
        expectClosed(v2OpenStandard());
        expectClosed(CloseChannel{.channelId = 1, .reasonCode = ""});
        expectClosed(RequestExtensions{.requestId = 1, .requestedExtensions = {}});
        V2Connection unknown(pool);
        QVERIFY(unknown.sendFrame(*util::fromHex("000099000000")).empty());
        QVERIFY(unknown.closed() == CloseCause::BadMessage);
    }

    // SV2-26, R072
    void wantsTheSetUpOnce()
    {
        V2Pool pool;
        V2Connection connection(pool);
        connection.setUp();
        QVERIFY(connection.setUp().empty());
        QVERIFY(connection.closed() == CloseCause::BadMessage);
    }

    void closesOnWhatOnlyServersSend()
    {
        V2Pool pool;
        const auto expectClosed = [&](const auto& message) {
            V2Connection connection(pool);
            connection.setUp();
            QVERIFY(connection.send(message).empty());
            QVERIFY(connection.closed() == CloseCause::BadMessage);
        };
        expectClosed(SetupConnectionSuccess{.usedVersion = 2, .flags = 0});
        expectClosed(SetTarget{.channelId = 1, .maximumTarget = easiestTarget()});
        expectClosed(SubmitSharesSuccess{});
        expectClosed(SetNewPrevHash{});
        expectClosed(Reconnect{});
        expectClosed(SetExtranoncePrefix{});
        expectClosed(RequestExtensionsSuccess{});
    }

    // SV2-24, R057: what cannot be read ends the connection, and what is longer than any message.
    void closesOnWhatItCannotRead()
    {
        V2Pool pool;
        const auto closeOf = [&](std::uint8_t type, std::size_t size) {
            V2Connection connection(pool);
            connection.setUp();
            util::Bytes frame;
            FrameHeader{.type = type, .payloadSize = static_cast<std::uint32_t>(size)}.appendTo(
                frame);
            frame.resize(frame.size() + size, std::byte{0xff});
            connection.sendFrame(frame);
            return connection.closed();
        };
        QVERIFY(closeOf(0x13, 3) == CloseCause::BadMessage);
        QVERIFY(closeOf(0x1b, 28) == CloseCause::BadMessage);
        QVERIFY(closeOf(0x1b, 60'000) == CloseCause::BadMessage);
        QVERIFY(closeOf(0x99, 66'000) == CloseCause::BadMessage);
        QVERIFY(!closeOf(0x99, 60'000));
    }

    // SV2-21: frames of extensions that nobody agreed on are not even counted.
    void discardsUnknownExtensions()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        for (unsigned i = 0; i < 2 * MAX_UNKNOWN_MESSAGES; ++i) {
            QVERIFY(connection.sendFrame(*util::fromHex("034001020000abcd")).empty());
            QVERIFY(connection.sendFrame(*util::fromHex("010077000000")).empty());
        }
        QVERIFY(!connection.closed());
        QVERIFY(connection.openExtended().active.has_value());
    }

    void bearsWithSomeUnknownMessages()
    {
        V2Pool pool;
        V2Connection connection(pool);
        connection.setUp();
        for (unsigned i = 0; i < MAX_UNKNOWN_MESSAGES; ++i) {
            QVERIFY(connection.sendFrame(*util::fromHex("000099000000")).empty());
        }
        QVERIFY(connection.send(ChannelEndpointChanged{.channelId = 3}).empty());
        QVERIFY(!connection.closed());
        connection.sendFrame(*util::fromHex("000099000000"));
        QVERIFY(connection.closed() == CloseCause::BadMessage);
    }

    // SV2-14: of a client that sends no set-up.
    void closesWithoutSetUp()
    {
        V2Pool pool;
        V2Connection connection(pool);
        connection.pass(SETUP_TIMEOUT - 1ms);
        QVERIFY(!connection.closed());
        QVERIFY(connection.pass(1ms).empty());
        QVERIFY(connection.closed() == CloseCause::HandshakeTimeout);
    }

    // SV2-43: the limit runs from the set-up, and a channel ends it for good.
    void closesWithoutChannel()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection silent(pool);
        silent.pass(9s);
        silent.setUp();
        silent.pass(CHANNEL_TIMEOUT - 1ms);
        QVERIFY(!silent.closed());
        silent.pass(1ms);
        QVERIFY(silent.closed() == CloseCause::HandshakeTimeout);

        V2Connection busy(pool);
        busy.setUp();
        const std::uint32_t id = busy.openExtended().id;
        busy.send(CloseChannel{.channelId = id, .reasonCode = "done"});
        busy.pass(1h);
        QVERIFY(!busy.closed());
    }

    // SV2-78, B20: none, some and all of them are known.
    void negotiatesExtensions()
    {
        V2Pool pool;
        V2Connection connection(pool);
        connection.setUp();
        const auto ask = [&](const std::vector<std::uint16_t>& wanted) {
            const V2Saying saying =
                connection.send(RequestExtensions{.requestId = 7, .requestedExtensions = wanted});
            const auto good = allOf<RequestExtensionsSuccess>(saying);
            const auto bad = allOf<RequestExtensionsError>(saying);
            std::vector<std::uint16_t> named;
            if (saying.size() == 1 && good.size() == 1 && good[0].requestId == 7) {
                named = good[0].supportedExtensions.toVector();
            } else if (saying.size() == 1 && bad.size() == 1 && bad[0].requestId == 7 &&
                       bad[0].requiredExtensions.empty()) {
                named = bad[0].unsupportedExtensions.toVector();
                named.insert(named.begin(), 0);
            }
            return named;
        };
        using Numbers = std::vector<std::uint16_t>;
        QCOMPARE(ask({1}), Numbers({1}));
        QCOMPARE(ask({2}), Numbers({2}));
        QCOMPARE(ask({3}), Numbers({0, 3}));
        QCOMPARE(ask({0x4000, 2, 9, 1}), Numbers({2, 1}));
        QCOMPARE(ask({0x4000, 9}), Numbers({0, 0x4000, 9}));
        QVERIFY(!connection.closed());
    }

    // SV2-76: the standard channels of a group that is given a custom job keep the pool's.
    void leavesStandardChannelsOutOfCustomJobs()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        connection.setUp();
        V2Channel& extended = connection.openExtended();
        V2Channel& standard = connection.openStandard();
        QCOMPARE(standard.group, extended.group);
        const V2Saying saying = connection.send(customJob(extended.group));
        QCOMPARE(saying.size(), std::size_t{1});
        QCOMPARE(allOf<SetCustomMiningJobError>(saying).size(), std::size_t{1});
        QCOMPARE(connection.judge(standard, standard.mine()), std::string("ok"));
    }

    // SV2-75: who selects work gets none of the pool's, and no custom job while there is no
    // service for it; nor does anybody else.
    void answersCustomJobs()
    {
        using namespace error_codes;
        V2Pool pool;
        pool.makeJob();
        for (const std::uint32_t flags : {0U, WORK_SELECTION}) {
            V2Connection connection(pool);
            connection.setUp(flags);
            V2Channel& channel = connection.openExtended();
            QCOMPARE(channel.active.has_value(), flags == 0);
            for (const std::uint32_t id : {channel.id, channel.group, 999U}) {
                const V2Saying saying = connection.send(customJob(id));
                const auto error = allOf<SetCustomMiningJobError>(saying);
                QCOMPARE(error.size(), std::size_t{1});
                QCOMPARE(error[0].channelId, id);
                QCOMPARE(error[0].requestId, 0x01020304U);
                QCOMPARE(std::string(error[0].errorCode), std::string(JD_NOT_SUPPORTED));
            }
            QVERIFY(!connection.closed());
            QCOMPARE(connection.giveJob("tip").empty(), flags != 0);
            QCOMPARE(connection.giveJob(flags == 0 ? "a" : "b").empty(), flags != 0);
            QCOMPARE(connection.open(v2OpenStandard()) == nullptr, flags != 0);
        }
    }

    // At a planned stop clients are asked to come back to the same place.
    void asksToComeBackAtTheEnd()
    {
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        QVERIFY(connection.stop().empty()); // there is nobody to ask yet
        connection.setUp();
        V2Channel& channel = connection.openExtended();
        connection.submit(channel, channel.mine());
        connection.submit(channel, channel.mine());
        const V2Saying saying = connection.stop();
        QCOMPARE(typesOf(saying), std::string("1c 04"));
        const auto reconnect = allOf<Reconnect>(saying);
        QVERIFY(reconnect[0].newHost.empty());
        QCOMPARE(reconnect[0].newPort, std::uint16_t{0});
    }

    // translator_sv2 0.6.0 ends, with its miners, where it is asked to: its answers come, the
    // request does not. Who only has something of its name is asked like all others.
    void asksNobodyToComeBackWhoCannot_data()
    {
        QTest::addColumn<QString>("vendor");
        QTest::addColumn<QString>("hardware");
        QTest::addColumn<QString>("said");
        QTest::newRow("SRI translator") << "SRI" << "Translator Proxy" << "1c";
        QTest::newRow("SRI pool client") << "SRI" << "JDC" << "1c 04";
        QTest::newRow("other translator") << "other" << "Translator Proxy" << "1c 04";
        QTest::newRow("Bitaxe") << "bitaxe" << "601" << "1c 04";
        QTest::newRow("nobody") << "" << "" << "1c 04";
    }
    void asksNobodyToComeBackWhoCannot()
    {
        QFETCH(const QString, vendor);
        QFETCH(const QString, hardware);
        QFETCH(const QString, said);
        V2Pool pool;
        pool.makeJob();
        V2Connection connection(pool);
        const std::string vendorText = vendor.toStdString();
        const std::string hardwareText = hardware.toStdString();
        SetupConnection message = v2SetUp();
        message.vendor = vendorText;
        message.hardwareVersion = hardwareText;
        message.firmware = "0.6.0";
        connection.send(message);
        V2Channel& channel = connection.openExtended();
        connection.submit(channel, channel.mine());
        connection.submit(channel, channel.mine());
        QCOMPARE(typesOf(connection.stop()), said.toStdString());
    }

    void describesTheDevice()
    {
        V2Pool pool;
        V2Connection connection(pool);
        SetupConnection message = v2SetUp();
        const std::string vendor(255, 'v');
        message.vendor = vendor;
        message.firmware = "esp/1.0";
        connection.send(message);
        const auto info = connection.server().info();
        QVERIFY(info.userAgent.size() <= MAX_KEPT_TEXT_BYTES);
        QVERIFY(info.userAgent.starts_with("vvv"));
        QVERIFY(info.userAgent.ends_with("/1/esp/1.0"));
        QVERIFY(!info.isAuthorized);
    }
};

WARP_TEST_CLASS(V2SetupTest);

} // namespace

#include "v2_setup_test.moc"
