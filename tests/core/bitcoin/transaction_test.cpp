#include "core/bitcoin/transaction.h"

#include "core/util/random.h"
#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <string>
#include <string_view>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

// The coinbase of the main chain's genesis block.
constexpr std::string_view GENESIS_COINBASE =
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff00"
    "1d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b20"
    "6f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afd"
    "b0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c"
    "384df7ba0b8d578a4c702b6bf11d5fac00000000";

// A transaction with a witness that Bitcoin Core made on regtest: block 247 of
// core-regtest-segwit-block.json.
constexpr std::string_view REGTEST_SPEND =
    "02000000000101e1c150aaeaa0bad8d395f2ec574773e35323cbe742c013fdf9fd1fedba49cca30000000000fdff"
    "ffff020cf70295000000002200204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260"
    "0cf70295000000002200204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260010151"
    "00000000";

// Native P2WPKH, the first signed example of BIP 143: one input with a witness, one without.
constexpr std::string_view BIP143_P2WPKH =
    "01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000494830"
    "450221008b9d1dc26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f928"
    "1a99f2b1c0a19c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279655c3aa89e81"
    "5b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f6"
    "6f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988"
    "ac000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c"
    "4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7aca"
    "fcdb3566bb0ad253f62fc70f07aeee635711000000";

class TransactionTest final : public QObject
{
    Q_OBJECT

private slots:
    void readsTheGenesisCoinbase()
    {
        const util::Bytes bytes = bytesOf(GENESIS_COINBASE);
        const auto transaction = Transaction::parse(bytes);
        QVERIFY(transaction);
        QVERIFY(transaction->isCoinbase());
        QVERIFY(!transaction->hasWitness());
        QCOMPARE(transaction->version, 1U);
        QCOMPARE(transaction->vout.size(), std::size_t{1});
        QCOMPARE(transaction->vout[0].value.value(), 50 * SATOSHIS_PER_BITCOIN);
        QCOMPARE(displayText(transaction->txid()),
                 text("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"));
        QCOMPARE(transaction->wtxid(), transaction->txid());
        QCOMPARE(transaction->weight(), static_cast<std::int64_t>(4 * bytes.size()));
    }

    void readsATransactionWithWitness()
    {
        const util::Bytes bytes = bytesOf(REGTEST_SPEND);
        const auto transaction = Transaction::parse(bytes);
        QVERIFY(transaction);
        QVERIFY(transaction->hasWitness());
        QVERIFY(!transaction->isCoinbase());
        QCOMPARE(displayText(transaction->txid()),
                 text("9aea5bc448695ed97cbfcfecf12bbc04c35458e0c1eb94f4b6a550ab7ccb2938"));
        QCOMPARE(displayText(transaction->wtxid()),
                 text("dbb19cd899aa0cb2c4574e00615b37fc87f7a180c13a5bdb70a57d35d1661bb6"));
        QCOMPARE(transaction->weight(), std::int64_t{553});
        QCOMPARE(transaction->vin[0].sequence, 0xFFFFFFFDU);
        QCOMPARE(transaction->vin[0].witness, std::vector<util::Bytes>{bytesOf("51")});
        QCOMPARE(transaction->serialize(WitnessMode::Include), bytes);
    }

    void strippingRemovesTheWitnessAlone()
    {
        for (const auto digits : {REGTEST_SPEND, BIP143_P2WPKH}) {
            const auto whole = Transaction::parse(bytesOf(digits));
            QVERIFY(whole);
            const util::Bytes stripped = whole->serialize(WitnessMode::Strip);
            const auto read = Transaction::parse(stripped);
            QVERIFY(read);
            QVERIFY(!read->hasWitness());
            QCOMPARE(read->txid(), whole->txid());
            QCOMPARE(read->vout, whole->vout);
            QVERIFY(read->wtxid() != whole->wtxid());
        }
    }

    void keepsInputsWithoutWitnessBesideOnesWithIt()
    {
        const util::Bytes bytes = bytesOf(BIP143_P2WPKH);
        const auto transaction = Transaction::parse(bytes);
        QVERIFY(transaction);
        QCOMPARE(transaction->vin.size(), std::size_t{2});
        QVERIFY(transaction->vin[0].witness.empty());
        QCOMPARE(transaction->vin[1].witness.size(), std::size_t{2});
        QCOMPARE(transaction->lockTime, 17U);
        QCOMPARE(transaction->serialize(WitnessMode::Include), bytes);
    }

