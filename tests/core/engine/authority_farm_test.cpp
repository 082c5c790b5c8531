// The key that Stratum V2 miners know the pool by, as a running pool shows it.

#include "core/engine/authority_keeper.h"
#include "core/stratum/v2/authority_key.h"
#include "tests/core/engine/farm.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <chrono>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using engine::AuthorityKeeper;
using test::Farm;

bool hasIssue(const Farm& farm, std::string_view code)
{
    return std::ranges::any_of(farm.pool->snapshot()->issues,
                               [&](const auto& issue) { return issue.code == code; });
}

class AuthorityFarmTest final : public QObject
{
    Q_OBJECT

private slots:
    // R055: the same key over restarts, and what is wrong with its file.
    void isShownByThePool()
    {
        engine::EngineOptions options = test::engineOptions();
        options.listeners.front().protocol = config::ListenerProtocol::V2;
        Farm farm(72, options);
        farm.world.scheduler().runFor(5s);
        const std::string shown = farm.pool->snapshot()->program.authorityKey;
        QVERIFY(shown.starts_with("9"));
        QVERIFY(!hasIssue(farm, AuthorityKeeper::BAD_ISSUE));
        QVERIFY(farm.stop());
        farm.pool.reset();
        farm.restart();
        farm.world.scheduler().runFor(5s);
        QCOMPARE(farm.pool->snapshot()->program.authorityKey, shown);
        QVERIFY(farm.stop());
        farm.pool.reset();
        QVERIFY(farm.world.files().write("/data/" + std::string(stratum::v2::AUTHORITY_KEY_FILE),
                                         util::asBytes("damaged"), util::FileAccess::Private));
        farm.restart();
        farm.world.scheduler().runFor(5s);
        QVERIFY(hasIssue(farm, AuthorityKeeper::BAD_ISSUE));
        QVERIFY(farm.stop());
    }
};

WARP_TEST_CLASS(AuthorityFarmTest);

} // namespace

#include "authority_farm_test.moc"
