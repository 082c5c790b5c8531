#include "core/bitcoin/address.h"
#include "core/bitcoin/block_audit.h"
#include "core/bitcoin/target.h"
#include "core/util/hex.h"
#include "core/util/system_files.h"
#include "tools/cli/block_file.h"
#include "tools/cli/commands.h"
#include "tools/cli/console.h"

#include <fmt/format.h>

namespace warp::cli {

namespace {

/// Digits of the largest block, twice over.
constexpr std::size_t MAX_FILE_BYTES = 4 * 4'000'000;

void printPayments(const bitcoin::Transaction& coinbase, bitcoin::Network network)
{
    for (const bitcoin::TxOut& output : coinbase.vout) {
        if (output.value.value() == 0) {
            continue;
        }
        const auto address = bitcoin::encodeAddress(output.script, network);
        printLine(fmt::format("  pays          {} to {}", bitcoinText(output.value.value()),
                              address ? *address : "script " + util::toHex(output.script)));
    }
}

void printBlock(const bitcoin::Block& block, bitcoin::Network network)
{
    const auto target = bitcoin::Target::fromCompact(block.header.bits);
    printLine(fmt::format("Block {}", bitcoin::toDisplayHex(block.header.hash())));
    if (!block.transactions.empty()) {
        const auto height = bitcoin::coinbaseHeight(block.transactions.front());
        printLine("  height        " + (height ? std::to_string(*height) : "not stated"));
    }
    printLine("  on            " + bitcoin::toDisplayHex(block.header.previous));
    printLine("  time          " + timeText(block.header.time));
    printLine(fmt::format("  difficulty    {:.6g}, its hash {:.6g}",
                          target ? target->toDifficulty().value() : 0,
                          bitcoin::difficultyOfHash(block.header.hash()).value()));
    printLine(
        fmt::format("  transactions  {}, weight {}", block.transactions.size(), block.weight()));
    if (!block.transactions.empty()) {
        printPayments(block.transactions.front(), network);
    }
}

/// Where the file says something else than the block in it.
std::vector<std::string> compareNote(const SpoolNote& note, const bitcoin::Block& block)
{
    std::vector<std::string> faults;
    if (note.hash != block.header.hash()) {
        faults.emplace_back("the file names another hash");
    }
    if (block.transactions.empty() ||
        note.height != bitcoin::coinbaseHeight(block.transactions.front())) {
        faults.emplace_back("the file names another height");
    }
    return faults;
}

int verify(const BlockFile& file, bitcoin::Network network)
{
    const auto block = bitcoin::Block::parse(file.block);
    if (!block) {
        printError(fmt::format("This is not a block: {}.", describe(block.error())));
        return EXIT_REFUSED;
    }
    printBlock(*block, network);
    std::vector<std::string> faults;
    for (const bitcoin::BlockFault fault : bitcoin::findFaults(*block)) {
        faults.emplace_back(describe(fault));
    }
    if (file.note) {
        const auto further = compareNote(*file.note, *block);
        faults.insert(faults.end(), further.begin(), further.end());
    }
    for (const std::string& fault : faults) {
        printLine("  FAULT         " + fault);
    }
    if (!faults.empty()) {
        return EXIT_REFUSED;
    }
    printLine("Proof of work, merkle root and witness commitment are right.");
    return EXIT_GOOD;
}

int runVerifyBlock(const config::ProgramArguments& arguments)
{
    std::optional<bitcoin::Network> network;
    if (arguments.isSet("network")) {
        network = bitcoin::networkFromChainName(arguments.value("network"));
        if (!network) {
            printError("--network is one of main, test, testnet4, signet, regtest");
            return EXIT_USAGE;
        }
    }
    const std::string& path = arguments.operands().front();
    util::SystemFiles files;
    const auto content = files.read(path, MAX_FILE_BYTES);
    if (!content) {
        printError(fmt::format("{}: {}", path, describe(content.error())));
        return EXIT_REFUSED;
    }
    const auto file = readBlockFile(*content);
    if (!file) {
        printError(fmt::format("{}: {}", path, file.error()));
        return EXIT_REFUSED;
    }
    const auto noted = file->note ? file->note->network : std::nullopt;
    return verify(*file, network.value_or(noted.value_or(bitcoin::Network::Main)));
}

} // namespace

Command verifyBlockCommand()
{
    return {
        .manual = {.name = "verify-block",
                   .operands = "FILE",
                   .summary = "Check a block without a node, and say whom it pays",
                   .text = "FILE is a block of the pool's spool, a block in hexadecimal digits as "
                           "submitblock takes it, or its bytes. Checked are the form, the hash "
                           "against the target that the header names, the merkle root, the witness "
                           "commitment and the weight; of a spool file also its checksum. Whether "
                           "the block is on the best chain only a node can tell.",
                   .options = {{.name = "network",
                                .valueName = "NAME",
                                .help = "Spell addresses for this network: main, test, testnet4, "
                                        "signet or regtest. A spool file knows its own."}}},
        .run = runVerifyBlock};
}

} // namespace warp::cli
