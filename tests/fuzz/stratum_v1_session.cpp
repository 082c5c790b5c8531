// Any bytes to a server session, before and after it is authorized. Whatever comes in, whole lines
// of known forms go out, and the same ones however the bytes arrive.
#include "core/bitcoin/target.h"
#include "core/mining/job_set.h"
#include "core/stratum/v1/server_session.h"
#include "core/util/assert.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

using namespace warp;
using namespace warp::stratum;

namespace {

enum class Begin { Fresh, Authorized };

constexpr std::uint32_t REGTEST_BITS = 0x207fffff;
const util::BootTime NOW{std::chrono::hours(1)};

std::shared_ptr<const mining::JobSet> makeJobs()
{
    auto source = std::make_shared<mining::BlockTemplate>();
    source->version = 0x20000000;
    source->bits = REGTEST_BITS;
    source->currentTime = 1'700'000'000;
    source->received = NOW;
    auto job = std::make_shared<mining::Job>(util::JobId(1), 1, source,
                                             *bitcoin::Target::fromCompact(REGTEST_BITS));
    job->coinbase.prefix = util::Bytes(60, std::byte{1});
    job->coinbase.suffix = util::Bytes(80, std::byte{2});
    job->branch.resize(2);
    job->time = source->currentTime;
    job->created = NOW;
    auto jobs = std::make_shared<mining::JobSet>();
    jobs->jobs.push_back(job);
    return jobs;
}

std::string answer(std::string_view text, std::size_t partSize, Begin begin)
{
    stratum::SingleModePolicy policy(bitcoin::Network::Regtest);
    v1::ServerContext context{.options = {}, .policy = policy};
    v1::ServerSession session(context, {}, NOW);
    Actions out;
    session.onJobs(makeJobs(), NOW, out);
    if (begin == Begin::Authorized) {
        session.onBytes(util::asBytes("{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}\n"
                                      "{\"id\":2,\"method\":\"mining.authorize\","
                                      "\"params\":[\"w\"]}\n"),
                        NOW, out);
        WARP_ASSERT(session.info().isAuthorized);
    }
    while (!text.empty()) {
        const std::string_view part = text.substr(0, partSize);
        session.onBytes(util::asBytes(part), NOW, out);
        text.remove_prefix(part.size());
    }
    session.onTimer(NOW, out);
    session.onTimer(NOW + std::chrono::minutes(5), out);
    WARP_ASSERT(session.info().userAgent.size() <= v1::MAX_KEPT_TEXT_BYTES);
    return out.output;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t partSize = size % 37 + 1;
    for (const Begin begin : {Begin::Fresh, Begin::Authorized}) {
        const std::string whole = answer(text, text.size() + 1, begin);
        WARP_ASSERT(whole == answer(text, partSize, begin));
        WARP_ASSERT(whole.empty() || whole.ends_with("}\n"));
    }
    return 0;
}
