#include "core/node/rpc_submitter.h"

#include "core/node/block_answers.h"
#include "core/node/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace warp::node {

namespace {

constexpr std::size_t MAX_ANSWER = std::size_t{1} << 20U;
// Four million bytes are eight million digits.
constexpr std::size_t MAX_BLOCK_ANSWER = std::size_t{9} << 20U;
// The node could not read the block: the same bytes never get another answer (rpc/protocol.h).
constexpr std::int64_t RPC_DESERIALIZATION_ERROR = -22;

/// The block as one JSON string, and the template's work id where it has one (BIP 22).
net::HttpBody submitParams(const BlockBytes& block)
{
    net::HttpBody params = toBody(R"([")");
    params.push_back(block.headHex);
    if (block.tailHex) {
        params.insert(params.end(), block.tailHex->begin(), block.tailHex->end());
    }
    std::string closing = R"(")";
    if (!block.workId.empty()) {
        closing += R"(,{"workid":)";
        appendJsonString(closing, block.workId);
        closing += "}";
    }
    closing += "]";
    params.push_back(std::make_shared<const std::string>(std::move(closing)));
    return params;
}

SubmitOutcome outcomeOf(const RpcReply& answer)
{
    if (!answer) {
        const NodeError& error = answer.error();
        const bool isDefinite =
            error.code == NodeErrorCode::Rpc && error.rpcCode == RPC_DESERIALIZATION_ERROR;
        return {.verdict = isDefinite ? SubmitVerdict::Rejected : SubmitVerdict::Unknown,
                .reason = error.message};
    }
    if (answer->isNull()) {
        return classifySubmitResult(std::nullopt);
    }
    const auto text = answer->string();
    if (!text) {
        return {.verdict = SubmitVerdict::Unknown, .reason = "submitblock: neither null nor text"};
    }
    return classifySubmitResult(text);
}

} // namespace

/// One connection and how many blocks are under way on it.
class RpcSubmitter::Slot
{
public:
    explicit Slot(RpcClient rpcClient)
        : client(std::move(rpcClient))
    {}

    RpcClient client;
    std::size_t underWay = 0;
};

/// Counts on its slot until the answer or its own end, whichever is first.
class RpcSubmitter::Submission final : public util::Handle
{
public:
    explicit Submission(Slot& slot)
        : m_slot(&slot)
    {
        ++slot.underWay;
    }
    ~Submission() override { release(); }
    Submission(const Submission&) = delete;
    Submission& operator=(const Submission&) = delete;

    void release()
    {
        if (m_slot != nullptr) {
            --m_slot->underWay;
            m_slot = nullptr;
        }
    }
    void hold(util::RequestHandle request) { m_request = std::move(request); }

private:
    Slot* m_slot;
    util::RequestHandle m_request;
};

RpcSubmitter::RpcSubmitter(util::Executor& executor, net::Network& network, util::Clock& clock,
                           util::Files& files, const NodeOptions& options)
    : m_executor(executor)
    , m_network(network)
    , m_clock(clock)
    , m_url(options.url)
    , m_meter(options.meter)
    , m_credentials(files, options)
{}

RpcSubmitter::~RpcSubmitter() = default;

RpcSubmitter::Slot& RpcSubmitter::freeSlot()
{
    const auto byLoad = [](const auto& left, const auto& right) {
        return left->underWay < right->underWay;
    };
    const auto least = std::min_element(m_slots.begin(), m_slots.end(), byLoad);
    if (least != m_slots.end() && ((*least)->underWay == 0 || m_slots.size() >= MAX_CONNECTIONS)) {
        return **least;
    }
    m_slots.push_back(std::make_unique<Slot>(createClient(MAX_ANSWER)));
    return *m_slots.back();
}

RpcClient RpcSubmitter::createClient(std::size_t maxAnswer)
{
    return {m_executor,
            m_clock,
            m_credentials,
            m_network.createHttpTransport(m_executor,
                                          {.baseUrl = m_url, .maxResponseBytes = maxAnswer}),
            {.meter = m_meter}};
}

RpcClient& RpcSubmitter::questions()
{
    if (!m_questions) {
        m_questions = std::make_unique<RpcClient>(createClient(MAX_ANSWER));
    }
    return *m_questions;
}

util::RequestHandle RpcSubmitter::submit(std::shared_ptr<const BlockBytes> block,
                                         util::Duration timeout, util::Reply<SubmitOutcome> reply)
{
    Slot& slot = freeSlot();
    auto submission = std::make_unique<Submission>(slot);
    // The handle outlives the callback: without it no reply follows.
    submission->hold(slot.client.call(
        {.method = "submitblock", .params = submitParams(*block)}, timeout,
        [reply = std::move(reply), mark = submission.get()](const RpcReply& answer) {
            mark->release();
            reply(outcomeOf(answer));
        }));
    return submission;
}

util::RequestHandle RpcSubmitter::locate(const bitcoin::Hash256& hash, util::Duration timeout,
                                         util::Reply<BlockLocation> reply)
{
    return questions().call(
        {.method = "getblockheader",
         .params = toBody(fmt::format(R"(["{}",true])", bitcoin::toDisplayHex(hash)))},
        timeout,
        [reply = std::move(reply)](const RpcReply& answer) { reply(parseBlockLocation(answer)); });
}

util::RequestHandle RpcSubmitter::prefer(const bitcoin::Hash256& hash, util::Duration timeout,
                                         util::Reply<PreferOutcome> reply)
{
    return questions().call(
        {.method = "preciousblock",
         .params = toBody(fmt::format(R"(["{}"])", bitcoin::toDisplayHex(hash)))},
        timeout, [reply = std::move(reply)](const RpcReply& answer) {
            reply(answer ? PreferOutcome::Done : PreferOutcome::NotDone);
        });
}

util::RequestHandle RpcSubmitter::coinbaseOutputs(const bitcoin::Hash256& hash,
                                                  util::Duration timeout,
                                                  util::Reply<OutputsResult> reply)
{
    if (!m_blocks) {
        m_blocks = std::make_unique<RpcClient>(createClient(MAX_BLOCK_ANSWER));
    }
    return m_blocks->call(
        {.method = "getblock",
         .params = toBody(fmt::format(R"(["{}",0])", bitcoin::toDisplayHex(hash)))},
        timeout, [hash, reply = std::move(reply)](const RpcReply& answer) {
            reply(parseCoinbaseOutputs(answer, hash));
        });
}

} // namespace warp::node
