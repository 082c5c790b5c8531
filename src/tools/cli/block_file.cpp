#include "tools/cli/block_file.h"

#include "core/bitcoin/sha256d.h"
#include "core/util/hex.h"

#include <algorithm>
#include <charconv>

namespace warp::cli {

namespace {

constexpr std::string_view SPOOL_BLOCK = "warppool-block ";
constexpr std::string_view SPOOL_STATE = "warppool-state ";
constexpr std::string_view SPOOL_VERSION = "1";

/// What stands before the next `separator`, which is taken too; the rest where there is none.
std::string_view take(std::string_view& text, char separator)
{
    const std::size_t end = text.find(separator);
    const std::string_view word = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return word;
}

template <class T>
std::optional<T> parseNumber(std::string_view text)
{
    T number{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    return fault == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                    : std::nullopt;
}

util::Result<BlockFile, std::string> readSpoolFile(std::string_view content)
{
    const auto fail = [](std::string_view reason) { return util::Unexpected(std::string(reason)); };
    std::string_view head = take(content, '\n');
    take(head, ' ');
    if (take(head, ' ') != SPOOL_VERSION) {
        return fail("a spool file of another version of the program");
    }
    const auto size = parseNumber<std::size_t>(take(head, ' '));
    if (!size || *size > content.size()) {
        return fail("a spool file that is shorter than it says");
    }
    std::string_view body = content.substr(0, *size);
    if (util::toHex(bitcoin::sha256(util::asBytes(body)).bytes) != head) {
        return fail("a spool file whose checksum differs: it was written in part or changed");
    }
    BlockFile file{.block = {}, .note = SpoolNote{}};
    while (!body.empty()) {
        std::string_view line = take(body, '\n');
        const std::string_view key = take(line, ' ');
        if (key == "hash") {
            file.note->hash = bitcoin::fromDisplayHex(line);
        } else if (key == "network") {
            file.note->network = bitcoin::networkFromChainName(line);
        } else if (key == "height") {
            file.note->height = parseNumber<std::int64_t>(line);
        } else if (key == "worker") {
            file.note->worker = line;
        } else if (key == "block") {
            auto bytes = util::fromHex(line);
            if (!bytes) {
                return fail("a spool file whose block is not in hexadecimal digits");
            }
            file.block = std::move(*bytes);
        }
    }
    if (file.block.empty()) {
        return fail("a spool file without a block");
    }
    return file;
}

} // namespace

util::Result<BlockFile, std::string> readBlockFile(std::string_view content)
{
    if (content.starts_with(SPOOL_BLOCK)) {
        return readSpoolFile(content);
    }
    if (content.starts_with(SPOOL_STATE)) {
        return util::Unexpected(
            std::string("the record of a block; the block is in the file beside it"));
    }
    std::string digits;
    digits.reserve(content.size());
    std::ranges::copy_if(content, std::back_inserter(digits), [](char each) {
        return each != ' ' && each != '\n' && each != '\r' && each != '\t';
    });
    if (auto bytes = util::fromHex(digits); bytes && !bytes->empty()) {
        return BlockFile{.block = std::move(*bytes), .note = std::nullopt};
    }
    const util::ByteView bytes = util::asBytes(content);
    return BlockFile{.block = util::Bytes(bytes.begin(), bytes.end()), .note = std::nullopt};
}

} // namespace warp::cli
