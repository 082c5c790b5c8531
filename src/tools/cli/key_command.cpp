#include "core/stratum/v2/authority_key.h"
#include "core/stratum/v2/curve.h"
#include "core/util/file_mode.h"
#include "core/util/random.h"
#include "core/util/system_environment.h"
#include "core/util/system_files.h"
#include "tools/cli/commands.h"
#include "tools/cli/console.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

namespace warp::cli {

namespace {

using stratum::v2::AuthorityKey;

std::optional<std::filesystem::path> keyPath(const config::ProgramArguments& arguments)
{
    const auto loaded = loadSettings(arguments, config::Completeness::Optional);
    return loaded ? std::optional(loaded->settings.server.dataDirectory /
                                  stratum::v2::AUTHORITY_KEY_FILE)
                  : std::nullopt;
}

int runGenerate(const config::ProgramArguments& arguments)
{
    const auto path = keyPath(arguments);
    if (!path) {
        return EXIT_USAGE;
    }
    util::SystemFiles files;
    const auto existing = files.read(*path, stratum::v2::MAX_KEY_FILE_BYTES);
    const bool isFree = !existing && existing.error() == util::FileError::NotFound;
    if (!isFree && !arguments.isSet("force")) {
        printError(fmt::format("{} is there already: miners know the pool by it. --force makes "
                               "another one in its place.",
                               path->string()));
        return EXIT_REFUSED;
    }
    static_cast<void>(files.makeDirectories(path->parent_path()));
    util::SystemRandom random;
    const stratum::v2::Curve curve(random);
    const AuthorityKey key = AuthorityKey::generate(curve, random);
    const stratum::v2::SecretText text = key.fileText();
    const auto written =
        files.replaceDurably(*path, util::asBytes(text.reveal()), util::FileAccess::Private);
    if (!written) {
        printError(fmt::format("{}: {}", path->string(), describe(written.error())));
        return EXIT_REFUSED;
    }
    printLine(stratum::v2::toText(key.publicKey()));
    return EXIT_GOOD;
}

/// Others on this machine who can read the key can pose as the pool.
void warnOfReaders(const std::filesystem::path& path)
{
    if (const auto open = util::describeOpenness(util::permissionsOf(path))) {
        printError(fmt::format("warning: {}: {}", path.string(), *open));
    }
}

int runShow(const config::ProgramArguments& arguments)
{
    const auto path = keyPath(arguments);
    if (!path) {
        return EXIT_USAGE;
    }
    util::SystemFiles files;
    auto content = files.read(*path, stratum::v2::MAX_KEY_FILE_BYTES);
    if (!content) {
        printError(fmt::format("{}: {}", path->string(), describe(content.error())));
        return EXIT_REFUSED;
    }
    const stratum::v2::SecretText text(*std::move(content));
    util::SystemRandom random;
    const auto key = AuthorityKey::parseFile(stratum::v2::Curve(random), text.reveal());
    if (!key) {
        printError(fmt::format("{}: {}", path->string(), describe(key.error())));
        return EXIT_REFUSED;
    }
    warnOfReaders(*path);
    printLine(stratum::v2::toText(key->publicKey()));
    return EXIT_GOOD;
}

} // namespace

Command generateKeyCommand()
{
    std::vector<config::ManualOption> options = settingsOptions();
    options.push_back({.name = "force",
                       .valueName = "",
                       .help = "Replace a key that is there. Every miner that was given it has to "
                               "be given the new one."});
    return {.manual = {.name = "gen-sv2-key",
                       .operands = "",
                       .summary = "Make the key by which Stratum V2 miners know the pool",
                       .text = "Writes v2_authority.key into the data folder, readable by its "
                               "owner alone, and prints the public key, which miners are given. A "
                               "key that is there is never replaced without --force.",
                       .options = std::move(options)},
            .run = runGenerate};
}

Command showKeyCommand()
{
    return {.manual = {.name = "sv2-key",
                       .operands = "",
                       .summary = "Print the public key that Stratum V2 miners are given",
                       .text = "Reads v2_authority.key of the data folder. Exit code 1 where there "
                               "is none, or where it is damaged.",
                       .options = settingsOptions()},
            .run = runShow};
}

} // namespace warp::cli
