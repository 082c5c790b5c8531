// Grinder: hashes headers of one job until they meet a target, as a mining device does. The only
// place in the project that searches for nonces (apart from the simulated node's own blocks).
// Owned by a SimulatedMiner; lives on its executor.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/header.h"
#include "core/bitcoin/target.h"
#include "core/stratum/v1/client_session.h"
#include "core/util/bytes.h"
#include "core/util/random.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace warp::sim {

/// What is to be hashed, by whichever protocol it came: the fields of mining.notify hold all that a
/// job of Stratum V2 says.
struct GrinderWork
{
    std::shared_ptr<const stratum::v1::ClientJob> job;
    /// Of a standard channel, whose miner knows no coinbase.
    std::optional<bitcoin::Hash256> merkleRoot;
    util::Bytes extranonce1;
    std::size_t extranonce2Size = 0; ///< 0: there is none to be rolled
    std::uint32_t versionMask = 0;   ///< 0: the version is sent back as it came
};

/// A header that was hashed, as the miner rolled it.
struct GrinderResult
{
    util::Bytes extranonce2;
    std::uint32_t time = 0;
    std::uint32_t nonce = 0;
    std::optional<std::uint32_t> versionBits; ///< present with a mask
    bitcoin::Hash256 hash{};
    bool isBlock = false; ///< meets the bits of the job
};

class Grinder final
{
public:
    /// Hashes of one extranonce2, so that even a slow device rolls it.
    static constexpr std::uint32_t NONCES_PER_EXTRANONCE = 4096;

    /// Begins at a random place, so that two devices or two lives of one do not repeat work.
    Grinder(GrinderWork work, util::Random& random);

    [[nodiscard]] const GrinderWork& work() const { return m_work; }
    /// nTime from the next extranonce2 on.
    void setTime(std::uint32_t time) { m_time = time; }

    /// One hash, whatever it meets.
    [[nodiscard]] GrinderResult hashOne();
    /// `count` hashes; appends those that meet `target` or the bits of the job.
    void grind(std::uint64_t count, const bitcoin::Target& target, std::vector<GrinderResult>& out);

private:
    void rollExtranonce();
    [[nodiscard]] bitcoin::Hash256 hashNext();
    [[nodiscard]] GrinderResult describe(const bitcoin::Hash256& hash) const;

    GrinderWork m_work;
    util::Random& m_random;
    bitcoin::Target m_networkTarget;
    util::Bytes m_extranonce2;
    std::uint32_t m_time = 0;
    std::uint32_t m_versionBits = 0;
    std::uint32_t m_nonce = 0;
    std::uint32_t m_noncesLeft = 0;
    std::array<std::byte, bitcoin::BlockHeader::SIZE> m_header{};
};

} // namespace warp::sim
