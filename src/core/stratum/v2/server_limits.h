// What one Stratum V2 session may cost, and how it keeps time: the same for all.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace warp::stratum::v2 {

/// For a client's part of the handshake, then for SetupConnection, and from the answer of the
/// handshake to the first open channel.
inline constexpr std::chrono::seconds SETUP_TIMEOUT{10};
/// For ours: handshakes are paced, and who waits for one is not to blame.
inline constexpr std::chrono::seconds TURN_TIMEOUT{60};
/// From the first bytes of a frame that a tick saw to its last.
inline constexpr std::chrono::seconds FRAME_TIMEOUT{30};
inline constexpr std::chrono::seconds CHANNEL_TIMEOUT{30};
/// A miner that hears nothing for longer may take the pool for dead (ESP-Miner 180 s).
inline constexpr std::chrono::seconds LONGEST_SILENCE{60};
/// Channels of one connection (proxies have one for each of their miners, or a single one).
inline constexpr std::size_t MAX_CHANNELS = 1000;
/// Of all connections of an io thread. Beyond it each connection still has its first channel, so
/// that proxies cannot shut out the miners: how many connections there are is limited elsewhere.
inline constexpr std::size_t MAX_CHANNELS_OF_THREAD = 32'768;
/// Channels of a connection that were closed and whose shares may still be blocks.
inline constexpr std::size_t MAX_CLOSED_CHANNELS = 8;
/// Names that a proxy's channel may give its miners by extension 2; further ones count under the
/// channel's own.
inline constexpr std::size_t MAX_WORKER_NAMES = 256;
/// Messages that nobody knows; one more closes.
inline constexpr unsigned MAX_UNKNOWN_MESSAGES = 100;
/// Accepted shares that one answer stands for at most.
inline constexpr std::uint32_t MAX_BATCH = 10;
/// Changes of difficulty on one channel between two timer ticks.
inline constexpr unsigned MAX_CHANGES_PER_TICK = 4;
/// Jobs that a channel knows its client by number to have; more than any client keeps.
inline constexpr std::size_t MAX_SENT_JOBS = 512;
/// What is kept of a device's description.
inline constexpr std::size_t MAX_KEPT_TEXT_BYTES = 128;
/// Of a frame that comes in, whatever its type allows; no message of a miner's comes near it. As a
/// line of Stratum V1.
inline constexpr std::size_t MAX_FRAME_BYTES = 16 * 1024;
/// What may wait for a client beyond what may wait for any, for each of its channels. With payout
/// keys of their own a new tip is an empty job and then a full one for each: some 1.6 KiB where the
/// branch has 14 levels.
inline constexpr std::size_t PENDING_BYTES_PER_CHANNEL = 2 * 1024;
/// Bits of the header's version that a miner may roll (BIP 323).
inline constexpr std::uint32_t VERSION_MASK = 0x1fffffe0;

} // namespace warp::stratum::v2
