#include "tests/core/node/fake_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace warp::test {

namespace {

std::string methodOf(const std::string& body)
{
    const std::string marker = R"("method":")";
    const std::size_t start = body.find(marker) + marker.size();
    return body.substr(start, body.find('"', start) - start);
}

} // namespace

FakeNode::FakeNode(FakeWorld& world)
{
    world.network.server = [this](const Exchange& exchange) { serve(exchange); };
}

void FakeNode::setTip(std::uint32_t number, std::int64_t newHeight)
{
    tip = number;
    height = newHeight;
    answerLongpolls();
}

void FakeNode::addTransaction()
{
    ++m_transactions;
    answerLongpolls();
}

std::string FakeNode::hashText(std::uint32_t number)
{
    return fmt::format("{:064x}", number);
}

std::string FakeNode::ok(const std::string& result)
{
    return fmt::format(R"({{"result":{},"error":null,"id":1}})", result);
}

std::string FakeNode::failure(int code, const std::string& message)
{
    return fmt::format(R"({{"result":null,"error":{{"code":{},"message":"{}"}},"id":1}})", code,
                       message);
}

std::string FakeNode::templateJson() const
{
    const std::string longpollId =
        hasLongpoll ? fmt::format(R"("longpollid":"{}{}",)", hashText(tip), m_transactions) : "";
    return fmt::format(
        R"({{"version":536870912,"rules":["csv","!segwit"],"previousblockhash":"{}",)"
        R"("transactions":[],"coinbasevalue":5000000000,{}{})"
        R"("mintime":1700000000,"curtime":1700000100,"bits":"207fffff",)"
        R"("height":{}}})",
        hashText(tip), longpollId, extraField, height + 1);
}

std::size_t FakeNode::count(const std::string& method) const
{
    return static_cast<std::size_t>(std::ranges::count(calls, method, &RecordedCall::method));
}

net::HttpResponse FakeNode::answer(const std::string& method) const
{
    if (const auto found = answers.find(method); found != answers.end()) {
        return found->second;
    }
    if (method == "getblockchaininfo") {
        return {.status = 200,
                .body = ok(fmt::format(
                    R"({{"chain":"{}","blocks":{},"headers":{},"bestblockhash":"{}",)"
                    R"("chainwork":"{:064x}","initialblockdownload":{},"pruned":false}})",
                    chain, height, height, hashText(tip), 2 * height, isInitialDownload)),
                .contentType = {}};
    }
    if (method == "getbestblockhash") {
        return {.status = 200, .body = ok('"' + hashText(tip) + '"'), .contentType = {}};
    }
    if (method == "getblocktemplate") {
        return {.status = 200, .body = ok(templateJson()), .contentType = {}};
    }
    return {.status = 404, .body = failure(-32601, "Method not found"), .contentType = {}};
}

void FakeNode::serve(const Exchange& exchange)
{
    const std::string method = methodOf(exchange.body);
    calls.push_back({.connection = exchange.connection,
                     .method = method,
                     .body = exchange.body,
                     .authorization = exchange.header("Authorization"),
                     .at = exchange.at,
                     .timeout = exchange.timeout});
    if (hungConnections.contains(exchange.connection)) {
        return;
    }
    if (fault) {
        exchange.respond(util::Unexpected(*fault));
        return;
    }
    if (!login.empty() && calls.back().authorization != login) {
        exchange.respond(net::HttpResponse{.status = 401, .body = "", .contentType = {}});
        return;
    }
    const std::string present =
        fmt::format(R"("longpollid":"{}{}")", hashText(tip), m_transactions);
    if (exchange.body.find(present) != std::string::npos && !answersLongpollsAtOnce) {
        m_longpolls.push_back(exchange);
        return;
    }
    exchange.respond(answer(method));
}

void FakeNode::answerLongpolls()
{
    for (const Exchange& exchange : std::exchange(m_longpolls, {})) {
        if (!hungConnections.contains(exchange.connection)) {
            exchange.respond(answer("getblocktemplate"));
        }
    }
}

} // namespace warp::test
