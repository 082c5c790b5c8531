#include "core/stratum/v1/line_splitter.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <string>
#include <vector>

namespace {

using warp::stratum::v1::LineSplitter;
using warp::stratum::v1::LineStatus;

struct Cut
{
    std::vector<std::string> lines;
    bool isTooLong = false;
};

/// Feeds the text in parts of `partSize` bytes.
Cut cut(std::string_view text, std::size_t partSize, std::size_t limit)
{
    LineSplitter splitter(limit);
    Cut result;
    while (!text.empty()) {
        const std::string part(text.substr(0, partSize));
        text.remove_prefix(part.size());
        splitter.feed(warp::util::asBytes(part));
        std::string_view line;
        LineStatus status = splitter.next(line);
        for (; status == LineStatus::Line; status = splitter.next(line)) {
            result.lines.emplace_back(line);
        }
        if (status == LineStatus::TooLong) {
            result.isTooLong = true;
            return result;
        }
    }
    return result;
}

class LineSplitterTest final : public QObject
{
    Q_OBJECT

private slots:
    // R031, pools.md section 3 rule 2
    void givesTheSameLinesHoweverTheyArrive()
    {
        const std::string text = "\xEF\xBB\xBF{\"a\":1}\r\n\n  \r\nsecond\nthird\r\n\t\nrest";
        for (std::size_t size = 1; size <= text.size(); ++size) {
            const Cut result = cut(text, size, 100);
            QCOMPARE(result.lines, (std::vector<std::string>{"{\"a\":1}", "second", "third"}));
            QVERIFY(!result.isTooLong);
        }
    }

    void boundsALineHoweverItArrives()
    {
        const std::size_t limit = 16 * 1024;
        const std::string longest(limit, 'x');
        for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, std::size_t{100'000}}) {
            QCOMPARE(cut(longest + "\r\n", size, limit).lines, std::vector<std::string>{longest});
            QVERIFY(cut(longest + "x\n", size, limit).isTooLong);
            QVERIFY(cut(longest + std::string(100, 'y'), size, limit).isTooLong);
        }
    }

    void findsALineThatIsTooLongBehindGoodOnes()
    {
        const Cut result = cut("first\n" + std::string(50, 'x') + "\nthird\n", 1000, 20);
        QCOMPARE(result.lines, std::vector<std::string>{"first"});
        QVERIFY(result.isTooLong);
    }

    void keepsNoMemoryWithoutAPartialLine()
    {
        LineSplitter splitter(1000);
        std::string_view line;
        const std::string head(400, 'a');
        splitter.feed(warp::util::asBytes(head));
        QVERIFY(splitter.next(line) == LineStatus::NeedMore);
        QVERIFY(splitter.heldBytes() >= 400);
        const std::string tail = "b\n";
        splitter.feed(warp::util::asBytes(tail));
        QVERIFY(splitter.next(line) == LineStatus::Line);
        QCOMPARE(line.size(), std::size_t{401});
        QVERIFY(splitter.next(line) == LineStatus::NeedMore);
        QCOMPARE(splitter.heldBytes(), std::size_t{0});
    }
};

WARP_TEST_CLASS(LineSplitterTest);

} // namespace

#include "line_splitter_test.moc"
