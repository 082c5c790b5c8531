// The miner's side of Stratum V2 against a server that says what each test wants.

#include "core/stratum/v2/client_session.h"

#include "core/util/random.h"
#include "tests/core/stratum/noise_fixtures.h"
#include "tests/core/stratum/v2_scripted_server.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace stratum::v2;
using test::ScriptedV2Server;

constexpr std::uint32_t CHANNEL = 7;
constexpr std::uint32_t GROUP = 3;
constexpr std::uint32_t BITS = 0x207fffff;

const util::Bytes PREFIX(4, std::byte{0xa1});
const bitcoin::Target TARGET = bitcoin::Target::fromDifficulty(util::Difficulty(0.001));
const bitcoin::Target HARDER = bitcoin::Target::fromDifficulty(util::Difficulty(1));

bitcoin::Hash256 hashOf(unsigned value)
{
    bitcoin::Hash256 hash;
    hash.bytes.fill(static_cast<std::byte>(value));
    return hash;
}

ClientOptions clientOptions(ChannelKind kind = ChannelKind::Extended,
                            ClientHabits habits = ClientHabits::Specification)
{
    ClientOptions options;
    options.habits = habits;
    options.certificate = test::trustOf(test::repeatedAuthority(0x44));
    options.host = "pool.example";
    options.port = 34254;
    options.vendor = "test";
    ChannelRequest request;
    request.kind = kind;
    request.user = "rig";
    options.channels.push_back(request);
    return options;
}

/// A client and its server, with all that the server is told to say in its hands.
class Bench
{
public:
    explicit Bench(ClientOptions options = clientOptions(),
                   StaticIdentity identity = test::vectorIdentity())
        : server(std::move(identity))
        , client(test::testCurve(), m_random, std::move(options))
    {}

    /// Up to the answer of the server's.
    void shakeHands(std::optional<util::WallTime> now = test::VECTOR_NOW)
    {
        util::Bytes act1;
        client.start(act1);
        give(server.receive(act1), now);
    }

    void setUp()
    {
        shakeHands();
        static_cast<void>(server.take<SetupConnection>());
        say(SetupConnectionSuccess{.usedVersion = PROTOCOL_VERSION, .flags = 0});
    }

    void openExtended(std::uint32_t requestId = 1, std::uint32_t channelId = CHANNEL)
    {
        static_cast<void>(server.take<OpenExtendedMiningChannel>());
        say(OpenExtendedMiningChannelSuccess{.requestId = requestId,
                                             .channelId = channelId,
                                             .target = TARGET,
                                             .extranonceSize = 8,
                                             .extranoncePrefix = PREFIX,
                                             .groupChannelId = GROUP});
    }

    void openStandard(std::uint32_t channelId = CHANNEL)
    {
        static_cast<void>(server.take<OpenStandardMiningChannel>());
        say(OpenStandardMiningChannelSuccess{.requestId = 1,
                                             .channelId = channelId,
                                             .target = TARGET,
                                             .extranoncePrefix = PREFIX,
                                             .groupChannelId = 0});
    }

    template <Message Kind>
    void say(const Kind& message)
    {
        give(server.say(message), test::VECTOR_NOW);
    }

    void give(util::ByteView bytes, std::optional<util::WallTime> now)
    {
        actions.output.clear();
        client.onBytes(bytes, now, actions);
        static_cast<void>(server.receive(actions.output));
    }

    void sayJob(std::uint32_t jobId, std::optional<std::uint32_t> minTime,
                std::uint32_t channelId = CHANNEL)
    {
        const util::Bytes part(60, static_cast<std::byte>(jobId));
        const std::vector<bitcoin::Hash256> path{hashOf(1), hashOf(2)};
        say(NewExtendedMiningJob{.channelId = channelId,
                                 .jobId = jobId,
                                 .minNtime = minTime,
                                 .version = 0x20000000,
                                 .versionRollingAllowed = true,
                                 .merklePath = path,
                                 .coinbaseTxPrefix = part,
                                 .coinbaseTxSuffix = part});
    }

