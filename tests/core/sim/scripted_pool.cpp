#include "tests/core/sim/scripted_pool.h"

#include "core/bitcoin/difficulty_text.h"
#include "core/bitcoin/header.h"
#include "core/bitcoin/sha256d.h"
#include "core/util/assert.h"
#include "core/util/hex.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace warp::test {

namespace {

constexpr std::uint32_t VERSION = 0x20000000;
constexpr std::uint32_t MASK = 0x1fffe000;
constexpr std::uint32_t TIME = 1'767'225'600;
const std::string PREFIX(80, 'a');
const std::string SUFFIX(60, 'b');
const std::vector<std::string> BRANCH{std::string(64, '1'), std::string(64, '2')};

std::uint32_t number(const boost::json::value& value)
{
    return util::parseHexUint32(std::string_view(value.as_string())).value();
}

bitcoin::Hash256 hashOf(std::string_view hex)
{
    bitcoin::Hash256 hash;
    WARP_ASSERT(util::decodeHex(hex, hash.bytes));
    return hash;
}

/// The previous block of a tip: anything that differs.
bitcoin::Hash256 previousOf(std::uint32_t tip)
{
    return bitcoin::sha256d(util::asBytes("tip " + std::to_string(tip)));
}

/// Stratum sends the hash as eight words, each with its four bytes turned.
std::string wordSwapped(const bitcoin::Hash256& hash)
{
    auto bytes = hash.bytes;
    for (std::size_t word = 0; word < bytes.size(); word += 4) {
        std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(word),
                     bytes.begin() + static_cast<std::ptrdiff_t>(word) + 4);
    }
    return util::toHex(bytes);
}

} // namespace

class ScriptedPool::Client final : public net::ConnectionHandler
{
public:
    Client(ScriptedPool& pool, std::unique_ptr<net::Connection> connection, std::string extranonce)
        : extranonce1(std::move(extranonce))
        , m_pool(pool)
        , m_connection(std::move(connection))
    {
        m_connection->start(*this);
    }

    void send(const std::string& line) { m_connection->send(util::asBytes(line + "\n")); }

    void onBytes(util::ByteView bytes) override
    {
        m_buffer.append(util::asText(bytes));
        for (std::size_t end = m_buffer.find('\n'); end != std::string::npos;
             end = m_buffer.find('\n')) {
            const std::string line = m_buffer.substr(0, end);
            m_buffer.erase(0, end + 1);
            m_pool.onLine(*this, line);
        }
    }
    void onClosed(net::CloseReason /*reason*/) override
    {
        m_pool.m_clients.remove_if([this](const auto& client) { return client.get() == this; });
    }

    std::string extranonce1;
    bool isAuthorized = false;
    std::uint32_t mask = 0;

private:
    ScriptedPool& m_pool;
    std::unique_ptr<net::Connection> m_connection;
    std::string m_buffer;
};

ScriptedPool::ScriptedPool(net::Network& network, util::Executor& executor,
                           const net::Endpoint& endpoint)
{
    util::Executor* const target = &executor;
    m_listener =
        network
            .listen(endpoint, std::span(&target, 1),
                    [this](std::size_t, std::unique_ptr<net::Connection> connection) {
                        ++connectionsSeen;
                        m_clients.push_back(std::make_unique<Client>(
                            *this, std::move(connection), fmt::format("{:08x}", connectionsSeen)));
                    })
            .value();
    sendJob(true);
}

ScriptedPool::~ScriptedPool() = default;

void ScriptedPool::setDifficulty(double difficulty)
{
    m_difficulty = difficulty;
    for (const auto& client : m_clients) {
        client->send(difficultyLine());
    }
}

void ScriptedPool::sendJob(bool isClean)
{
    ++m_jobNumber;
    m_tip += isClean ? 1 : 0;
    m_jobs[fmt::format("{:x}", m_jobNumber)] = {m_difficulty, bits, m_tip};
    for (const auto& client : m_clients) {
        if (client->isAuthorized) {
            client->send(notifyLine(isClean));
        }
    }
}

void ScriptedPool::closeAll()
{
    m_clients.clear();
}

