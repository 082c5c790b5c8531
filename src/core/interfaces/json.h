// The service's values as JSON, for a PoolService on the other side of a wire and for files. Every
// value travels in an envelope with the number of its format: fields that are not known are
// ignored, missing ones take their defaults. Input is hostile. Pure; safe on any thread.
#pragma once

#include "core/interfaces/command.h"
#include "core/interfaces/pool_event.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/interfaces/query.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace warp::interfaces {

/// Rises by one with each change of what is written.
inline constexpr std::uint32_t JSON_FORMAT = 1;
/// Longer input is refused: a snapshot of ten thousand workers has a third of this.
inline constexpr std::size_t MAX_JSON_BYTES = std::size_t{32} * 1024 * 1024;
/// Deeper input is refused; what is written has at most 10 levels.
inline constexpr std::size_t MAX_JSON_DEPTH = 24;

struct JsonFault
{
    std::string path;   ///< e.g. "value.blocks[3].hash"; empty for the text as a whole
    std::string reason; ///< English; holds no values

    friend bool operator==(const JsonFault&, const JsonFault&) = default;
};

template <class T>
struct Decoded
{
    T value;
    std::uint32_t format = 0; ///< as written; one above ours was readable all the same
};

/// For PoolSnapshot, PoolEvent, Query, QueryReply, Command and CommandReply.
///
/// Enumerators and alternatives are their names, times are numbers (wall in milliseconds, boot and
/// durations in their unit), bytes are hexadecimal, hashes as people see them. Numbers with a
/// fraction are text, so that not one bit is lost. Text that is not UTF-8 is {"hex": ...}. A
/// command holds its password: it is for the wire alone, never for a log.
template <class T>
[[nodiscard]] std::string toJson(const T& value);

/// For the same types. Nothing but a whole, readable value is taken.
template <class T>
[[nodiscard]] util::Result<Decoded<T>, JsonFault> fromJson(std::string_view text);

} // namespace warp::interfaces
