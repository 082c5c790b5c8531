// A fuzzer's bytes as a stream that a target takes its decisions from. Test code; one thread.
#pragma once

#include "core/util/bytes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace warp::test {

class FuzzInput final
{
public:
    explicit FuzzInput(util::ByteView bytes)
        : m_rest(bytes)
    {}

    [[nodiscard]] bool empty() const { return m_rest.empty(); }
    /// 0 at the end.
    std::uint8_t byte()
    {
        const auto taken = take(1);
        return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken[0]);
    }
    /// Fewer at the end.
    util::ByteView take(std::size_t size)
    {
        const auto taken = m_rest.first(std::min(size, m_rest.size()));
        m_rest = m_rest.subspan(taken.size());
        return taken;
    }

private:
    util::ByteView m_rest;
};

} // namespace warp::test
