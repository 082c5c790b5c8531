#include "core/util/append_file.h"

#include "core/util/file_error.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace warp::util {

namespace {

constexpr mode_t LOG_MODE = 0640;

class SystemAppendFile final : public AppendFile
{
public:
    SystemAppendFile(int descriptor, std::uint64_t size)
        : m_descriptor(descriptor)
        , m_size(size)
    {}
    ~SystemAppendFile() override { ::close(m_descriptor); }
    SystemAppendFile(const SystemAppendFile&) = delete;
    SystemAppendFile& operator=(const SystemAppendFile&) = delete;

    [[nodiscard]] Result<void, FileError> append(ByteView bytes) override
    {
        while (!bytes.empty()) {
            const ssize_t written = ::write(m_descriptor, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) {
                continue;
            }
            if (written < 0) {
                return Unexpected(fileErrorOf(errno));
            }
            m_size += static_cast<std::uint64_t>(written);
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
        return {};
    }
    [[nodiscard]] std::uint64_t size() const override { return m_size; }

private:
    int m_descriptor;
    std::uint64_t m_size;
};

} // namespace

Result<std::unique_ptr<AppendFile>, FileError> openAppendFile(const std::filesystem::path& path)
{
    // Whoever watches a log may have put a pipe there: nobody waits for its reader.
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, LOG_MODE);
    if (descriptor < 0) {
        return Unexpected(fileErrorOf(errno));
    }
    struct stat status{};
    const bool isKnown = ::fstat(descriptor, &status) == 0;
    return std::unique_ptr<AppendFile>(std::make_unique<SystemAppendFile>(
        descriptor, isKnown ? static_cast<std::uint64_t>(status.st_size) : 0));
}

} // namespace warp::util
