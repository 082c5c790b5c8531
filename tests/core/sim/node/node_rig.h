// A simulated node on the virtual scheduler, and calls to it as its clients make them.
#pragma once

#include "core/sim/node/rpc_http.h"
#include "core/sim/node/simulated_node.h"
#include "core/sim/node/transaction_check.h"
#include "core/sim/scheduler.h"
#include "core/sim/virtual_files.h"
#include "core/util/assert.h"
#include "core/util/random.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace warp::sim::test {

/// An answer that may be still to come.
class Answer final
{
public:
    [[nodiscard]] bool hasCome() const { return m_response->has_value(); }
    [[nodiscard]] int status() const { return hasCome() ? (*m_response)->status : -1; }
    [[nodiscard]] const std::string& body() const { return (*m_response)->body; }
    [[nodiscard]] boost::json::object json() const
    {
        return boost::json::parse(body()).as_object();
    }
    [[nodiscard]] boost::json::value result() const { return json().at("result"); }
    /// Code and message; 0 and nothing without an error.
    [[nodiscard]] std::pair<std::int64_t, std::string> error() const
    {
        const boost::json::value error = json().at("error");
        if (error.is_null()) {
            return {0, {}};
        }
        return {error.at("code").as_int64(), std::string(error.at("message").as_string())};
    }
    [[nodiscard]] util::Reply<net::HttpResponse> reply()
    {
        return [response = m_response](net::HttpResponse given) {
            WARP_ASSERT(!response->has_value());
            *response = std::move(given);
        };
    }

private:
    std::shared_ptr<std::optional<net::HttpResponse>> m_response =
        std::make_shared<std::optional<net::HttpResponse>>();
};

/// The parameters of getblocktemplate, for a longpoll with the id of the template it knows.
inline std::string templateParams(const std::string& longpollId = {})
{
    boost::json::object request{{"rules", boost::json::array{"segwit"}}};
    if (!longpollId.empty()) {
        request["longpollid"] = longpollId;
    }
    return boost::json::serialize(boost::json::array{request});
}

class NodeRig final
{
public:
    explicit NodeRig(SimulatedNodeOptions options = {})
    {
        options.files = &m_files;
        options.cookieFile = "/.cookie";
        onNode([&] {
            m_node = std::make_unique<SimulatedNode>(m_scheduler, m_scheduler.environment(),
                                                     m_random, options);
        });
    }
    ~NodeRig()
    {
        onNode([&] { m_node.reset(); });
    }
    NodeRig(const NodeRig&) = delete;
    NodeRig& operator=(const NodeRig&) = delete;

    [[nodiscard]] SimulatedNode& node() { return *m_node; }
    [[nodiscard]] Scheduler& scheduler() { return m_scheduler; }
    [[nodiscard]] VirtualFiles& files() { return m_files; }

    void onNode(const util::Task& task) { m_scheduler.runOn(m_scheduler.environment(), task); }

    void generate(std::size_t count)
    {
        onNode([&] {
            const auto hashes =
                m_node->core().generate(count, anyoneWitnessScript(), 1'000'000, 60);
            WARP_ASSERT(hashes.size() == count);
        });
    }

    Answer send(net::HttpRequest request)
    {
        Answer answer;
        onNode([&] { m_node->handle(request, answer.reply()); });
        return answer;
    }

    [[nodiscard]] net::HttpRequest request(std::string body)
    {
        net::HttpRequest made;
        made.method = "POST";
        made.headers.emplace_back("Authorization", basicAuthorization(m_node->cookie()));
        made.body.push_back(std::make_shared<const std::string>(std::move(body)));
        return made;
    }

    /// Sends the call and lets no time pass but what its answer needs.
    Answer call(std::string_view method, std::string_view params = "[]")
    {
        const std::string body = R"({"id":1,"method":")" + std::string(method) + R"(","params":)" +
                                 std::string(params) + "}";
        Answer answer = send(request(body));
        m_scheduler.runFor(util::Duration::zero());
        return answer;
    }

    Answer getTemplate() { return call("getblocktemplate", templateParams()); }

    /// Waits with the id of a fresh template.
    Answer longpoll()
    {
        const boost::json::value id = getTemplate().result().at("longpollid");
        return call("getblocktemplate", templateParams(std::string(id.as_string())));
    }

    void wait(util::Duration duration) { m_scheduler.runFor(duration); }

private:
    Scheduler m_scheduler{SchedulerOptions{}};
    util::SeededRandom m_random{1};
    VirtualFiles m_files;
    std::unique_ptr<SimulatedNode> m_node;
};

} // namespace warp::sim::test