    void sayPrevious(std::uint32_t jobId, unsigned hash, std::uint32_t channelId = CHANNEL)
    {
        say(SetNewPrevHash{.channelId = channelId,
                           .jobId = jobId,
                           .prevHash = hashOf(hash),
                           .minNtime = 1000,
                           .nbits = BITS});
    }

    /// All events of this kind so far, the oldest first.
    template <class Event>
    std::vector<Event> events() const
    {
        std::vector<Event> found;
        for (const ClientEvent& event : actions.events) {
            if (const auto* const one = std::get_if<Event>(&event)) {
                found.push_back(*one);
            }
        }
        return found;
    }

    std::optional<ClientFailure> failure() const
    {
        const auto failed = events<Failed>();
        return failed.empty() ? std::nullopt : std::optional(failed.front().reason);
    }

private:
    util::SeededRandom m_random{9};

public:
    ScriptedV2Server server;
    ClientSession client;
    ClientActions actions;
};

class V2ClientTest final : public QObject
{
    Q_OBJECT

private slots:
    void opensItsChannelAndFollowsWork()
    {
        Bench bench;
        bench.shakeHands();
        const auto setUp = bench.server.take<SetupConnection>();
        QVERIFY(setUp.has_value());
        QCOMPARE(setUp->protocol, std::uint8_t{0});
        QCOMPARE(setUp->endpointHost, std::string_view("pool.example"));
        bench.say(SetupConnectionSuccess{.usedVersion = PROTOCOL_VERSION, .flags = 0});
        bench.openExtended();
        const auto opened = bench.events<ChannelOpened>();
        QCOMPARE(opened.size(), std::size_t{1});
        QCOMPARE(opened[0].channelId, CHANNEL);
        QVERIFY(bench.events<TargetChanged>().at(0).target == TARGET);

        bench.sayJob(1, std::nullopt);
        QVERIFY(bench.events<WorkReceived>().empty());
        bench.sayPrevious(1, 5);
        bench.sayJob(2, 1030);
        const auto works = bench.events<WorkReceived>();
        QCOMPARE(works.size(), std::size_t{2});
        const ClientWork& first = *works[0].work;
        QVERIFY(first.isNewPrevious && first.previous == hashOf(5));
        QCOMPARE(first.bits, BITS);
        QCOMPARE(first.minTime, 1000U);
        QCOMPARE(first.extranonceSize, std::size_t{8});
        QVERIFY(first.extranoncePrefix == PREFIX);
        QCOMPARE(first.branch.size(), std::size_t{2});
        QCOMPARE(first.versionMask, 0x1fffffe0U);
        const ClientWork& second = *works[1].work;
        QVERIFY(!second.isNewPrevious && second.previous == hashOf(5));
        QCOMPARE(second.minTime, 1030U);
        QVERIFY(!bench.failure());
    }

    // SV2-7 by the session: a pool of another authority, or with a certificate out of its time, is
    // told nothing at all.
    void refusesAnotherPool()
    {
        ClientOptions options = clientOptions();
        options.certificate = test::trustOf(test::repeatedAuthority(0x55));
        Bench other(options);
        other.shakeHands();
        QVERIFY(other.failure() == ClientFailure::WrongAuthorityKey);
        QVERIFY(!other.server.hasFrames());

        Bench expired(clientOptions(),
                      test::vectorIdentity({.from = 1'600'000'000, .until = 1'700'000'000}));
        expired.shakeHands();
        QVERIFY(expired.failure() == ClientFailure::CertificateExpired);

        Bench withoutClock(clientOptions(),
                           test::vectorIdentity({.from = 1'600'000'000, .until = 1'700'000'000}));
        withoutClock.shakeHands(std::nullopt);
        QVERIFY(!withoutClock.failure());
        QVERIFY(withoutClock.server.take<SetupConnection>().has_value());
    }

