// Any bytes as lines of a miner: cut alike however they arrive, and taken apart into views that are
// JSON themselves.
#include "core/stratum/v1/configure.h"
#include "core/stratum/v1/json_text.h"
#include "core/stratum/v1/line_splitter.h"
#include "core/stratum/v1/message.h"
#include "core/stratum/v1/submit.h"
#include "core/util/assert.h"
#include "core/util/bytes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace warp;
using namespace warp::stratum::v1;

namespace {

constexpr std::size_t LIMIT = 256;

struct Cut
{
    std::vector<std::string> lines;
    bool isTooLong = false;

    friend bool operator==(const Cut&, const Cut&) = default;
};

Cut cutInto(std::string_view text, std::size_t partSize)
{
    LineSplitter splitter(LIMIT);
    Cut cut;
    for (; !text.empty() && !cut.isTooLong; text.remove_prefix(std::min(partSize, text.size()))) {
        splitter.feed(util::asBytes(text.substr(0, partSize)));
        std::string_view line;
        LineStatus status = splitter.next(line);
        for (; status == LineStatus::Line; status = splitter.next(line)) {
            WARP_ASSERT(!line.empty() && line.size() <= LIMIT);
            cut.lines.emplace_back(line);
        }
        cut.isTooLong = status == LineStatus::TooLong;
        WARP_ASSERT(splitter.heldBytes() <= 4 * LIMIT);
    }
    return cut;
}

void checkPart(std::string_view part)
{
    if (part.empty()) {
        return;
    }
    JsonScanner scanner(part);
    const auto value = scanner.value(1);
    WARP_ASSERT(value && *value == part && scanner.isAtEnd());
    std::string buffer;
    const auto text = jsonString(part, buffer);
    WARP_ASSERT(text.has_value() == (part.front() == '"'));
    WARP_ASSERT(!text || text->size() + 2 <= part.size());
}

void checkMessage(std::string_view line)
{
    const auto message = parseMessage(line);
    if (!message) {
        return;
    }
    checkPart(message->id);
    checkPart(message->method);
    checkPart(message->result);
    checkPart(message->error);
    for (const std::string_view parameter : message->parameters) {
        checkPart(parameter);
    }
    std::string buffer;
    const Submission submission = parseSubmission(*message, buffer);
    WARP_ASSERT(submission.fault != SubmitFault::None || submission.isHashable);
    if (const auto outcome = negotiate(*message)) {
        checkPart(outcome->result);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t partSize = size % 37 + 1;
    const Cut whole = cutInto(text, text.size() + 1);
    const Cut parts = cutInto(text, partSize);
    // A line that will be too long may be noticed before or with its end, never later lines.
    WARP_ASSERT(whole == parts);
    for (const std::string& line : whole.lines) {
        checkMessage(line);
    }
    return 0;
}
