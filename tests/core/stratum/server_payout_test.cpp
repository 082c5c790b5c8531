// Sessions where every miner brings the address that its blocks pay.

#include "tests/core/stratum/stratum_fixtures.h"

#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::test;

constexpr std::string_view FIRST = "bcrt1qzyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3lgth6c";
constexpr std::string_view FIRST_UPPER = "BCRT1QZYG3ZYG3ZYG3ZYG3ZYG3ZYG3ZYG3ZYG3LGTH6C";
constexpr std::string_view MAIN_ADDRESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"; // BIP 173
const std::string SUBSCRIBE = R"({"id":1,"method":"mining.subscribe","params":[]})";

std::string secondAddress()
{
    return *bitcoin::encodeAddress(*util::fromHex("5120" + std::string(64, '2')),
                                   bitcoin::Network::Regtest);
}

std::string authorize(std::string_view user)
{
    return "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"" + std::string(user) +
           "\",\"x\"]}";
}

/// One io thread in payout mode "per_miner" on an easy network.
class Thread
{
public:
    explicit Thread(std::optional<bitcoin::Network> network = bitcoin::Network::Regtest)
        : m_policy(network)
        , m_context{.options = easyOptions(), .policy = m_policy, .payoutJobs = &m_payoutJobs}
    {
        makeJob();
    }

    void makeJob(std::uint32_t tip = 1)
    {
        m_now += std::chrono::seconds(1);
        auto source = makeTemplate({.bits = REGTEST_BITS, .previous = std::to_string(tip)});
        source.received = m_now;
        jobs = m_book.add(
            *m_factory.make(std::make_shared<const mining::BlockTemplate>(std::move(source)), tip,
                            m_now),
            m_now);
    }

    std::unique_ptr<stratum::v1::ServerSession> connect()
    {
        return std::make_unique<stratum::v1::ServerSession>(m_context, FIRST_EXTRANONCE1, m_now);
    }

    std::string send(stratum::v1::ServerSession& session, std::string_view line)
    {
        stratum::Actions actions;
        session.onBytes(util::asBytes(std::string(line) + '\n'), m_now, actions);
        reports = std::move(actions.shares);
        return actions.output;
    }

    std::string giveJobs(stratum::v1::ServerSession& session)
    {
        stratum::Actions actions;
        session.onJobs(jobs, m_now, actions);
        return actions.output;
    }

    [[nodiscard]] stratum::v1::ServerContext& context() { return m_context; }

    std::shared_ptr<const mining::JobSet> jobs;
    std::vector<stratum::ShareReport> reports; ///< of the last line

private:
    util::BootTime m_now = at({});
    stratum::PerMinerPolicy m_policy;
    mining::PayoutJobs m_payoutJobs;
    stratum::v1::ServerContext m_context;
    mining::JobFactory m_factory{
        {.tag = "test",
         .payout = std::make_shared<mining::PerMinerPayout>(std::vector<mining::PayoutCut>{}),
         .firstJobId = 0x1000}};
    mining::JobBook m_book;
};