    void aServerThatSpeaksAnotherProtocolIsNone()
    {
        Bench bench;
        util::Bytes act1;
        bench.client.start(act1);
        const util::Bytes noise(300, std::byte{'{'});
        bench.give(noise, test::VECTOR_NOW);
        QVERIFY(bench.failure() == ClientFailure::HandshakeNotAuthentic);
        QVERIFY(bench.client.hasFailed());
    }

    // What the specification forbids a server ends the connection, each by its name.
    void namesWhatTheServerDoesWrong()
    {
        Bench repeated;
        repeated.setUp();
        repeated.openExtended();
        repeated.sayJob(1, std::nullopt);
        repeated.sayPrevious(1, 5);
        repeated.sayJob(1, 1030);
        QVERIFY(repeated.failure() == ClientFailure::RepeatedJob);

        Bench unknown;
        unknown.setUp();
        unknown.openExtended();
        unknown.sayPrevious(9, 5);
        QVERIFY(unknown.failure() == ClientFailure::UnknownJob);

        Bench early;
        early.setUp();
        early.openExtended();
        early.sayJob(1, 1000); // active, before any previous hash
        QVERIFY(early.failure() == ClientFailure::UnexpectedMessage);

        Bench miscounted;
        miscounted.setUp();
        miscounted.openExtended();
        miscounted.say(SubmitSharesSuccess{.channelId = CHANNEL,
                                           .lastSequenceNumber = 0,
                                           .newSubmitsAcceptedCount = 1,
                                           .newSharesSum = 1});
        QVERIFY(miscounted.failure() == ClientFailure::WrongShareCount);

        Bench unasked;
        unasked.setUp();
        unasked.openExtended(2);
        QVERIFY(unasked.failure() == ClientFailure::UnexpectedMessage);

        Bench refused;
        refused.shakeHands();
        refused.say(SetupConnectionError{.flags = 0, .errorCode = "unsupported-protocol"});
        QVERIFY(refused.failure() == ClientFailure::SetupRefused);
    }

    // Jobs that wait take the target that is in force when they become active; those that are
    // active keep theirs (5.3.21).
    void bindsTheTargetToTheJob()
    {
        Bench bench;
        bench.setUp();
        bench.openExtended();
        bench.sayJob(1, std::nullopt);
        bench.sayPrevious(1, 5);
        bench.sayJob(2, std::nullopt);
        bench.say(SetTarget{.channelId = CHANNEL, .maximumTarget = HARDER});
        bench.sayPrevious(2, 6);
        const auto works = bench.events<WorkReceived>();
        QVERIFY(works.at(0).work->target == TARGET);
        QVERIFY(works.at(1).work->target == HARDER);
        QVERIFY(bench.events<TargetChanged>().back().difficulty.value() >= 1);
    }

    // After a new previous hash nothing that was queued before it can become active.
    void forgetsWhatWasQueued()
    {
        Bench bench;
        bench.setUp();
        bench.openExtended();
        bench.sayJob(1, std::nullopt);
        bench.sayJob(2, std::nullopt);
        bench.sayPrevious(1, 5);
        bench.sayPrevious(2, 6);
        QVERIFY(bench.failure() == ClientFailure::UnknownJob);
    }

