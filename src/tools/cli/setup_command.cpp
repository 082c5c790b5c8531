#include "core/util/system_files.h"
#include "tools/cli/commands.h"
#include "tools/cli/console.h"
#include "tools/cli/node_question.h"
#include "tools/cli/payout_text.h"
#include "tools/cli/questions.h"
#include "tools/cli/setup_answers.h"
#include "tools/cli/stored_settings.h"
#include "tools/cli/terminal.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

namespace warp::cli {

namespace {

void printZmqAdvice(const ZmqOffer& offer)
{
    if (!offer.isKnown) {
        printLine("It does not say whether it announces blocks over ZMQ; the pool asks it every "
                  "second.");
        return;
    }
    printLine(
        "It announces no blocks over ZMQ: the pool asks it every second. Miners get new work\n"
        "sooner with this line in its bitcoin.conf, and setup run again afterwards:\n"
        "  zmqpubhashblock=tcp://127.0.0.1:28332");
}

/// Tries the publisher that is stored, or else the one that the node names, and sets it where it
/// can be reached.
void settleZmq(const StoredSettings& stored, SetupAnswers& answers)
{
    std::string endpoint = stored.value("node", "zmq_hashblock_addr");
    const bool isStored = !endpoint.empty();
    if (!isStored) {
        const ZmqOffer offer = askForZmq(answers.node);
        endpoint = offer.hashBlock;
        if (endpoint.empty()) {
            printZmqAdvice(offer);
            return;
        }
    }
    answers.node.zmqHashBlock = endpoint;
    if (lookAt(answers.node).hasHashBlock) {
        printLine(fmt::format("It announces blocks over ZMQ at {}: connected.", endpoint));
        answers.changes.push_back({.name = "node.zmq_hashblock_addr", .value = endpoint});
        return;
    }
    printLine(fmt::format("Its ZMQ publisher {} cannot be reached from here; the pool {}.",
                          endpoint,
                          isStored ? "keeps trying" : "asks the node every second instead"));
}

/// What the node is and, where it is one, what it offers.
std::optional<bitcoin::Network> probe(const StoredSettings& stored, SetupAnswers& answers)
{
    const node::ProbeResult result = lookAt(answers.node);
    const std::string conflict = conflictOf(result, answers.chain, answers.address);
    printLine(describe(result) + (conflict.empty() ? "" : " " + conflict));
    if (!result.chain) {
        return std::nullopt;
    }
    settleZmq(stored, answers);
    return conflict.empty() ? std::optional(result.chain->network) : std::nullopt;
}

void showPayout(const StoredSettings& stored, const SetupAnswers& answers, bitcoin::Network network)
{
    const auto settings = stored.preview(answers.changes);
    if (!settings) {
        return;
    }
    const auto work = askForTemplate(answers.node, network);
    if (!work) {
        printLine("It gives no work yet, so that what a block would pay cannot be shown.");
        return;
    }
    const auto text = payoutText(**work, settings->mining, network);
    static_cast<void>(std::fputs(text ? text->c_str() : (text.error() + "\n").c_str(), stdout));
}

int refuse()
{
    printError("Nothing was written.");
    return EXIT_REFUSED;
}

int runSetup(const config::ProgramArguments& arguments)
{
    const auto path = configPath(arguments);
    if (!path) {
        printError("HOME is not set; name a file with --config.");
        return EXIT_USAGE;
    }
    util::SystemFiles files;
    StoredSettings stored(files, *path);
    auto answers = askForNode(arguments, stored);
    if (!answers) {
        return refuse();
    }
    const auto network = probe(stored, *answers);
    if (!askForListeners(arguments, stored, answers->changes)) {
        return refuse();
    }
    if (network) {
        showPayout(stored, *answers, *network);
    }
    if (isTerminal() && !confirm(fmt::format("Write these settings to {}", path->string()))) {
        return refuse();
    }
    if (!stored.write(answers->changes, answers->password)) {
        return EXIT_REFUSED;
    }
    printLine("Written: " + path->string());
    printLine("Start the pool with: warppool --no-gui --config " + path->string());
    return EXIT_GOOD;
}

} // namespace

Command setupCommand()
{
    return {
        .manual =
            {.name = "setup",
             .operands = "",
             .summary = "Ask for what the pool needs, and write its configuration",
             .text = "Asks for what no option gives, on a terminal or over a pipe, until each "
                     "answer is good. On a terminal it looks for nodes on this machine first, and "
                     "asks where to listen. It asks the node whether it answers, is on the chain "
                     "of the address and announces its blocks over ZMQ, and shows what the next "
                     "block would pay. Nothing is written before all is answered. Of files that "
                     "are there only these settings are changed, and what they hold is offered. "
                     "The password is read from the input alone, unseen, and kept in secrets.toml.",
             .options =
                 {{.name = "config",
                   .valueName = "FILE",
                   .help = "Write FILE instead of the usual place."},
                  {.name = "chain",
                   .valueName = "NAME",
                   .help = "auto, main, test, testnet4, signet or regtest."},
                  {.name = "payout-address",
                   .valueName = "ADDRESS",
                   .help = "What every block pays."},
                  {.name = "rpc-url", .valueName = "URL", .help = "The node's RPC address."},
                  {.name = "rpc-cookie", .valueName = "FILE", .help = "The node's cookie file."},
                  {.name = "rpc-user",
                   .valueName = "NAME",
                   .help = "RPC user, instead of a cookie file."},
                  {.name = "pool-listen",
                   .valueName = "ADDRESS",
                   .help = "Where miners connect, such as :3333, or off."},
                  {.name = "status-listen",
                   .valueName = "ADDRESS",
                   .help = "Where status and metrics are served, such as 127.0.0.1:18334, or "
                           "off."}}},
        .run = runSetup};
}

} // namespace warp::cli
