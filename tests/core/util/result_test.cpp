#include "core/util/result.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <string>

namespace {

using warp::util::Result;
using warp::util::Unexpected;

enum class Fault { First, Second };

Result<int, Fault> half(int value)
{
    if (value % 2 != 0) {
        return Unexpected(Fault::First);
    }
    return value / 2;
}

Result<void, Fault> requireSmall(int value)
{
    if (value > 100) {
        return Unexpected(Fault::Second);
    }
    return {};
}

Result<std::string, Fault> quarterText(int value)
{
    WARP_CHECK(requireSmall(value));
    WARP_TRY(once, half(value));
    WARP_TRY(twice, half(once));
    return std::to_string(twice);
}

class ResultTest final : public QObject
{
    Q_OBJECT

private slots:
    void carriesValueOrError()
    {
        QCOMPARE(*half(8), 4);
        QVERIFY(!half(7));
        QCOMPARE(half(7).error(), Fault::First);
        QCOMPARE(half(7).valueOr(9), 9);
    }

    void propagatesTheFirstFailure()
    {
        QCOMPARE(*quarterText(12), std::string("3"));
        QCOMPARE(quarterText(6).error(), Fault::First);
        QCOMPARE(quarterText(400).error(), Fault::Second);
    }

    void movesValuesThatCannotBeCopied()
    {
        Result<std::unique_ptr<int>, Fault> result(std::make_unique<int>(5));
        const std::unique_ptr<int> taken = std::move(result).value();
        QCOMPARE(*taken, 5);
    }
};

WARP_TEST_CLASS(ResultTest);

} // namespace

#include "result_test.moc"
