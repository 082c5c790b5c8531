#include "core/bitcoin/address.h"
#include "core/util/hex.h"
#include "tools/cli/commands.h"
#include "tools/cli/console.h"

#include <fmt/format.h>

#include <optional>
#include <string>

namespace warp::cli {

namespace {

std::string_view describeKind(bitcoin::AddressKind kind)
{
    switch (kind) {
    case bitcoin::AddressKind::PublicKeyHash:
        return "P2PKH";
    case bitcoin::AddressKind::ScriptHash:
        return "P2SH";
    case bitcoin::AddressKind::WitnessPublicKeyHash:
        return "P2WPKH";
    case bitcoin::AddressKind::WitnessScriptHash:
        return "P2WSH";
    case bitcoin::AddressKind::Taproot:
        return "P2TR";
    case bitcoin::AddressKind::FutureWitness:
        break;
    }
    return "a witness version without meaning yet: anyone could spend it";
}

void printReason(const bitcoin::AddressError& error)
{
    std::string text(describe(error.code));
    if (error.code == bitcoin::AddressErrorCode::WrongNetwork) {
        for (const bitcoin::Network network : error.networks) {
            text += text.ends_with(")") ? "" : " ";
            text += "(" + std::string(chainName(network)) + ")";
        }
    } else if (error.code == bitcoin::AddressErrorCode::InvalidCharacter) {
        text += " at character " + std::to_string(error.position + 1);
    }
    printError(text);
}

int runCheckAddress(const config::ProgramArguments& arguments)
{
    std::optional<bitcoin::Network> wanted;
    if (arguments.isSet("network")) {
        wanted = bitcoin::networkFromChainName(arguments.value("network"));
        if (!wanted) {
            printError("--network is one of main, test, testnet4, signet, regtest");
            return EXIT_USAGE;
        }
    }
    const std::string text = arguments.operands().front();
    std::string networks;
    std::optional<bitcoin::Address> address;
    std::optional<bitcoin::AddressError> firstError;
    for (const bitcoin::Network network : bitcoin::ALL_NETWORKS) {
        if (wanted && network != *wanted) {
            continue;
        }
        const auto parsed = bitcoin::parseAddress(text, network);
        if (parsed) {
            networks += (networks.empty() ? "" : ", ") + std::string(chainName(network));
            address = *parsed;
        } else if (!firstError) {
            firstError = parsed.error();
        }
    }
    if (!address) {
        printReason(*firstError);
        return EXIT_REFUSED;
    }
    printLine(fmt::format("{} on {}, script {}", describeKind(address->kind), networks,
                          util::toHex(address->script)));
    return EXIT_GOOD;
}

} // namespace

Command checkAddressCommand()
{
    return {.manual = {.name = "check-address",
                       .operands = "ADDRESS",
                       .summary = "Say what an address pays, or exactly why it is none",
                       .text = "",
                       .options = {{.name = "network",
                                    .valueName = "NAME",
                                    .help = "Accept an address of this network alone: main, test, "
                                            "testnet4, signet or regtest."}}},
            .run = runCheckAddress};
}

} // namespace warp::cli
