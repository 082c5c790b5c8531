#include "core/config/folder_lock.h"
#include "core/stratum/v2/authority_key.h"
#include "core/stratum/v2/curve.h"
#include "core/util/file_mode.h"
#include "core/util/random.h"
#include "core/util/system_environment.h"
#include "core/util/system_files.h"
#include "tools/cli/commands.h"
#include "tools/cli/console.h"
#include "tools/cli/replacement.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

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

enum class Force : std::uint8_t { No, Yes };

/// A sentence where no key may be made; else empty.
std::string whyNotMade(util::Files& files, const std::filesystem::path& path,
                       const std::filesystem::path& target, Force force)
{
    const std::filesystem::path folder = path.parent_path();
    if (const auto holder = config::findLockHolder(files, folder)) {
        return fmt::format("the pool is running in {} (process {}) and would go on with the key "
                           "that it has: stop it first",
                           folder.string(), *holder);
    }
    std::error_code code;
    // A link is something, wherever it leads: the key may lie on a disk that is not there yet.
    if (std::filesystem::exists(std::filesystem::symlink_status(path, code)) &&
        force == Force::No) {
        return fmt::format("{} is there already: miners know the pool by it. --force makes "
                           "another one in its place.",
                           path.string());
    }
    struct stat owner = {};
    const bool isThere =
        ::stat(target.c_str(), &owner) == 0 || ::stat(target.parent_path().c_str(), &owner) == 0;
    if (isThere && owner.st_uid != ::geteuid()) {
        return fmt::format("{} belongs to another user, who could not read a key of yours: run "
                           "this as that user",
                           target.string());
    }
    return {};
}

int runGenerate(const config::ProgramArguments& arguments)
{
    const auto path = keyPath(arguments);
    if (!path) {
        return EXIT_USAGE;
    }
    util::SystemFiles files;
    static_cast<void>(files.makeDirectories(path->parent_path()));
    const std::filesystem::path target = behindLinks(*path);
    if (const std::string reason =
            whyNotMade(files, *path, target, arguments.isSet("force") ? Force::Yes : Force::No);
        !reason.empty()) {
        printError(reason);
        return EXIT_REFUSED;
    }
    util::SystemRandom random;
    const stratum::v2::Curve curve(random);
    const AuthorityKey key = AuthorityKey::generate(curve, random);
    const stratum::v2::SecretText text = key.fileText();
    const auto written =
        files.replaceDurably(target, util::asBytes(text.reveal()), util::FileAccess::Private);
    if (!written) {
        printError(fmt::format("{}: {}", target.string(), describe(written.error())));
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
                               "key that is there is never replaced without --force, nor the key "
                               "of a pool that is running.",
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
