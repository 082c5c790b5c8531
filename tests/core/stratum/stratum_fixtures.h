// A server session with jobs, driven by lines. Test code; one thread.
#pragma once

#include "core/mining/job_book.h"
#include "core/mining/job_factory.h"
#include "core/stratum/v1/server_session.h"

#include "tests/core/mining/mining_fixtures.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace warp::test {

inline constexpr std::uint32_t DIFFICULTY_ONE_BITS = 0x1d00ffff;
inline constexpr mining::Extranonce1 FIRST_EXTRANONCE1{std::byte{0x01}, std::byte{0x00},
                                                       std::byte{0x00}, std::byte{0x2a}};

/// Accepts what does not begin with "bad".
class TestPolicy final : public stratum::AuthorizePolicy
{
public:
    [[nodiscard]] util::Result<stratum::WorkerName, stratum::AuthorizeRefusal>
    authorize(std::string_view user, std::string_view) override
    {
        if (user.starts_with("bad")) {
            return util::Unexpected(stratum::AuthorizeRefusal::InvalidAddress);
        }
        return stratum::parseWorkerName(user);
    }
};

/// Shares of difficulty 1e-7 (some 430 hashes) on a network of difficulty 1, unless told otherwise.
inline stratum::ServerOptions easyOptions()
{
    stratum::ServerOptions options;
    options.minimumDifficulty = util::Difficulty(1e-9);
    options.initialDifficulty = util::Difficulty(1e-7);
    return options;
}

class SessionHarness final
{
public:
    explicit SessionHarness(stratum::ServerOptions options = easyOptions(),
                            std::uint32_t bits = DIFFICULTY_ONE_BITS,
                            const mining::Extranonce1& extranonce1 = FIRST_EXTRANONCE1,
                            stratum::v1::ParkedSessions* parked = nullptr)
        : m_bits(bits)
        , m_context{.options = options, .policy = m_policy, .parked = parked}
        , m_session(m_context, extranonce1, m_now)
    {}

    /// What the session answers to one line.
    std::string send(std::string_view line) { return feed(std::string(line) + '\n'); }

    std::string feed(std::string_view bytes)
    {
        return take(
            [&](stratum::Actions& out) { m_session.onBytes(util::asBytes(bytes), m_now, out); });
    }

    /// A new job: of the same tip, or of another one where `previous` differs.
    std::string giveJob(std::string_view previous = "tip", std::size_t transactions = 0,
                        mining::TemplateOrigin origin = mining::TemplateOrigin::Node)
    {
        makeJob(previous, transactions, origin);
        return take([&](stratum::Actions& out) { m_session.onJobs(m_jobs, m_now, out); });
    }
    /// The same while the miner takes nothing of what it is sent.
    std::string holdJob(std::string_view previous)
    {
        makeJob(previous, 0, mining::TemplateOrigin::Node);
        return take([&](stratum::Actions& out) { m_session.takeJobs(m_jobs, m_now, out); });
    }
    /// It has taken all.
    std::string drain()
    {
        return take([&](stratum::Actions& out) { m_session.onDrained(m_now, out); });
    }

    /// Moves the clock and ticks once.
    std::string pass(std::chrono::milliseconds time)
    {
        m_now += time;
        return take([&](stratum::Actions& out) { m_session.onTimer(m_now, out); });
    }

    /// Subscribes and authorizes, without a check of the answers.
    void login(std::string_view user = "worker")
    {
        send(R"({"id":1,"method":"mining.subscribe","params":["test/1"]})");
        send("{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"" + std::string(user) +
             "\",\"x\"]}");
    }

    /// A share of the current job that meets (or misses) `difficulty`.
    mining::Share mineShare(util::Difficulty difficulty, std::uint64_t extranonce2 = 0,
                            std::optional<std::uint32_t> versionBits = std::nullopt)
    {
        mining::Share share{.versionBits = versionBits};
        util::storeBigEndian<std::uint64_t>(share.extranonce2, extranonce2);
        const auto target = bitcoin::Target::fromDifficulty(difficulty);
        return mine(
            *m_jobs->current(), FIRST_EXTRANONCE1,
            [&](const bitcoin::Hash256& hash) { return target.isMetBy(hash); }, share);
    }

