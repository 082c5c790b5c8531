#include "tools/sim/block_run.h"

#include "tools/sim/console.h"
#include "tools/sim/signal_watch.h"

#include <QCoreApplication>

#include <fmt/format.h>

#include <utility>

namespace warp::tools {

BlockRun::BlockRun(const engine::Platform& platform, BlockRunOptions options)
    : m_options(std::move(options))
    , m_stage(platform, m_options.stage, *this)
{
    m_limit.setSingleShot(true);
    QObject::connect(&m_limit, &QTimer::timeout, &m_limit, [this] { onLimit(); });
}

int BlockRun::run()
{
    const SignalWatch signalWatch([this] { onInterrupt(); });
    if (m_options.limitSeconds > 0) {
        m_limit.start(std::chrono::seconds(m_options.limitSeconds));
    }
    callOnMain([this] { m_stage.start(); });
    return QCoreApplication::exec();
}

void BlockRun::onStageBlock(const sim::BlockAccepted& block, const std::string& bestHash)
{
    if (m_isEnding || block.source != sim::BlockSource::Submitted) {
        return;
    }
    ++m_accepted;
    describe(block);
    if (const std::string fault = judge(block, bestHash); !fault.empty()) {
        printError("block " + sim::hashText(block) + ": " + fault);
        end(EXIT_FAILED);
    } else if (m_accepted == m_options.blocks) {
        end(EXIT_GOOD);
    }
}

void BlockRun::describe(const sim::BlockAccepted& block) const
{
    say("block accepted: height {}, hash {}", block.height, sim::hashText(block));
    for (const sim::PaidOutput& output : sim::paidOutputs(block, m_options.stage.rules)) {
        say("  paid {} sats ({} BTC) to {}", output.value.value(), sim::bitcoinText(output.value),
            output.address);
    }
}

std::string BlockRun::judge(const sim::BlockAccepted& block, const std::string& bestHash) const
{
    if (bestHash != sim::hashText(block)) {
        return "the tip is another block: " + bestHash;
    }
    const auto paid = sim::paidOutputs(block, m_options.stage.rules);
    if (paid.size() != 1 || paid.front().address != m_options.stage.payoutAddress) {
        return "its reward does not go to " + m_options.stage.payoutAddress + " alone";
    }
    const auto subsidy = sim::subsidyAt(m_options.stage.rules, block.height);
    if (paid.front().value < subsidy) {
        return "it pays less than the subsidy of " + sim::bitcoinText(subsidy);
    }
    return {};
}

void BlockRun::onStageFailed(const std::string& reason)
{
    if (!m_isEnding) {
        printError(reason);
        m_stage.printPoolTail();
        end(EXIT_FAILED);
    }
}

void BlockRun::onLimit()
{
    const bool isShort = m_accepted < m_options.blocks;
    say("the time is over: {} blocks accepted", m_accepted);
    if (isShort && !m_isEnding) {
        m_stage.printPoolTail();
    }
    end(isShort ? EXIT_FAILED : EXIT_GOOD);
}

void BlockRun::onInterrupt()
{
    say("stopping: {} blocks accepted", m_accepted);
    end(m_accepted < m_options.blocks ? EXIT_FAILED : EXIT_GOOD);
}

void BlockRun::end(int exitCode)
{
    if (m_isEnding) {
        return;
    }
    m_isEnding = true;
    m_limit.stop();
    m_stage.stop([this, exitCode](bool isOrderly) {
        if (exitCode == EXIT_GOOD && !isOrderly) {
            printError("warppool did not end in order");
            m_stage.printPoolTail();
        }
        say("done");
        QCoreApplication::exit(isOrderly ? exitCode : EXIT_FAILED);
    });
}

} // namespace warp::tools
