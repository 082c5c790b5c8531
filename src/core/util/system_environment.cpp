#include "core/util/system_environment.h"

#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

extern char** environ; // NOLINT(readability-redundant-declaration): POSIX puts it in no header

namespace warp::util {

std::map<std::string, std::string, std::less<>> systemEnvironment()
{
    std::map<std::string, std::string, std::less<>> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) {
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return variables;
}

std::optional<std::filesystem::perms> permissionsOf(const std::filesystem::path& path)
{
    std::error_code code;
    const std::filesystem::file_status status = std::filesystem::status(path, code);
    if (code || !std::filesystem::exists(status)) {
        return std::nullopt;
    }
    return status.permissions();
}

bool isErrorJournalled(const std::map<std::string, std::string, std::less<>>& environment)
{
    const auto stream = environment.find("JOURNAL_STREAM");
    struct stat status{};
    // The variable is inherited; whether it is about this standard error only the file tells.
    return stream != environment.end() && ::fstat(STDERR_FILENO, &status) == 0 &&
           stream->second == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

} // namespace warp::util