    /// As when its connection is over.
    std::optional<mining::Extranonce1> leave() { return m_session.leave(m_now); }

    void setBits(std::uint32_t bits) { m_bits = bits; }
    [[nodiscard]] const mining::Job& job() const { return *m_jobs->current(); }
    [[nodiscard]] stratum::v1::ServerSession& session() { return m_session; }
    [[nodiscard]] stratum::v1::ServerContext& context() { return m_context; }
    [[nodiscard]] std::optional<stratum::CloseCause> closed() const { return m_closed; }
    /// Of the last call.
    [[nodiscard]] const std::vector<stratum::ShareReport>& shares() const { return m_shares; }

private:
    void makeJob(std::string_view previous, std::size_t transactions, mining::TemplateOrigin origin)
    {
        if (previous != m_previous) {
            ++m_tip;
            m_previous = previous;
        }
        auto source = makeTemplate(
            {.transactions = transactions, .bits = m_bits, .previous = std::string(previous)});
        source.received = m_now;
        source.origin = origin;
        const auto job = m_factory.make(
            std::make_shared<const mining::BlockTemplate>(std::move(source)), m_tip, m_now);
        m_jobs = m_book.add(*job, m_now);
    }

    template <class Call>
    std::string take(Call call)
    {
        stratum::Actions actions;
        call(actions);
        m_shares = std::move(actions.shares);
        if (actions.close) {
            m_closed = actions.close;
        }
        return actions.output;
    }

    util::BootTime m_now = at({});
    std::uint32_t m_bits;
    TestPolicy m_policy;
    stratum::v1::ServerContext m_context;
    stratum::v1::ServerSession m_session;
    mining::JobFactory m_factory = makeFactory();
    mining::JobBook m_book;
    std::shared_ptr<const mining::JobSet> m_jobs;
    std::string m_previous;
    std::uint32_t m_tip = 0;
    std::vector<stratum::ShareReport> m_shares;
    std::optional<stratum::CloseCause> m_closed;
};

/// Eight lower-case digits.
inline std::string hex8(std::uint32_t value)
{
    std::string text;
    stratum::v1::appendHexUint32(text, value);
    return text;
}

inline std::string submitLine(const mining::Share& share, std::string_view worker = "worker",
                              std::string_view id = "4")
{
    std::string line = "{\"id\":" + std::string(id) +
                       ",\"method\":\"mining.submit\",\"params\":[\"" + std::string(worker) +
                       "\",\"" + hex8(share.job ? share.job->value() : 0) + "\",\"" +
                       util::toHex(share.extranonce2) + "\",\"" + hex8(share.time) + "\",\"" +
                       hex8(share.nonce) + '"';
    if (share.versionBits) {
        line += ",\"" + hex8(*share.versionBits) + '"';
    }
    return line + "]}";
}

/// The lines of a text, without their ends.
inline std::vector<std::string> linesOf(std::string_view text)
{
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

/// "set_difficulty", "notify" or "set_version_mask" of a notification, else "reply".
inline std::string kindOf(std::string_view line)
{
    for (const std::string_view kind : {"set_difficulty", "notify", "set_version_mask"}) {
        if (line.find("\"method\":\"mining." + std::string(kind) + '"') != std::string_view::npos) {
            return std::string(kind);
        }
    }
    return "reply";
}

/// Of a line with parameters that are texts the one with this number, from 0 on.
inline std::string parameterOf(std::string_view line, std::size_t number)
{
    std::size_t place = line.find("\"params\":[") + 10;
    for (std::size_t i = 0;; ++i) {
        const std::size_t begin = line.find('"', place) + 1;
        const std::size_t end = line.find('"', begin);
        if (i == number) {
            return std::string(line.substr(begin, end - begin));
        }
        place = end + 1;
    }
}

/// Kinds of all lines, joined by blanks.
inline std::string kindsOf(std::string_view text)
{
    std::string kinds;
    for (const std::string& line : linesOf(text)) {
        kinds += (kinds.empty() ? "" : " ") + kindOf(line);
    }
    return kinds;
}

} // namespace warp::test
