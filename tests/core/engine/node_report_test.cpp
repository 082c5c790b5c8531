#include "core/engine/node_report.h"

#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using node::NodeState;
using Duty = node::NodeStatus::Duty;
using Issues = std::map<std::string, std::string>;

node::NodeStatus status(NodeState state, Duty duty)
{
    node::NodeStatus made;
    made.host = "host:1";
    made.state = state;
    made.error.message = state == NodeState::Ready ? "" : "words";
    made.duty = duty;
    return made;
}

class NodeReportTest final : public QObject
{
    Q_OBJECT

private slots:
    // B08: what is wrong with a node that is not in use is said as well, with its name.
    void namesEveryNodeInTrouble()
    {
        QCOMPARE(engine::issuesOf({status(NodeState::Ready, Duty::Active)}), Issues());
        QCOMPARE(engine::issuesOf({status(NodeState::Unreachable, Duty::Standby)}), Issues());
        QCOMPARE(engine::issuesOf({status(NodeState::Ready, Duty::Active),
                                   status(NodeState::Unreachable, Duty::Standby),
                                   status(NodeState::Unknown, Duty::Standby),
                                   status(NodeState::Ready, Duty::Standby)}),
                 (Issues{{"node_unreachable:backup_1", "words"}}));
        QCOMPARE(engine::issuesOf({status(NodeState::Behind, Duty::Standby),
                                   status(NodeState::Ready, Duty::Active)}),
                 (Issues{{"node_behind:primary", "words"}, {"node_on_backup", "backup_1"}}));
    }

    // P01
    void namesASilentPublisher()
    {
        auto silent = status(NodeState::Ready, Duty::Active);
        silent.feeds.push_back({.topic = node::FeedTopic::RawBlock, .isSilent = true});
        QCOMPARE(engine::issuesOf({silent}), (Issues{{"zmq_silent:primary", "rawblock"}}));
        const auto view = engine::toView(silent);
        QVERIFY(view.isActive);
        QCOMPARE(view.state, std::string("node_ready"));
        QCOMPARE(view.height, -1);
        QCOMPARE(view.feeds.at(0).topic, std::string("rawblock"));
        QVERIFY(view.feeds.at(0).isSilent);
    }
};

WARP_TEST_CLASS(NodeReportTest);

} // namespace

#include "node_report_test.moc"
