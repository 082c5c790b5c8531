// Any bytes from a server to a client session: bounded jobs and extranonces, nothing after a
// failure, and the same events however the bytes arrive.
#include "core/stratum/v1/client_session.h"
#include "core/util/assert.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

using namespace warp;
using namespace warp::stratum::v1;

namespace {

void check(const ClientEvent& event)
{
    if (const auto* received = std::get_if<JobReceived>(&event)) {
        const ClientJob& job = *received->job;
        WARP_ASSERT(!job.id.empty() && job.id.size() <= ClientSession::MAX_JOB_ID_BYTES);
        WARP_ASSERT(job.branch.size() <= ClientSession::MAX_BRANCH_LENGTH);
    } else if (const auto* subscribed = std::get_if<Subscribed>(&event)) {
        WARP_ASSERT(subscribed->extranonce1.size() <= ClientSession::MAX_EXTRANONCE1_SIZE);
        WARP_ASSERT(subscribed->extranonce2Size >= 1 &&
                    subscribed->extranonce2Size <= ClientSession::MAX_EXTRANONCE2_SIZE);
    } else if (const auto* changed = std::get_if<DifficultyChanged>(&event)) {
        WARP_ASSERT(changed->difficulty.value() > 0);
    } else if (const auto* answered = std::get_if<ShareAnswered>(&event)) {
        WARP_ASSERT(answered->tag == 7 || answered->tag == 8);
    }
}

ClientActions play(std::string_view text, std::size_t partSize)
{
    ClientSession client(
        {.userAgent = "fuzz/1", .user = "user", .password = "x", .suggestDifficulty = {}});
    ClientActions actions;
    actions.output = client.start();
    const ClientShare share{.jobId = "1", .extranonce2 = {}, .versionBits = {}};
    client.submit(share, 7, actions.output);
    client.submit(share, 8, actions.output);
    while (!text.empty()) {
        const std::string_view part = text.substr(0, partSize);
        client.onBytes(util::asBytes(part), actions);
        text.remove_prefix(part.size());
    }
    for (const ClientEvent& event : actions.events) {
        check(event);
        WARP_ASSERT(!std::holds_alternative<Failed>(event) ||
                    (client.hasFailed() && &event == &actions.events.back()));
    }
    return actions;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t partSize = size % 37 + 1;
    const ClientActions whole = play(text, text.size() + 1);
    const ClientActions parts = play(text, partSize);
    WARP_ASSERT(whole.output == parts.output && whole.events.size() == parts.events.size());
    return 0;
}
