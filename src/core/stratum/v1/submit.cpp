#include "core/stratum/v1/submit.h"

#include "core/stratum/v1/json_text.h"
#include "core/util/hex.h"

#include <optional>

namespace warp::stratum::v1 {

namespace {

/// The digits between the quotes; digits need no escapes.
std::string_view quoted(std::string_view text)
{
    if (text.size() < 2 || text.front() != '"') {
        return {};
    }
    return text.substr(1, text.size() - 2);
}

/// Reads what the header needs; the first fault, if any.
SubmitFault readHashed(const Message& message, mining::Share& share)
{
    if (!util::decodeHex(quoted(message.parameters[2]), share.extranonce2)) {
        return SubmitFault::Extranonce2;
    }
    const auto time = util::parseHexUint32(quoted(message.parameters[3]));
    if (!time) {
        return SubmitFault::Time;
    }
    const auto nonce = util::parseHexUint32(quoted(message.parameters[4]));
    if (!nonce) {
        return SubmitFault::Nonce;
    }
    share.time = *time;
    share.nonce = *nonce;
    return SubmitFault::None;
}

SubmitFault readVersionBits(const Message& message, mining::Share& share)
{
    const std::string_view text = message.parameters[5];
    if (text.empty() || text == "null") {
        return SubmitFault::None;
    }
    share.versionBits = util::parseHexUint32(quoted(text));
    return share.versionBits ? SubmitFault::None : SubmitFault::Version;
}

} // namespace

std::string_view describe(SubmitFault fault)
{
    switch (fault) {
    case SubmitFault::ParameterCount:
        return "Malformed share: 5 or 6 parameters expected";
    case SubmitFault::Worker:
        return "Malformed share: worker name";
    case SubmitFault::Extranonce2:
        return "Malformed share: extranonce2";
    case SubmitFault::Time:
        return "Malformed share: ntime";
    case SubmitFault::Nonce:
        return "Malformed share: nonce";
    case SubmitFault::Version:
        return "Malformed share: version bits";
    case SubmitFault::None:
        break;
    }
    return "Malformed share";
}

Submission parseSubmission(const Message& message, std::string& buffer)
{
    Submission submission;
    const auto worker = jsonString(message.parameters[0], buffer);
    submission.worker = worker.value_or(std::string_view());
    if (const auto job = util::parseHexUint32(quoted(message.parameters[1]))) {
        submission.share.job = util::JobId(*job);
    }
    const SubmitFault hashedFault = readHashed(message, submission.share);
    const SubmitFault versionFault = readVersionBits(message, submission.share);
    submission.isHashable = hashedFault == SubmitFault::None;
    if (message.parameterCount != 5 && message.parameterCount != 6) {
        submission.fault = SubmitFault::ParameterCount;
    } else if (!worker) {
        submission.fault = SubmitFault::Worker;
    } else {
        submission.fault = submission.isHashable ? versionFault : hashedFault;
    }
    return submission;
}

} // namespace warp::stratum::v1
