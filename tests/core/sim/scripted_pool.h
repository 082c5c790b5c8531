// A small Stratum V1 server for the tests of simulated miners. It rebuilds the header of each share
// from the parameters of its submit line and keeps its verdict; what it answers can be scripted.
// Lives on the executor that it is given.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/target.h"
#include "core/net/network.h"
#include "core/util/executor.h"

#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace warp::test {

struct JudgedShare
{
    std::string line; ///< as received
    bitcoin::Hash256 hash{};
    bool isValid = false; ///< meets the difficulty that its job was sent with
    bool isDuplicate = false;
    bool isBlock = false;
    std::string jobId;
    std::uint32_t version = 0;
    std::uint32_t time = 0;
    std::string nonceText;
};

class ScriptedPool final
{
public:
    ScriptedPool(net::Network& network, util::Executor& executor, const net::Endpoint& endpoint);
    ~ScriptedPool();
    ScriptedPool(const ScriptedPool&) = delete;
    ScriptedPool& operator=(const ScriptedPool&) = delete;

    void setDifficulty(double difficulty);
    /// Sends a new job to everybody.
    void sendJob(bool isClean);
    void closeAll();

    /// Compact target of the jobs.
    std::uint32_t bits = 0x1f00ffff;
    /// Instead of the right answer: a code, or 0 for "accepted".
    std::optional<int> scriptedAnswer;
    bool isMute = false;
    std::vector<JudgedShare> shares;
    std::vector<std::string> userAgents;
    std::vector<std::string> users;
    std::size_t connectionsSeen = 0;

private:
    class Client;
    struct Job
    {
        double difficulty = 1;
        std::uint32_t bits = 0;
        std::uint32_t tip = 0;
    };

    void onLine(Client& client, const std::string& line);
    void onSubmit(Client& client, const boost::json::array& params, const std::string& line,
                  const std::string& id);
    [[nodiscard]] std::string notifyLine(bool isClean) const;
    [[nodiscard]] std::string difficultyLine() const;

    std::list<std::unique_ptr<Client>> m_clients;
    std::unique_ptr<net::Listener> m_listener;
    std::map<std::string, Job> m_jobs;
    std::set<std::string> m_seen; ///< hashes
    double m_difficulty = 1.0 / (1U << 24U);
    std::uint32_t m_jobNumber = 0;
    std::uint32_t m_tip = 0;
};

} // namespace warp::test
