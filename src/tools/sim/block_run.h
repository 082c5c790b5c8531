// BlockRun: lets a stage run until the pool has brought a number of blocks to the node, tells what
// happens, checks what a block must be, and takes the stage down. Demo and scenarios are such runs.
// Owned by a command; lives on the main thread.
#pragma once

#include "tools/sim/stage.h"

#include <QTimer>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace warp::tools {

struct BlockRunOptions
{
    StageOptions stage;
    std::size_t blocks = 0; ///< 0: runs until it is stopped
    int limitSeconds = 0;   ///< 0: none
};

class BlockRun final : private StageObserver
{
public:
    BlockRun(const engine::Platform& platform, BlockRunOptions options);

    /// Runs the main loop until the end; the exit code.
    [[nodiscard]] int run();

private:
    void onStageBlock(const sim::BlockAccepted& block, const std::string& bestHash) override;
    void onStageFailed(const std::string& reason) override;

    void describe(const sim::BlockAccepted& block) const;
    /// What is wrong with a block of the pool; empty for nothing.
    [[nodiscard]] std::string judge(const sim::BlockAccepted& block,
                                    const std::string& bestHash) const;
    void onLimit();
    void onInterrupt();
    void end(int exitCode);

    BlockRunOptions m_options;
    Stage m_stage;
    QTimer m_limit;
    std::size_t m_accepted = 0;
    bool m_isEnding = false;
};

} // namespace warp::tools
