#include "core/util/published.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace {

using namespace warp::util;

struct Snapshot
{
    int version = 0;
    int copy = 0;
};

class PublishedTest final : public QObject
{
    Q_OBJECT

private slots:
    void givesTheNewestValue()
    {
        Published<Snapshot> published(std::make_shared<Snapshot>(Snapshot{1, 1}));
        const auto first = published.load();
        published.store(std::make_shared<Snapshot>(Snapshot{2, 2}));
        QCOMPARE(first->version, 1);
        QCOMPARE(published.load()->version, 2);
    }

    void freesTheOldValueOutsideOfTheLock()
    {
        Published<Snapshot> published(nullptr);
        int seen = -1;
        // The deleter reads again; under the lock this would never end.
        published.store(
            std::shared_ptr<const Snapshot>(new Snapshot{1, 1}, [&](const Snapshot* old) {
                seen = published.load()->version;
                delete old;
            }));
        published.store(std::make_shared<Snapshot>(Snapshot{2, 2}));
        QCOMPARE(seen, 2);
    }

    void readersSeeWholeValuesThatRise()
    {
        Published<Snapshot> published(std::make_shared<Snapshot>());
        std::atomic<bool> isDone{false};
        std::atomic<int> faults{0};
        std::vector<std::thread> readers;
        for (int i = 0; i < 2; ++i) {
            readers.emplace_back([&] {
                int last = 0;
                while (!isDone) {
                    const auto value = published.load();
                    if (value->version != value->copy || value->version < last) {
                        ++faults;
                    }
                    last = value->version;
                }
            });
        }
        for (int version = 1; version <= 2000; ++version) {
            published.store(std::make_shared<Snapshot>(Snapshot{version, version}));
        }
        isDone = true;
        for (std::thread& reader : readers) {
            reader.join();
        }
        QCOMPARE(faults.load(), 0);
        QCOMPARE(published.load()->version, 2000);
    }
};

WARP_TEST_CLASS(PublishedTest);

} // namespace

#include "published_test.moc"