    // 5.2.2, 5.3.22: what is for the group is for its channels, also of one that is formed later;
    // SV2-72: a new prefix is for jobs that come after it, and the old one stays with theirs.
    void followsItsGroupAndItsPrefix()
    {
        Bench bench;
        bench.setUp();
        bench.openExtended();
        bench.sayJob(1, std::nullopt, GROUP);
        bench.sayPrevious(1, 5, GROUP);
        const std::vector<std::uint32_t> members{CHANNEL};
        bench.say(SetGroupChannel{.groupChannelId = 12, .channelIds = members});
        const util::Bytes other(4, std::byte{0xb2});
        bench.say(SetExtranoncePrefix{.channelId = CHANNEL, .extranoncePrefix = other});
        bench.sayJob(2, 1030, 12);
        bench.sayJob(3, 1030, GROUP); // of others
        const auto works = bench.events<WorkReceived>();
        QCOMPARE(works.size(), std::size_t{2});
        QVERIFY(works[0].work->extranoncePrefix == PREFIX); // looked at when the new one is there
        QVERIFY(works[1].work->extranoncePrefix == other);
        bench.say(CloseChannel{.channelId = 12, .reasonCode = "over"});
        QCOMPARE(bench.events<ChannelEnded>().at(0).reason, std::string("over"));
        QVERIFY(!bench.client.isOpen(0));
        QVERIFY(!bench.failure());
    }

    void sendsSharesAndReadsTheirAnswers()
    {
        Bench bench;
        bench.setUp();
        bench.openExtended();
        bench.sayJob(1, std::nullopt);
        bench.sayPrevious(1, 5);
        const util::Bytes extranonce(8, std::byte{9});
        for (std::uint64_t tag = 10; tag < 14; ++tag) {
            util::Bytes out;
            bench.client.submit(0,
                                {.jobId = 1,
                                 .extranonce = extranonce,
                                 .time = 1001,
                                 .nonce = static_cast<std::uint32_t>(tag),
                                 .version = 0x20000020},
                                tag, out);
            static_cast<void>(bench.server.receive(out));
        }
        const auto sent = bench.server.take<SubmitSharesExtended>();
        QVERIFY(sent.has_value());
        QCOMPARE(sent->sequenceNumber, 0U);
        QCOMPARE(sent->version, 0x20000020U);
        QVERIFY(std::ranges::equal(sent->extranonce.bytes, extranonce));
        // The second one is refused at once; one answer for the first and the third.
        bench.say(SubmitSharesError{
            .channelId = CHANNEL, .sequenceNumber = 1, .errorCode = "duplicate-share"});
        bench.say(SubmitSharesSuccess{.channelId = CHANNEL,
                                      .lastSequenceNumber = 2,
                                      .newSubmitsAcceptedCount = 2,
                                      .newSharesSum = 1});
        const auto answers = bench.events<ShareAnswered>();
        QCOMPARE(answers.size(), std::size_t{3});
        QVERIFY(!answers[0].isAccepted && answers[0].tag == 11);
        QCOMPARE(answers[0].code, std::string("duplicate-share"));
        QVERIFY(answers[1].isAccepted && answers[1].tag == 10);
        QVERIFY(answers[2].isAccepted && answers[2].tag == 12);
        QVERIFY(!bench.failure());
    }

    void opensSeveralChannels()
    {
        ClientOptions options = clientOptions();
        options.channels.push_back(options.channels.front());
        Bench bench(options);
        bench.setUp();
        bench.openExtended(1, 7);
        bench.openExtended(2, 8);
        QVERIFY(bench.client.isOpen(0) && bench.client.isOpen(1));
        bench.sayJob(1, std::nullopt, GROUP);
        bench.sayPrevious(1, 5, GROUP);
        QCOMPARE(bench.events<WorkReceived>().size(), std::size_t{2});
        util::Bytes out;
        bench.client.closeChannel(0, out);
        static_cast<void>(bench.server.receive(out));
        QCOMPARE(bench.server.take<CloseChannel>()->channelId, 7U);
        bench.sayJob(2, 1030, GROUP);
        QCOMPARE(bench.events<WorkReceived>().size(), std::size_t{3});
        QVERIFY(!bench.failure());
    }

