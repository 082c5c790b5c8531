#include "core/sim/fabric.h"

#include <algorithm>

namespace warp::sim {

namespace {

std::pair<std::string, std::string> linkKey(const std::string& one, const std::string& other)
{
    return std::minmax(one, other);
}

} // namespace

bool isLoopback(std::string_view host)
{
    return host == "127.0.0.1" || host == "::1" || host == "localhost";
}

Fabric::Fabric(Scheduler& scheduler, LinkOptions options)
    : m_scheduler(scheduler)
    , m_options(options)
    , m_random(scheduler.seedFor("network"))
{}

void Fabric::delay(util::Duration delay, util::Task task)
{
    environment().postAt(m_scheduler.boot() + delay, std::move(task));
}

void Fabric::addName(std::string name, std::string address)
{
    m_names[std::move(name)] = std::move(address);
}

std::optional<std::string> Fabric::resolve(const std::string& from, const std::string& host) const
{
    if (isLoopback(host)) {
        return from;
    }
    if (const auto found = m_names.find(host); found != m_names.end()) {
        return found->second;
    }
    const bool isNumeric = host.find_first_not_of("0123456789.") == std::string::npos ||
                           host.find(':') != std::string::npos;
    return isNumeric && !host.empty() ? std::optional(host) : std::nullopt;
}

void Fabric::setLink(const std::string& one, const std::string& other, LinkState state)
{
    if (state == LinkState::Up) {
        m_links.erase(linkKey(one, other));
    } else {
        m_links[linkKey(one, other)] = state;
    }
}

LinkState Fabric::link(const std::string& one, const std::string& other) const
{
    const auto found = m_links.find(linkKey(one, other));
    return found == m_links.end() ? LinkState::Up : found->second;
}

util::Duration Fabric::drawLatency()
{
    const auto range =
        std::max<util::Duration::rep>((m_options.latencyMax - m_options.latencyMin).count(), 0);
    return m_options.latencyMin +
           util::Duration(m_random.below(static_cast<std::uint64_t>(range) + 1));
}

std::vector<std::size_t> Fabric::drawPieces(std::size_t size)
{
    if (m_options.chunking == Chunking::SingleBytes) {
        return std::vector<std::size_t>(size, 1);
    }
    std::vector<std::size_t> pieces;
    if (m_options.chunking == Chunking::Random) {
        // Half of all sends arrive whole, the others in two to four pieces.
        std::uint64_t cuts = m_random.below(2) * (1 + m_random.below(3));
        while (cuts-- > 0 && size > 1) {
            const auto piece = static_cast<std::size_t>(1 + m_random.below(size - 1));
            pieces.push_back(piece);
            size -= piece;
        }
    }
    pieces.push_back(size);
    return pieces;
}

} // namespace warp::sim
