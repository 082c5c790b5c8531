#include "core/mining/transaction_texts.h"

#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using mining::TransactionTexts;

/// Transactions with numbers `first` to `first + count - 1`.
std::shared_ptr<const mining::BlockTemplate> templateOf(std::size_t first, std::size_t count)
{
    auto made = test::makeTemplate({.transactions = first + count});
    std::string text = mining::joined(*made.transactionsHex);
    for (std::size_t i = 0; i < first; ++i) {
        text.erase(0, made.transactions.front().hexLength);
        made.transactions.erase(made.transactions.begin());
    }
    made.transactionsHex = std::make_shared<const mining::HexText>(
        mining::HexText{std::make_shared<const std::string>(text)});
    made.textBytes = made.newTextBytes = text.size();
    return std::make_shared<const mining::BlockTemplate>(std::move(made));
}

class TransactionTextsTest final : public QObject
{
    Q_OBJECT

private slots:
    void keepsEachTextOnce()
    {
        TransactionTexts texts;
        const auto first = texts.intern(templateOf(0, 10));
        const auto second = texts.intern(templateOf(3, 10));
        QCOMPARE(first->transactionsHex->size(), std::size_t{10});
        QCOMPARE(first->newTextBytes, first->textBytes);
        for (std::size_t i = 0; i < 7; ++i) {
            QVERIFY(first->transactionsHex->at(i + 3) == second->transactionsHex->at(i));
        }
        std::size_t added = 0;
        for (std::size_t i = 7; i < 10; ++i) {
            added += second->transactionsHex->at(i)->size();
        }
        QCOMPARE(second->newTextBytes, added);
        QCOMPARE(mining::joined(*second->transactionsHex),
                 mining::joined(*templateOf(3, 10)->transactionsHex));
    }

    // The node's word for a hash is not proven: another text of the same name stays another text.
    void neverMixesUpTextsOfOneName()
    {
        TransactionTexts texts;
        const auto honest = texts.intern(templateOf(0, 2));
        auto changed = *templateOf(0, 2);
        std::string text = mining::joined(*changed.transactionsHex);
        text[0] = text[0] == 'f' ? '0' : 'f';
        changed.transactionsHex = std::make_shared<const mining::HexText>(
            mining::HexText{std::make_shared<const std::string>(text)});
        const auto other =
            texts.intern(std::make_shared<const mining::BlockTemplate>(std::move(changed)));
        QCOMPARE(mining::joined(*other->transactionsHex), text);
        QVERIFY(mining::joined(*honest->transactionsHex) != text);
        QVERIFY(honest->transactionsHex->at(1) == other->transactionsHex->at(1));
    }

    void forgetsWhatNoTemplateHolds()
    {
        TransactionTexts texts;
        std::weak_ptr<const std::string> gone;
        for (std::size_t i = 0; i < 40; ++i) {
            const auto held = texts.intern(templateOf(i * 300, 300));
            gone = held->transactionsHex->front();
        }
        QVERIFY(gone.expired());
        QVERIFY(texts.size() < 8192 + 300);
    }

    void leavesEmptyAndDividedTemplatesAsTheyAre()
    {
        TransactionTexts texts;
        const auto empty = templateOf(0, 0);
        QCOMPARE(mining::lengthOf(*texts.intern(empty)->transactionsHex), std::size_t{0});
        const auto divided = texts.intern(templateOf(0, 3));
        QVERIFY(texts.intern(divided) == divided);
    }

    // A job on an interned template carries the same block as one on the template as it came.
    void jobsOnBothKindsGiveTheSameBlock_data()
    {
        QTest::addColumn<std::uint32_t>("weight");
        QTest::newRow("all fit") << std::uint32_t{400};
        QTest::newRow("eight fit") << std::uint32_t{450'000};
    }
    void jobsOnBothKindsGiveTheSameBlock()
    {
        QFETCH(const std::uint32_t, weight);
        const auto plain = test::sharedTemplate({.transactions = 10, .transactionWeight = weight});
        TransactionTexts texts;
        const auto tail = [](const std::shared_ptr<const mining::BlockTemplate>& source) {
            mining::JobFactory factory = test::makeFactory();
            const auto job = factory.make(source, 1, test::at({}));
            return mining::joined(*mining::assembleBlock({.job = *job}).tailHex);
        };
        QVERIFY(!tail(plain).empty());
        QCOMPARE(tail(texts.intern(plain)), tail(plain));
    }
};

WARP_TEST_CLASS(TransactionTextsTest);

} // namespace

#include "transaction_texts_test.moc"
