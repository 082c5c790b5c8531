// How long nodes take for their answers, by what was asked. Shared by all clients of all nodes; any
// thread. An answer is one that the node gave, an error among them; what never came has no time.
#pragma once

#include "core/util/clock.h"
#include "core/util/duration_histogram.h"
#include "core/util/mutex.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace warp::node {

enum class RpcKind : std::uint8_t { Template, Submit, Proposal, Question };

inline constexpr std::size_t RPC_KIND_COUNT = 4;

[[nodiscard]] std::string_view name(RpcKind kind);

/// Of a method; a proposal cannot be told from a template by it.
[[nodiscard]] RpcKind kindOf(std::string_view method);

class RpcMeter final
{
public:
    using Times = std::array<util::DurationHistogram, RPC_KIND_COUNT>;

    void add(RpcKind kind, util::Duration time);
    [[nodiscard]] Times times() const;

private:
    mutable util::Mutex m_mutex;
    Times m_times GUARDED_BY(m_mutex);
};

/// Where a client's answers are counted.
struct RpcMetering
{
    std::shared_ptr<RpcMeter> meter{}; ///< none: nowhere
    std::optional<RpcKind> kind{};     ///< of all its calls; none: by method
};

} // namespace warp::node
