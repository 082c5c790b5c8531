#include "tools/cli/commands.h"

#include "core/bitcoin/address.h"
#include "core/util/hex.h"
#include "core/util/log.h"

#include <cstdio>
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
    static_cast<void>(std::fprintf(stderr, "%s\n", text.c_str()));
}

} // namespace

int runCheckAddress(const QStringList& arguments)
{
    std::optional<bitcoin::Network> wanted;
    const bool hasNetwork = arguments.size() == 3 && arguments.at(1) == QStringLiteral("--network");
    if (hasNetwork) {
        wanted = bitcoin::networkFromChainName(arguments.at(2).toStdString());
    }
    if ((arguments.size() != 1 && !hasNetwork) || (hasNetwork && !wanted)) {
        static_cast<void>(std::fputs("Usage: warppool-cli check-address ADDRESS "
                                     "[--network main|test|testnet4|signet|regtest]\n",
                                     stderr));
        return EXIT_USAGE;
    }
    const std::string text = arguments.at(0).toStdString();
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
    static_cast<void>(std::printf("%s on %s, script %s\n",
                                  std::string(describeKind(address->kind)).c_str(),
                                  networks.c_str(), util::toHex(address->script).c_str()));
    return EXIT_GOOD;
}

} // namespace warp::cli
