// A file that only grows and stays open, such as a log. Injected through its opener; production is
// openAppendFile(). One thread at a time.
#pragma once

#include "core/util/bytes.h"
#include "core/util/files.h"
#include "core/util/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace warp::util {

class AppendFile
{
public:
    virtual ~AppendFile() = default;

    /// Writes at the end. After an error a part may be there.
    [[nodiscard]] virtual Result<void, FileError> append(ByteView bytes) = 0;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
};

using AppendFileOpener = std::function<Result<std::unique_ptr<AppendFile>, FileError>(
    const std::filesystem::path& path)>;

/// Opens or makes the file, readable by its owner and group alone, as others may be shown no
/// addresses of miners.
[[nodiscard]] Result<std::unique_ptr<AppendFile>, FileError>
openAppendFile(const std::filesystem::path& path);

} // namespace warp::util
