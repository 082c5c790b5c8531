#include "core/config/address_rule.h"

#include "core/bitcoin/address.h"
#include "core/util/log.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace warp::config {

namespace {

using bitcoin::AddressErrorCode;
using bitcoin::Network;

std::string chainNames(const std::vector<Network>& networks)
{
    std::string names;
    for (const Network network : networks) {
        names += names.empty() ? "" : ", ";
        names += bitcoin::chainName(network);
    }
    return names;
}

ValueFault describeError(std::string_view text, const bitcoin::AddressError& error, Network wanted)
{
    if (error.code == AddressErrorCode::WrongNetwork) {
        return {.code = FaultCode::WrongNetwork,
                .detail = fmt::format("this is an address of another network ({}), but the chain "
                                      "is {}",
                                      chainNames(error.networks), bitcoin::chainName(wanted))};
    }
    std::string detail = fmt::format("\"{}\" is no Bitcoin address: {}", util::sanitize(text, 100),
                                     bitcoin::describe(error.code));
    if (error.code == AddressErrorCode::InvalidCharacter) {
        detail += fmt::format(" (character {})", error.position + 1);
    }
    return {.code = FaultCode::BadAddress, .detail = std::move(detail)};
}

} // namespace

std::optional<ValueFault> addressFault(std::string_view text, ChainChoice chain)
{
    const auto wanted = networkOf(chain);
    auto parsed = bitcoin::parseAddress(text, wanted.value_or(Network::Main));
    if (!wanted && !parsed && parsed.error().code == AddressErrorCode::WrongNetwork &&
        !parsed.error().networks.empty()) {
        parsed = bitcoin::parseAddress(text, parsed.error().networks.front());
    }
    if (!parsed) {
        return describeError(text, parsed.error(), wanted.value_or(Network::Main));
    }
    if (parsed->isFutureWitness) {
        return ValueFault{.code = FaultCode::BadAddress,
                          .detail = "anybody can spend what is paid to this witness version until "
                                    "a soft fork gives it a meaning"};
    }
    return std::nullopt;
}

} // namespace warp::config