/// The coinbase's second half in a line mining.notify.
std::string suffixOf(std::string_view line)
{
    std::vector<std::string> fields;
    const std::size_t start = line.find("\"params\":[");
    std::string_view rest = line.substr(start);
    for (int quote = 0; quote < 12; ++quote) {
        const std::size_t end = rest.find('"');
        fields.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    return fields.at(9);
}

class ServerPayoutTest final : public QObject
{
    Q_OBJECT

private slots:
    // R018: work comes when it is known whom it pays, and pays exactly that address.
    void sendsTheFirstJobOnceItIsKnownWhomItPays()
    {
        Thread thread;
        const auto session = thread.connect();
        QCOMPARE(thread.giveJobs(*session), std::string());
        QCOMPARE(kindsOf(thread.send(*session, SUBSCRIBE)), std::string("reply"));
        const std::string output = thread.send(*session, authorize(std::string(FIRST) + ".garage"));
        QCOMPARE(kindsOf(output), std::string("reply set_difficulty notify"));
        QVERIFY(
            suffixOf(linesOf(output)[2]).find("1600141111111111111111111111111111111111111111") !=
            std::string::npos);
        thread.makeJob();
        QCOMPARE(kindsOf(thread.giveJobs(*session)), std::string("notify"));
    }

    // B05: work that is withdrawn goes out to nobody any more; the next does.
    void neverSendsWithdrawnWork()
    {
        Thread thread;
        const auto waiting = thread.connect();
        thread.giveJobs(*waiting);
        thread.send(*waiting, SUBSCRIBE);
        const auto working = thread.connect();
        thread.giveJobs(*working);
        thread.send(*working, SUBSCRIBE);
        QCOMPARE(kindsOf(thread.send(*working, authorize(FIRST))),
                 std::string("reply set_difficulty notify"));

        waiting->withdrawJobs();
        working->withdrawJobs();
        QCOMPARE(kindsOf(thread.send(*waiting, authorize(FIRST))), std::string("reply"));
        const std::string again = kindsOf(thread.send(*working, SUBSCRIBE));
        QVERIFY2(again.find("notify") == std::string::npos, again.c_str());

        thread.makeJob();
        QCOMPARE(kindsOf(thread.giveJobs(*waiting)), std::string("set_difficulty notify"));
        QCOMPARE(kindsOf(thread.giveJobs(*working)), std::string("notify"));
    }

    void sendsTheFirstJobToWhoAuthorizedBeforeThereWasAny()
    {
        Thread thread;
        const auto session = thread.connect();
        thread.send(*session, SUBSCRIBE);
        QCOMPARE(kindsOf(thread.send(*session, authorize(FIRST))), std::string("reply"));
        QCOMPARE(kindsOf(thread.giveJobs(*session)), std::string("set_difficulty notify"));
    }

    // R018: names that are no address of the network are refused, with the reason.
    void refusesNamesThatCannotBePaid_data()
    {
        QTest::addColumn<std::string>("user");
        QTest::addColumn<std::string>("words");
        const std::string first(FIRST);
        QTest::newRow("no address") << std::string("rig") << std::string("not a valid address");
        QTest::newRow("mistyped") << first.substr(0, first.size() - 1) + "q"
                                  << std::string("not a valid address");
        QTest::newRow("another network")
            << std::string(MAIN_ADDRESS) + ".rig" << std::string("another network");
        QTest::newRow("anyone can spend")
            << *bitcoin::encodeAddress(*util::fromHex("5202aaaa"), bitcoin::Network::Regtest)
            << std::string("not a valid address");
    }
    void refusesNamesThatCannotBePaid()
    {
        QFETCH(const std::string, user);
        QFETCH(const std::string, words);
        Thread thread;
        const auto session = thread.connect();
        thread.giveJobs(*session);
        thread.send(*session, SUBSCRIBE);
        const std::string output = thread.send(*session, authorize(user));
        QCOMPARE(kindsOf(output), std::string("reply"));
        QVERIFY2(output.find("\"error\":[24,") != std::string::npos, output.c_str());
        QVERIFY2(output.find(words) != std::string::npos, output.c_str());
        // A good name is still welcome.
        QCOMPARE(kindsOf(thread.send(*session, authorize(FIRST))),
                 std::string("reply set_difficulty notify"));
    }

    void asksToComeBackWhileTheNetworkIsUnknown()
    {
        Thread thread(std::nullopt);
        const auto session = thread.connect();
        QVERIFY(thread.send(*session, authorize(FIRST)).find("try again") != std::string::npos);
    }

    // B51: two spellings of an address are one key; another address needs another connection.
    void oneConnectionPaysOneAddress()
    {
        Thread thread;
        const auto session = thread.connect();
        thread.giveJobs(*session);
        thread.send(*session, SUBSCRIBE);
        thread.send(*session, authorize(FIRST));
        QVERIFY(thread.send(*session, authorize(std::string(FIRST_UPPER) + ".attic"))
                    .find("\"result\":true") != std::string::npos);
        QVERIFY(thread.send(*session, authorize(secondAddress())).find("another address") !=
                std::string::npos);
        QCOMPARE(thread.context().payoutJobs->size(), std::size_t{1});
    }

    // B51: two addresses get the same job with different coinbases, and the line is right for each
    // in whatever order they come.
    void everyAddressGetsItsOwnLine()
    {
        Thread thread;
        const auto one = thread.connect();
        const auto other = thread.connect();
        for (const auto& session : {one.get(), other.get()}) {
            thread.send(*session, SUBSCRIBE);
        }
        thread.send(*one, authorize(FIRST));
        thread.send(*other, authorize(secondAddress()));
        for (int refresh = 0; refresh < 3; ++refresh) {
            thread.makeJob();
            const std::string first = linesOf(thread.giveJobs(*one)).back();
            const std::string second = linesOf(thread.giveJobs(*other)).back();
            QVERIFY(suffixOf(first).find(std::string(40, '1')) != std::string::npos);
            QVERIFY(suffixOf(second).find("225120" + std::string(64, '2')) != std::string::npos);
            QVERIFY(suffixOf(first) != suffixOf(second));
        }
    }

    // B01: a block under a name that was never authorized goes out with the coinbase of the
    // session that found it.
    void aBlockUnderAWrongNamePaysTheSessionsAddress()
    {
        Thread thread;
        const auto session = thread.connect();
        thread.giveJobs(*session);
        thread.send(*session, SUBSCRIBE);
        thread.send(*session, authorize(FIRST));
        const auto own = thread.context().payoutJobs->forKey(
            stratum::PerMinerPolicy(bitcoin::Network::Regtest).authorize(FIRST, "")->payoutKey,
            thread.jobs, nullptr);
        const auto& job = own->current();
        const mining::Share share = mine(*job, FIRST_EXTRANONCE1, [&](const auto& hash) {
            return job->networkTarget.isMetBy(hash);
        });
        const std::string output = thread.send(*session, submitLine(share, "somebody"));
        QVERIFY(output.find("Unauthorized worker") != std::string::npos);
        QVERIFY(thread.reports.at(0).verdict.block.has_value());
        const mining::FoundBlock& block = *thread.reports[0].verdict.block;
        QVERIFY(block.job == job);
        const auto head = util::fromHex(*mining::assembleBlock(block).headHex);
        const std::string text = util::toHex(*head);
        QVERIFY(text.find("160014" + std::string(40, '1')) != std::string::npos);
    }
};

WARP_TEST_CLASS(ServerPayoutTest);

} // namespace

#include "server_payout_test.moc"
