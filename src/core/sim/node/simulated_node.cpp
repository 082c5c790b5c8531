#include "core/sim/node/simulated_node.h"

#include "core/sim/node/rpc_chain.h"
#include "core/sim/node/rpc_http.h"
#include "core/sim/node/transaction_check.h"
#include "core/util/hex.h"

#include <array>
#include <utility>

namespace warp::sim {

namespace {

constexpr std::size_t COOKIE_BYTES = 32;
/// Hashes for one block at the start: a second or two of this machine's time at the most.
constexpr std::uint32_t MAX_TRIES = 4'000'000;
constexpr std::int64_t FUNDING_SPACING = 600;

[[nodiscard]] std::string bodyOf(const net::HttpRequest& request)
{
    std::string body;
    for (const auto& part : request.body) {
        body += *part;
    }
    return body;
}

} // namespace

SimulatedNode::SimulatedNode(util::Clock& clock, util::Executor& executor, util::Random& random,
                             SimulatedNodeOptions options)
    : m_random(random)
    , m_options(std::move(options))
    , m_core(clock, random, m_options.rules)
    , m_pending(executor)
    , m_delayed(clock, executor)
    , m_events(clock, executor)
    , m_longpolls(clock, executor, m_core)
{
    m_core.generate(m_options.fundingBlocks, anyoneWitnessScript(), MAX_TRIES, FUNDING_SPACING);
    renewCookie();
    if (m_options.trafficInterval > util::Duration::zero()) {
        m_events.add(m_options.trafficInterval, [this] { addTraffic(); });
    }
}

SimulatedNode::~SimulatedNode() = default;

void SimulatedNode::handle(const net::HttpRequest& request, util::Reply<net::HttpResponse> reply)
{
    const PendingReplies::Id id = m_pending.hold(std::move(reply));
    if (isDown()) {
        m_pending.answer(id, plainResponse(CONNECTION_LOST, {}));
    } else if (m_behaviour.availability == Availability::Hung) {
        return;
    } else if (m_behaviour.delay > util::Duration::zero()) {
        m_delayed.add(m_behaviour.delay, [this, id, request] { process(id, request); });
    } else {
        process(id, request);
    }
}

void SimulatedNode::setBehaviour(const NodeBehaviour& behaviour)
{
    m_behaviour = behaviour;
    // First, so that whoever carries the connections ends them before the lost replies arrive.
    m_behaviours.emit(m_behaviour);
    if (isDown()) {
        m_delayed.clear();
        m_longpolls.clear();
        m_pending.loseAll();
    }
}

void SimulatedNode::restart(util::Duration down, util::Duration warmUp)
{
    const auto enter = [this](Availability availability) {
        NodeBehaviour behaviour = m_behaviour;
        behaviour.availability = availability;
        setBehaviour(behaviour);
    };
    enter(Availability::Down);
    m_events.add(down, [this, enter] {
        renewCookie();
        enter(Availability::WarmingUp);
    });
    m_events.add(down + warmUp, [enter] { enter(Availability::Up); });
}

std::unique_ptr<util::Subscription>
SimulatedNode::subscribeBlocks(Signal<BlockAccepted>::Subscriber subscriber)
{
    return m_core.blocks().subscribe(std::move(subscriber));
}

std::unique_ptr<util::Subscription>
SimulatedNode::subscribeTips(Signal<TipChanged>::Subscriber subscriber)
{
    return m_core.tips().subscribe(std::move(subscriber));
}

std::unique_ptr<util::Subscription>
SimulatedNode::subscribeBehaviour(Signal<NodeBehaviour>::Subscriber subscriber)
{
    return m_behaviours.subscribe(std::move(subscriber));
}

void SimulatedNode::renewCookie()
{
    std::array<std::byte, COOKIE_BYTES> secret{};
    m_random.fill(secret);
    m_cookie = "__cookie__:" + util::toHex(secret);
    if (m_options.files != nullptr && !m_options.cookieFile.empty()) {
        // Where it cannot be written the pool reports the missing cookie: nothing to add here.
        // Durably, because a power cut of the pool's machine is not one of the node's.
        static_cast<void>(m_options.files->replaceDurably(
            m_options.cookieFile, util::asBytes(m_cookie), util::FileAccess::Private));
    }
}

void SimulatedNode::addTraffic()
{
    m_core.addTraffic(m_options.trafficCount);
    m_events.add(m_options.trafficInterval, [this] { addTraffic(); });
}

void SimulatedNode::process(PendingReplies::Id id, const net::HttpRequest& request)
{
    if (m_behaviour.availability == Availability::Busy) {
        m_pending.answer(id, plainResponse(503, "Work queue depth exceeded"));
        return;
    }
    if (request.method != "POST") {
        m_pending.answer(id, plainResponse(405, "JSONRPC server handles only POST requests"));
        return;
    }
    if (!isAuthorized(request)) {
        m_pending.answer(id, plainResponse(401, {}));
        return;
    }
    auto call = std::make_shared<RpcCall>();
    if (const auto parsed = parseCall(bodyOf(request), *call); !parsed) {
        m_pending.answer(id, rpcResponse(*call, util::Unexpected(parsed.error())));
        return;
    }
    perform(id, std::move(call));
}

void SimulatedNode::perform(PendingReplies::Id id, std::shared_ptr<const RpcCall> call)
{
    const bool canWait =
        m_behaviour.availability == Availability::Up && m_behaviour.sync == SyncState::Synced;
    const auto key = canWait ? longpollOf(*call) : std::nullopt;
    if (!key) {
        finish(id, *call);
    } else if (m_behaviour.longpoll == LongpollMode::Silent) {
        return;
    } else if (m_longpolls.isFull()) {
        m_pending.answer(id, plainResponse(503, "Work queue depth exceeded"));
    } else {
        m_longpolls.wait(*key, [this, id, call = std::move(call)] { finish(id, *call); });
    }
}

void SimulatedNode::finish(PendingReplies::Id id, const RpcCall& call)
{
    // A longpoll may come due while the node hangs.
    if (m_behaviour.availability != Availability::Hung) {
        m_pending.answer(id, rpcResponse(call, run(call)));
    }
}

RpcResult SimulatedNode::run(const RpcCall& call)
{
    if (m_behaviour.availability == Availability::WarmingUp) {
        return rpcError(RpcCode::WarmingUp, "Loading block index…");
    }
    RpcMethod method = findChainMethod(call.method);
    if (method == nullptr) {
        method = findMiningMethod(call.method);
    }
    if (method == nullptr) {
        return rpcError(RpcCode::MethodNotFound, "Method not found");
    }
    return method({m_core, m_behaviour, m_publications}, call.params);
}

bool SimulatedNode::isAuthorized(const net::HttpRequest& request) const
{
    const std::string_view given = findHeader(request, "authorization");
    const bool hasPassword = !m_options.user.empty() &&
                             given == basicAuthorization(m_options.user + ":" + m_options.password);
    return hasPassword || given == basicAuthorization(m_cookie);
}

} // namespace warp::sim
