#include "core/stratum/authorize.h"

#include "core/bitcoin/difficulty_text.h"
#include "core/util/log.h"

namespace warp::stratum {

namespace {

constexpr std::string_view BLANKS = " \t\r\n";

std::string_view withoutBlanksAround(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(BLANKS);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(BLANKS) - first + 1);
}

std::optional<util::Difficulty> difficultyOfPart(std::string_view part)
{
    for (const std::string_view prefix : {"d=", "diff="}) {
        if (part.starts_with(prefix)) {
            return bitcoin::parseDifficulty(part.substr(prefix.size()));
        }
    }
    return std::nullopt;
}

} // namespace

WorkerName parseWorkerName(std::string_view user)
{
    const std::string_view full = withoutBlanksAround(user);
    const std::size_t separator = full.find_first_of("._/");
    WorkerName name{.full = std::string(full),
                    .address = std::string(withoutBlanksAround(full.substr(0, separator))),
                    .worker = {}};
    if (separator != std::string_view::npos) {
        name.worker = withoutBlanksAround(full.substr(separator + 1));
    }
    return name;
}

std::optional<util::Difficulty> passwordDifficulty(std::string_view password)
{
    constexpr std::string_view SEPARATORS = ",; \t";
    while (!password.empty()) {
        const std::size_t end = password.find_first_of(SEPARATORS);
        const auto difficulty = difficultyOfPart(password.substr(0, end));
        if (difficulty && difficulty->value() > 0) {
            return difficulty;
        }
        if (end == std::string_view::npos) {
            break;
        }
        password.remove_prefix(end + 1);
    }
    return std::nullopt;
}

std::string_view describe(AuthorizeRefusal refusal)
{
    switch (refusal) {
    case AuthorizeRefusal::NameMissing:
        return "User name missing";
    case AuthorizeRefusal::NameTooLong:
        return "User name too long";
    case AuthorizeRefusal::InvalidAddress:
        return "User name is not a valid address";
    case AuthorizeRefusal::WrongNetwork:
        return "Address belongs to another network";
    case AuthorizeRefusal::OtherPayout:
        return "This connection already pays another address";
    case AuthorizeRefusal::NotReady:
        return "The pool does not know its network yet, try again";
    case AuthorizeRefusal::TooManyWorkers:
        return "Too many workers on one connection";
    case AuthorizeRefusal::TooOften:
        return "Too many logins, try again later";
    case AuthorizeRefusal::NotAllowed:
        break;
    }
    return "Not allowed";
}

util::Result<WorkerName, AuthorizeRefusal> SingleModePolicy::authorize(std::string_view user,
                                                                       std::string_view)
{
    WorkerName name = parseWorkerName(user);
    const auto address = bitcoin::parseAddress(name.address, m_network);
    if (!address) {
        LOG_INFO(Stratum,
                 "a worker's user name is no address of this network ({}); the configured "
                 "address is paid",
                 bitcoin::describe(address.error().code));
        LOG_DEBUG(Stratum, "user name without a valid address: {}", util::sanitize(name.full));
    }
    return name;
}

util::Result<WorkerName, AuthorizeRefusal> PerMinerPolicy::authorize(std::string_view user,
                                                                     std::string_view)
{
    if (!m_network) {
        return util::Unexpected(AuthorizeRefusal::NotReady);
    }
    WorkerName name = parseWorkerName(user);
    auto address = bitcoin::parseAddress(name.address, *m_network);
    if (!address) {
        LOG_DEBUG(Stratum, "user name refused ({}): {}", describe(address.error().code),
                  util::sanitize(name.full));
        return util::Unexpected(address.error().code == bitcoin::AddressErrorCode::WrongNetwork
                                    ? AuthorizeRefusal::WrongNetwork
                                    : AuthorizeRefusal::InvalidAddress);
    }
    if (address->isFutureWitness) {
        return util::Unexpected(AuthorizeRefusal::InvalidAddress);
    }
    name.payoutKey.bytes = std::move(address->script);
    return name;
}

} // namespace warp::stratum
