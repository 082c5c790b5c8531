// A node that the test steers: it answers the calls of the link as Bitcoin Core would, and fails as
// it is told. Lives in the test's thread.
#pragma once

#include "tests/core/node/fake_world.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace warp::test {

/// Connections of RpcNode, in the order in which it makes them.
constexpr std::size_t HEALTH = 0;
constexpr std::size_t TEMPLATE = 1;
constexpr std::size_t LONGPOLL = 2;
constexpr std::size_t PROBE = 3;
constexpr std::size_t CONNECTIONS = 4;

struct RecordedCall
{
    std::size_t connection = 0;
    std::string method;
    std::string body;
    std::string authorization;
    util::BootTime at{};
    util::Duration timeout{};

    [[nodiscard]] bool isLongpoll() const { return body.find("longpollid") != std::string::npos; }
};

class FakeNode final
{
public:
    explicit FakeNode(FakeWorld& world);

    /// A tip whose hash is made of this number; answers the longpoll that waits.
    void setTip(std::uint32_t number, std::int64_t height);
    /// Another longpoll id on the same tip, as by a new transaction; answers the longpoll.
    void addTransaction();
    [[nodiscard]] static std::string hashText(std::uint32_t number);
    [[nodiscard]] static std::string ok(const std::string& result);
    [[nodiscard]] static std::string failure(int code, const std::string& message);
    [[nodiscard]] std::string templateJson() const;

    [[nodiscard]] std::size_t count(const std::string& method) const;
    /// What the world's network calls; for a test that has several nodes.
    void serve(const Exchange& exchange);
    /// Longpolls that wait.
    [[nodiscard]] std::size_t waiting() const { return m_longpolls.size(); }

    std::string chain = "regtest";
    std::uint32_t tip = 1;
    std::string extraField; ///< of the template, with its comma: R"("a":1,)"
    std::int64_t height = 100;
    bool isInitialDownload = false;
    bool hasLongpoll = true;
    bool answersLongpollsAtOnce = false;
    std::string login; ///< the only header Authorization that is taken; empty for any
    std::optional<net::HttpError> fault;
    std::set<std::size_t> hungConnections;
    std::map<std::string, net::HttpResponse> answers; ///< by method, instead of its own
    std::vector<RecordedCall> calls;

private:
    [[nodiscard]] net::HttpResponse answer(const std::string& method) const;
    void answerLongpolls();

    std::uint32_t m_transactions = 0;
    std::vector<Exchange> m_longpolls;
};

} // namespace warp::test
