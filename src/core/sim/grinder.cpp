#include "core/sim/grinder.h"

#include "core/bitcoin/sha256d.h"

#include <span>

namespace warp::sim {

namespace {

/// Place of the nonce in the 80 bytes of a header.
constexpr std::size_t NONCE_OFFSET = 76;

bitcoin::Hash256 merkleRoot(const GrinderWork& work, util::ByteView extranonce2)
{
    if (work.merkleRoot) {
        return *work.merkleRoot;
    }
    util::Bytes coinbase = work.job->coinbasePrefix;
    util::append(coinbase, work.extranonce1);
    util::append(coinbase, extranonce2);
    util::append(coinbase, work.job->coinbaseSuffix);
    bitcoin::Hash256 root = bitcoin::sha256d(coinbase);
    for (const bitcoin::Hash256& neighbour : work.job->branch) {
        root = bitcoin::hashPair(root, neighbour);
    }
    return root;
}

} // namespace

Grinder::Grinder(GrinderWork work, util::Random& random)
    : m_work(std::move(work))
    , m_random(random)
    , m_networkTarget(bitcoin::Target::fromCompact(m_work.job->bits).value_or(bitcoin::Target()))
    , m_extranonce2(m_work.extranonce2Size)
    , m_time(m_work.job->time)
{
    m_random.fill(m_extranonce2);
    if (m_extranonce2.empty()) {
        m_nonce = m_random.uint32();
    }
}

GrinderResult Grinder::hashOne()
{
    return describe(hashNext());
}

void Grinder::grind(std::uint64_t count, const bitcoin::Target& target,
                    std::vector<GrinderResult>& out)
{
    for (; count > 0; --count) {
        const bitcoin::Hash256 hash = hashNext();
        if (target.isMetBy(hash) || m_networkTarget.isMetBy(hash)) {
            out.push_back(describe(hash));
        }
    }
}

void Grinder::rollExtranonce()
{
    for (std::byte& digit : m_extranonce2) {
        digit = static_cast<std::byte>(std::to_integer<unsigned>(digit) + 1U);
        if (digit != std::byte{0}) {
            break;
        }
    }
    m_versionBits = m_random.uint32() & m_work.versionMask;
    if (!m_extranonce2.empty()) {
        m_nonce = m_random.uint32(); // else it goes on, so that no header comes twice
    }
    m_noncesLeft = NONCES_PER_EXTRANONCE;
    bitcoin::BlockHeader header;
    // BIP 320: the bits outside of the mask stay as the pool sent them.
    header.version = (m_work.job->version & ~m_work.versionMask) | m_versionBits;
    header.previous = m_work.job->previous;
    header.merkleRoot = merkleRoot(m_work, m_extranonce2);
    header.time = m_time;
    header.bits = m_work.job->bits;
    m_header = header.serialize();
}

bitcoin::Hash256 Grinder::hashNext()
{
    if (m_noncesLeft == 0) {
        rollExtranonce();
    }
    --m_noncesLeft;
    ++m_nonce;
    util::storeLittleEndian(std::span(m_header).subspan<NONCE_OFFSET, sizeof(m_nonce)>(), m_nonce);
    return bitcoin::sha256d(m_header);
}

GrinderResult Grinder::describe(const bitcoin::Hash256& hash) const
{
    GrinderResult result;
    result.extranonce2 = m_extranonce2;
    result.time = bitcoin::BlockHeader::parse(m_header).time;
    result.nonce = m_nonce;
    if (m_work.versionMask != 0) {
        result.versionBits = m_versionBits;
    }
    result.hash = hash;
    result.isBlock = m_networkTarget.isMetBy(hash);
    return result;
}

} // namespace warp::sim