std::string ScriptedPool::difficultyLine() const
{
    return fmt::format(R"({{"id":null,"method":"mining.set_difficulty","params":[{}]}})",
                       bitcoin::toPlainDecimal(util::Difficulty(m_difficulty)));
}

std::string ScriptedPool::notifyLine(bool isClean) const
{
    return fmt::format(R"({{"id":null,"method":"mining.notify","params":["{:x}","{}","{}","{}",)"
                       R"(["{}","{}"],"{:08x}","{:08x}","{:08x}",{}]}})",
                       m_jobNumber, wordSwapped(previousOf(m_tip)), PREFIX, SUFFIX, BRANCH[0],
                       BRANCH[1], VERSION, bits, TIME, isClean);
}

void ScriptedPool::onLine(Client& client, const std::string& line)
{
    const boost::json::object message = boost::json::parse(line).as_object();
    const std::string id = boost::json::serialize(message.at("id"));
    const std::string method(message.at("method").as_string());
    const boost::json::array& params = message.at("params").as_array();
    if (isMute) {
        return;
    }
    if (method == "mining.configure") {
        client.mask = MASK;
        client.send(fmt::format(R"({{"id":{},"result":{{"version-rolling":true,)"
                                R"("version-rolling.mask":"{:08x}"}},"error":null}})",
                                id, MASK));
    } else if (method == "mining.subscribe") {
        userAgents.emplace_back(params.at(0).as_string());
        client.send(fmt::format(R"({{"id":{},"result":[[["mining.notify","1"]],"{}",8],)"
                                R"("error":null}})",
                                id, client.extranonce1));
    } else if (method == "mining.authorize") {
        users.emplace_back(params.at(0).as_string());
        client.isAuthorized = true;
        client.send(fmt::format(R"({{"id":{},"result":true,"error":null}})", id));
        client.send(difficultyLine());
        client.send(notifyLine(true));
    } else if (method == "mining.submit") {
        onSubmit(client, params, line, id);
    }
}

void ScriptedPool::onSubmit(Client& client, const boost::json::array& params,
                            const std::string& line, const std::string& id)
{
    JudgedShare share;
    share.line = line;
    share.jobId = params.at(1).as_string();
    const Job& job = m_jobs.at(share.jobId);
    share.time = number(params.at(3));
    share.nonceText = params.at(4).as_string();
    const std::uint32_t rolled = params.size() > 5 ? number(params.at(5)) : 0;
    share.version = (VERSION & ~client.mask) | (rolled & client.mask);

    const std::string extranonce2(params.at(2).as_string());
    const std::string coinbase = PREFIX + client.extranonce1 + extranonce2 + SUFFIX;
    bitcoin::Hash256 root = bitcoin::sha256d(util::fromHex(coinbase).value());
    for (const std::string& neighbour : BRANCH) {
        root = bitcoin::hashPair(root, hashOf(neighbour));
    }
    const bitcoin::BlockHeader header{.version = share.version,
                                      .previous = previousOf(job.tip),
                                      .merkleRoot = root,
                                      .time = share.time,
                                      .bits = job.bits,
                                      .nonce = number(params.at(4))};
    share.hash = header.hash();
    share.isValid =
        extranonce2.size() == 16 &&
        bitcoin::Target::fromDifficulty(util::Difficulty(job.difficulty)).isMetBy(share.hash);
    share.isBlock = bitcoin::Target::fromCompact(job.bits)->isMetBy(share.hash);
    share.isDuplicate = !m_seen.insert(toDisplayHex(share.hash)).second;
    shares.push_back(share);

    int code = 0;
    if (job.tip != m_tip) {
        code = 21;
    } else if (share.isDuplicate) {
        code = 22;
    } else if (!share.isValid) {
        code = 23;
    }
    code = scriptedAnswer.value_or(code);
    client.send(code == 0
                    ? fmt::format(R"({{"id":{},"result":true,"error":null}})", id)
                    : fmt::format(R"({{"id":{},"result":null,"error":[{},"no",null]}})", id, code));
}

} // namespace warp::test