    void randomTransactionsSurviveARoundTrip()
    {
        constexpr std::uint64_t SEED = 27;
        util::SeededRandom random(SEED);
        for (int round = 0; round < 500; ++round) {
            const Transaction original = randomTransaction(random);
            const util::Bytes bytes = original.serialize(WitnessMode::Include);
            const auto read = Transaction::parse(bytes);
            const bool survives = read && *read == original &&
                                  bytes.size() == original.serializedSize(WitnessMode::Include) &&
                                  original.serialize(WitnessMode::Strip).size() ==
                                      original.serializedSize(WitnessMode::Strip);
            QVERIFY2(survives, qPrintable(QStringLiteral("seed %1 round %2").arg(SEED).arg(round)));
        }
    }

    void everyTruncationIsRefused()
    {
        constexpr std::uint64_t SEED = 28;
        util::SeededRandom random(SEED);
        for (int round = 0; round < 30; ++round) {
            const util::Bytes bytes = randomTransaction(random).serialize(WitnessMode::Include);
            for (std::size_t size = 0; size < bytes.size(); ++size) {
                const auto read = Transaction::parse(util::ByteView(bytes).first(size));
                QVERIFY2(!read,
                         qPrintable(QStringLiteral("seed %1 round %2").arg(SEED).arg(round)));
            }
        }
    }

    void damagedBytesNeverCrash()
    {
        constexpr std::uint64_t SEED = 29;
        util::SeededRandom random(SEED);
        for (int round = 0; round < 5000; ++round) {
            util::Bytes bytes = randomTransaction(random).serialize(WitnessMode::Include);
            for (int flips = 0; flips < 3; ++flips) {
                bytes[static_cast<std::size_t>(random.below(bytes.size()))] =
                    static_cast<std::byte>(random.below(256));
            }
            const auto read = Transaction::parse(bytes);
            QVERIFY2(!read || read->serialize(WitnessMode::Include) == bytes,
                     qPrintable(QStringLiteral("seed %1 round %2").arg(SEED).arg(round)));
        }
    }

    void namesTheFault_data()
    {
        QTest::addColumn<QString>("bytes");
        QTest::addColumn<int>("fault");
        const auto row = [](const char* name, const QString& bytes, ParseError fault) {
            QTest::newRow(name) << bytes << static_cast<int>(fault);
        };
        const QString input = QString(72, u'0') + u"00ffffffff";
        row("nothing", {}, ParseError::Truncated);
        row("version alone", QStringLiteral("01000000"), ParseError::Truncated);
        row("count of inputs that cannot follow", QStringLiteral("01000000ffffffffffffffffff"),
            ParseError::Truncated);
        row("huge script", u"0100000001" + QString(72, u'0') + u"feffffff7f",
            ParseError::Truncated);
        row("long count", QStringLiteral("01000000fd0100"), ParseError::NonCanonicalSize);
        row("trailing byte", u"0100000001" + input + u"000000000000", ParseError::TrailingBytes);
        row("flag 2", u"01000000000201" + input + u"0000000000", ParseError::UnknownFlag);
        row("witness without items", u"01000000000101" + input + u"000000000000",
            ParseError::SuperfluousWitness);
        row("witness of no inputs",
            QStringLiteral("0100000000010000"
                           "00000000"),
            ParseError::SuperfluousWitness);
    }

    void namesTheFault()
    {
        QFETCH(QString, bytes);
        QFETCH(int, fault);
        const auto read = Transaction::parse(bytesOf(bytes.toStdString()));
        QVERIFY(!read);
        QCOMPARE(static_cast<int>(read.error()), fault);
        QVERIFY(!describe(read.error()).empty());
    }

    // As Bitcoin Core: an input count of 0 followed by a 0 is a transaction of nothing.
    void readsATransactionOfNothing()
    {
        const util::Bytes bytes = bytesOf("02000000000000000000");
        const auto read = Transaction::parse(bytes);
        QVERIFY(read);
        QVERIFY(read->vin.empty() && read->vout.empty());
        QCOMPARE(read->serialize(WitnessMode::Include), bytes);
    }

    void leavesWhatFollowsUnread()
    {
        const util::Bytes bytes = bytesOf(std::string(REGTEST_SPEND) + "aabb");
        ByteReader reader(bytes);
        QVERIFY(Transaction::parse(reader));
        QCOMPARE(hexText(reader.rest()), text("aabb"));
    }
};

WARP_TEST_CLASS(TransactionTest);

} // namespace

#include "transaction_test.moc"
