// Where the pool leaves what the store is to keep. Nobody waits: adding merges into what lies there
// and the store takes all of it at once. Bounded: what is too much first loses its minutes, then is
// dropped, the oldest first, and counted. Owned by the engine; any thread.
#pragma once

#include "core/store/history_batch.h"
#include "core/util/mutex.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace warp::store {

/// What was given up because the store could not take it for too long.
struct Dropped
{
    std::uint64_t buckets = 0;
    std::uint64_t shares = 0; ///< accepted ones that are in no worker's or the pool's history
    std::uint64_t bests = 0;
    std::uint64_t blocks = 0;

    friend bool operator==(const Dropped&, const Dropped&) = default;
};

class Inbox final
{
public:
    struct Limits
    {
        std::size_t buckets = 50'000; ///< rows of pool and workers, some 200 bytes each
        std::size_t bests = 2000;     ///< some 1,500 bytes each
        std::size_t blocks = 1000;
        std::size_t names = 20'000; ///< workers whose last share and difficulty is noted
    };

    Inbox()
        : Inbox(Limits())
    {}
    explicit Inbox(const Limits& limits)
        : m_limits(limits)
    {}

    void add(HistoryBatch&& batch);
    /// Everything; the inbox is empty then.
    [[nodiscard]] HistoryBatch take();
    /// What could not be kept: it goes before what came since.
    void putBack(HistoryBatch&& batch);
    /// What no database will ever take: counted and gone.
    void giveUp(const HistoryBatch& batch);
    /// Adds what lies here to an answer of the store.
    void overlay(const interfaces::HistoryQuery& query, interfaces::HistoryReply& reply) const;
    void forget(std::string_view worker);

    [[nodiscard]] bool hasBlocks() const;
    [[nodiscard]] Dropped dropped() const;

private:
    const Limits m_limits;
    mutable util::Mutex m_mutex;
    HistoryBatch m_batch GUARDED_BY(m_mutex);
    Dropped m_dropped GUARDED_BY(m_mutex);
};

} // namespace warp::store
