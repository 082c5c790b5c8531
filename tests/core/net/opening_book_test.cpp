#include "core/net/opening_book.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace warp;
using net::OpeningBook;

constexpr OpeningBook::Limits LIMITS{.all = 8, .ofPeer = 4};

net::PeerIdentity peer(int number)
{
    return net::PeerIdentity::ofAddress({.host = "10.0.0." + std::to_string(number), .port = 1});
}

class OpeningBookTest final : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_book = std::make_unique<OpeningBook>();
        m_evicted.clear();
    }

    // B45: one address has its part of the places, however many share it.
    void boundsOnePeer()
    {
        const auto first = enter(1);
        for (int i = 0; i < 3; ++i) {
            m_book->noteHeard(enter(1));
        }
        QVERIFY(enter(1) != 0); // the silent one gives way
        QCOMPARE(m_evicted, std::vector{first});
        m_book->noteHeard(m_last);
        QCOMPARE(enter(1), std::uint64_t{0}); // handshakes under way do not
        QVERIFY(enter(2) != 0);
        QCOMPARE(m_evicted.size(), std::size_t{1});
    }

    // R143: whoever holds most gives way to all others, the oldest silent one first.
    void takesFromThePeerThatHoldsMost()
    {
        m_book->noteHeard(enter(1));
        const auto silent = enter(1);
        enter(1);
        enter(1);
        for (int i = 2; i <= 5; ++i) {
            enter(i);
        }
        QCOMPARE(m_book->size(), LIMITS.all);
        QVERIFY(enter(9) != 0);
        QCOMPARE(m_evicted, std::vector{silent});
        QCOMPARE(m_book->size(), LIMITS.all);
    }

    void takesFromThoseThatSpeakWhereNoneIsSilent()
    {
        const auto first = enter(1);
        m_book->noteHeard(first);
        for (int i = 2; i <= 8; ++i) {
            m_book->noteHeard(enter(i));
        }
        QVERIFY(enter(9) != 0);
        QCOMPARE(m_evicted, std::vector{first});
    }

    // Nobody gains by pushing out another who holds no more than itself.
    void refusesWhoHoldsAsManyAsAll()
    {
        for (int i = 1; i <= 4; ++i) {
            m_book->noteHeard(enter(i));
            m_book->noteHeard(enter(i));
        }
        QCOMPARE(enter(1), std::uint64_t{0});
        QVERIFY(m_evicted.empty());
    }

    void leavesNothingBehind()
    {
        const auto place = enter(1);
        m_book->rename(place, peer(2));
        m_book->leave(place);
        m_book->leave(place);
        QCOMPARE(m_book->size(), std::size_t{0});
        for (int i = 0; i < 4; ++i) {
            m_book->noteHeard(enter(2));
        }
        QCOMPARE(enter(2), std::uint64_t{0});
    }

private:
    std::uint64_t enter(int number)
    {
        const auto expected = ++m_tried;
        const auto place = m_book->enter(
            peer(number), LIMITS, [this, expected] { m_evicted.push_back(m_places[expected]); });
        m_places[expected] = place;
        m_last = place != 0 ? place : m_last;
        return place;
    }

    std::unique_ptr<OpeningBook> m_book;
    std::vector<std::uint64_t> m_evicted;
    std::map<int, std::uint64_t> m_places;
    int m_tried = 0;
    std::uint64_t m_last = 0;
};

WARP_TEST_CLASS(OpeningBookTest);

} // namespace

#include "opening_book_test.moc"
