// CipherState of the specification (4.4.1): ChaCha20-Poly1305 with a counter that starts at 0 and
// rises by one a block. One for each direction of a connection, owned by its session; allocates
// nothing for blocks of a usual size. Not thread-safe.
#pragma once

#include "core/stratum/v2/wiped_bytes.h"
#include "core/util/bytes.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct evp_cipher_ctx_st;

namespace warp::stratum::v2 {

using CipherKey = WipedBytes<32>;

class NoiseCipher final
{
public:
    /// Authenticates a block; follows its ciphertext.
    static constexpr std::size_t TAG_SIZE = 16;
    /// A message has some thirty bytes and a job less than a kilobyte: what OpenSSL's interface
    /// costs a block is as much as the cipher itself then. Blocks of up to this size are put
    /// together from ChaCha20 and Poly1305 as RFC 8439 has it, in half the time; larger ones, and
    /// those of a handshake, are left to OpenSSL whole.
    static constexpr std::size_t MAX_SHORT_BLOCK = 1024;

    explicit NoiseCipher(const CipherKey& key);
    /// Moved-from ones can only be destroyed.
    NoiseCipher(NoiseCipher&&) = default;
    NoiseCipher& operator=(NoiseCipher&&) = default;

    /// Encrypts one block and counts on.
    /// @param out  plain.size() + TAG_SIZE bytes; may begin where `plain` does.
    void seal(util::ByteView associated, util::ByteView plain, std::span<std::byte> out);
    /// Decrypts one block and counts on; false, and no count, where its tag is wrong. What stands
    /// in `out` then is not to be used. Tags are compared in constant time.
    /// @param sealed  at least TAG_SIZE bytes.
    /// @param out     sealed.size() - TAG_SIZE bytes; may begin where `sealed` does.
    [[nodiscard]] bool open(util::ByteView associated, util::ByteView sealed,
                            std::span<std::byte> out);

    /// Blocks so far.
    [[nodiscard]] std::uint64_t count() const { return m_count; }

private:
    struct ContextDeleter
    {
        void operator()(evp_cipher_ctx_st* context) const;
    };
    struct ShortBlock;

    void makeKeystream(ShortBlock& block);
    void sealShort(util::ByteView plain, std::span<std::byte> out);
    [[nodiscard]] bool openShort(util::ByteView sealed, std::span<std::byte> out);

    CipherKey m_key;
    // Plain ChaCha20, with the key.
    std::unique_ptr<evp_cipher_ctx_st, ContextDeleter> m_stream;
    std::uint64_t m_count = 0;
};

} // namespace warp::stratum::v2
