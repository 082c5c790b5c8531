#include "core/stratum/v1/notify_cache.h"

#include "core/mining/target_bounds.h"
#include "core/stratum/v1/reply.h"
#include "core/util/hex.h"

namespace warp::stratum::v1 {

namespace {

/// Each group of four bytes reversed: the order in which Stratum V1 shows a header's hashes.
bitcoin::Hash256 withSwappedWords(const bitcoin::Hash256& hash)
{
    bitcoin::Hash256 swapped;
    for (std::size_t i = 0; i < hash.bytes.size(); ++i) {
        swapped.bytes[i ^ 3U] = hash.bytes[i];
    }
    return swapped;
}

void appendQuotedHex(std::string& out, util::ByteView bytes)
{
    out.push_back('"');
    util::appendHex(out, bytes);
    out.append("\",");
}

void appendQuotedHex(std::string& out, std::uint32_t value)
{
    out.push_back('"');
    appendHexUint32(out, value);
    out.append("\",");
}

std::string makeHead(const mining::Job& job)
{
    std::string line = "{\"id\":null,\"method\":\"mining.notify\",\"params\":[";
    appendQuotedHex(line, job.id.value());
    appendQuotedHex(line, withSwappedWords(job.source->previous).bytes);
    return line;
}

std::string makeTail(const mining::Job& job)
{
    std::string line;
    line.reserve(64 + 67 * job.branch.size());
    line.push_back('[');
    for (const bitcoin::Hash256& node : job.branch) {
        appendQuotedHex(line, node.bytes);
    }
    if (!job.branch.empty()) {
        line.pop_back();
    }
    line.append("],");
    appendQuotedHex(line, job.source->version);
    appendQuotedHex(line, job.source->bits);
    appendQuotedHex(line, job.time);
    return line;
}

void appendEnd(std::string& out, mining::CleanJobs clean)
{
    out.append(clean == mining::CleanJobs::Yes ? "true]}\n" : "false]}\n");
}

} // namespace

std::string notifyLine(const mining::Job& job, mining::CleanJobs clean)
{
    NotifyCache cache;
    std::string line;
    cache.append(job, clean, line);
    return line;
}

void NotifyCache::append(const mining::Job& job, mining::CleanJobs clean, std::string& out)
{
    prepare(job);
    if (m_line.empty() || m_key != job.payoutKey) {
        m_key = job.payoutKey;
        m_line.assign(m_head);
        appendQuotedHex(m_line, job.coinbase.prefix);
        appendQuotedHex(m_line, job.coinbase.suffix);
        m_line.append(m_tail);
        ++m_madeCount;
    }
    out.append(m_line);
    appendEnd(out, clean);
}

util::Difficulty NotifyCache::networkDifficulty(const mining::Job& job)
{
    prepare(job);
    return m_networkDifficulty;
}

void NotifyCache::prepare(const mining::Job& job)
{
    if (m_job == job.id) {
        return;
    }
    m_head = makeHead(job);
    m_tail = makeTail(job);
    m_line.clear();
    m_networkDifficulty = mining::largestContaining(job.networkTarget);
    m_job = job.id;
}

} // namespace warp::stratum::v1
