// Any bodies, one a line, to the RPC of a simulated node. Each gets one answer of a known status,
// or waits as a longpoll; the node's coins stay those of its blocks.
#include "core/sim/node/pending_replies.h"
#include "core/sim/node/rpc_http.h"
#include "core/sim/node/simulated_node.h"
#include "core/sim/scheduler.h"
#include "core/util/assert.h"
#include "core/util/random.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

using namespace warp;

namespace {

constexpr std::size_t MAX_CALLS = 20;
constexpr std::size_t FUNDING_BLOCKS = 4;

class Machine final
{
public:
    Machine()
    {
        sim::SimulatedNodeOptions options;
        options.rules.coinbaseMaturity = 2;
        options.fundingBlocks = FUNDING_BLOCKS;
        onNode([&] {
            m_node = std::make_unique<sim::SimulatedNode>(m_scheduler, m_scheduler.environment(),
                                                          m_random, options);
            m_node->core().addTraffic(2);
        });
    }
    ~Machine()
    {
        onNode([this] { m_node.reset(); });
    }
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    void call(std::string_view body)
    {
        net::HttpRequest request;
        request.method = "POST";
        request.headers.emplace_back("Authorization", sim::basicAuthorization(m_node->cookie()));
        request.body.push_back(std::make_shared<const std::string>(body));
        onNode([&] {
            m_node->handle(request, [this](const net::HttpResponse& response) {
                static const std::set<int> KNOWN{200, 400, 404, 500, 503, sim::CONNECTION_LOST};
                WARP_ASSERT(KNOWN.contains(response.status));
                WARP_ASSERT(response.status == sim::CONNECTION_LOST || !response.body.empty());
                ++m_answers;
            });
        });
        ++m_calls;
        m_scheduler.runFor(std::chrono::milliseconds(1));
    }

    void finish()
    {
        onNode([this] {
            m_node->setBehaviour({.availability = sim::Availability::Down});
            checkCoins(m_node->core().chain());
        });
        m_scheduler.runFor(std::chrono::milliseconds(1));
        WARP_ASSERT(m_answers == m_calls);
    }

private:
    void onNode(const util::Task& task) { m_scheduler.runOn(m_scheduler.environment(), task); }

    static void checkCoins(const sim::Chain& chain)
    {
        sim::CoinSet coins;
        for (std::int64_t height = 1; height <= chain.tip().height; ++height) {
            const auto data = sim::BlockData::parse(chain.at(height)->raw);
            WARP_ASSERT(data && sim::connectBlock(*data, chain.rules(), height, coins));
        }
        WARP_ASSERT(coins == chain.coins());
    }

    sim::Scheduler m_scheduler{sim::SchedulerOptions{}};
    util::SeededRandom m_random{1};
    std::unique_ptr<sim::SimulatedNode> m_node;
    std::size_t m_calls = 0;
    std::size_t m_answers = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view text(reinterpret_cast<const char*>(data), size);
    Machine machine;
    for (std::size_t i = 0; i < MAX_CALLS && !text.empty(); ++i) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        machine.call(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    machine.finish();
    return 0;
}