    // The ways of ESP-Miner: what it does not expect it passes over, and group messages, too.
    void takesWorkAsEspMinerDoes()
    {
        ClientOptions options = clientOptions(ChannelKind::Standard, ClientHabits::EspMiner);
        options.flags = mining_flags::REQUIRES_STANDARD_JOBS;
        Bench bench(options);
        bench.setUp();
        bench.openStandard();
        const auto sayJob = [&](std::uint32_t id, std::optional<std::uint32_t> minTime,
                                std::uint32_t channel) {
            bench.say(NewMiningJob{.channelId = channel,
                                   .jobId = id,
                                   .minNtime = minTime,
                                   .version = 0x20000000,
                                   .merkleRoot = hashOf(id)});
        };
        sayJob(1, std::nullopt, CHANNEL);
        sayJob(9, std::nullopt, CHANNEL); // the same place of eight
        bench.sayPrevious(1, 5);
        QVERIFY(bench.events<WorkReceived>().empty());
        sayJob(10, 0, CHANNEL); // a future job to it
        bench.sayPrevious(10, 6);
        sayJob(10, 1030, CHANNEL);
        sayJob(11, 1030, GROUP);
        const auto works = bench.events<WorkReceived>();
        QCOMPARE(works.size(), std::size_t{1});
        QVERIFY(works[0].work->merkleRoot == hashOf(10));
        QVERIFY(!bench.failure());
        // Its buffer is small.
        const util::Bytes large(5000, std::byte{1});
        bench.say(NewExtendedMiningJob{.channelId = CHANNEL,
                                       .jobId = 12,
                                       .minNtime = {},
                                       .version = 0,
                                       .versionRollingAllowed = true,
                                       .merklePath = {},
                                       .coinbaseTxPrefix = large,
                                       .coinbaseTxSuffix = large});
        QVERIFY(bench.failure() == ClientFailure::FrameTooLong);
    }

    // I, checklist 41: it takes the answer to its request as the next frame alone.
    void theAnswerToAnOpenIsTheNextFrameForEspMiner()
    {
        Bench bench(clientOptions(ChannelKind::Extended, ClientHabits::EspMiner));
        bench.setUp();
        bench.say(SetTarget{.channelId = CHANNEL, .maximumTarget = HARDER});
        QVERIFY(bench.failure() == ClientFailure::UnexpectedMessage);
    }

    // SV2-73: where the server sends the client is told; whom the client takes for its pool there
    // is decided by the same key.
    void keepsTheAuthorityKeyWhereItIsSent()
    {
        const ClientOptions options = clientOptions();
        Bench bench(options);
        bench.setUp();
        bench.say(Reconnect{.newHost = "other.example", .newPort = 4444});
        const auto asked = bench.events<ReconnectAsked>();
        QCOMPARE(asked.size(), std::size_t{1});
        QCOMPARE(asked[0].host, std::string("other.example"));
        QCOMPARE(asked[0].port, std::uint16_t{4444});

        // There is a server with a certificate of its own authority's.
        const NoiseKey key{.secret = test::repeatedSecret(0x33),
                           .encoding = test::bytesOfHex<64>(test::VECTOR_STATIC)};
        Bench there(options,
                    StaticIdentity::certify(test::testCurve(), test::repeatedAuthority(0x66), key,
                                            test::VECTOR_VALIDITY, std::array<std::byte, 32>{}));
        there.shakeHands();
        QVERIFY(there.failure() == ClientFailure::WrongAuthorityKey);
    }

    // Bytes come in any pieces.
    void readsBytesOneByOne()
    {
        Bench bench;
        util::Bytes act1;
        bench.client.start(act1);
        const util::Bytes act2 = bench.server.receive(act1);
        for (const std::byte each : act2) {
            bench.give({&each, 1}, test::VECTOR_NOW);
        }
        QVERIFY(bench.server.take<SetupConnection>().has_value());
        QVERIFY(!bench.failure());
    }
};

WARP_TEST_CLASS(V2ClientTest);

} // namespace

#include "v2_client_test.moc"
