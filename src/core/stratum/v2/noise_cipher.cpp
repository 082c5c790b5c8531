#include "core/stratum/v2/noise_cipher.h"

#include "core/util/assert.h"
#include "core/util/freed.h"

#include <algorithm>
#include <array>
#include <openssl/evp.h>
#include <sodium/crypto_onetimeauth_poly1305.h>

namespace warp::stratum::v2 {

namespace {

constexpr std::size_t NONCE_SIZE = 12;
constexpr std::size_t STREAM_BLOCK = 64;
constexpr std::size_t LENGTHS_SIZE = 16;

enum class Direction : std::uint8_t { Seal, Open };

unsigned char* raw(std::byte* bytes)
{
    return reinterpret_cast<unsigned char*>(bytes);
}

const unsigned char* raw(const std::byte* bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes);
}

/// Wrong sizes and an exhausted memory are the ways in which the cipher itself fails.
void require(int result)
{
    WARP_ASSERT(result == 1);
}

constexpr std::size_t roundUp(std::size_t size, std::size_t unit)
{
    return (size + unit - 1) / unit * unit;
}

/// The whole construction by OpenSSL; for one block.
class LongBlock final
{
public:
    LongBlock(const CipherKey& key, std::uint64_t count, Direction direction,
              util::ByteView associated)
    {
        WARP_ASSERT(m_context);
        // 32 zero bits and the count, little-endian (specification 4.4.1).
        std::array<std::byte, NONCE_SIZE> nonce{};
        util::storeLittleEndian<std::uint64_t>(std::span(nonce).last<8>(), count);
        require(EVP_CipherInit_ex(m_context.get(), EVP_chacha20_poly1305(), nullptr,
                                  raw(key.bytes().data()), raw(nonce.data()),
                                  direction == Direction::Seal ? 1 : 0));
        update(associated, nullptr);
    }

    void update(util::ByteView in, std::byte* out)
    {
        if (in.empty()) {
            return;
        }
        int written = 0;
        require(EVP_CipherUpdate(m_context.get(), out == nullptr ? nullptr : raw(out), &written,
                                 raw(in.data()), static_cast<int>(in.size())));
    }
    [[nodiscard]] bool finish()
    {
        std::array<unsigned char, STREAM_BLOCK> unused{};
        int written = 0;
        return EVP_CipherFinal_ex(m_context.get(), unused.data(), &written) == 1;
    }
    void control(int command, std::byte* tag)
    {
        require(EVP_CIPHER_CTX_ctrl(m_context.get(), command, NoiseCipher::TAG_SIZE, tag));
    }

private:
    std::unique_ptr<EVP_CIPHER_CTX, util::Freed<EVP_CIPHER_CTX_free>> m_context{
        EVP_CIPHER_CTX_new()};
};

} // namespace

/// The working memory of one short block, wiped as far as it was used.
struct NoiseCipher::ShortBlock
{
    explicit ShortBlock(std::size_t plainSize)
        : size(plainSize)
    {}
    ~ShortBlock() { wipe(std::span(stream).first(streamSize())); }
    ShortBlock(const ShortBlock&) = delete;
    ShortBlock& operator=(const ShortBlock&) = delete;

    /// Whole blocks of the stream: OpenSSL is slow with a part of one.
    [[nodiscard]] std::size_t streamSize() const
    {
        return STREAM_BLOCK + roundUp(size, STREAM_BLOCK);
    }
    /// In and out may be the same.
    void crypt(const std::byte* in, std::byte* out) const
    {
        for (std::size_t i = 0; i < size; ++i) {
            out[i] = in[i] ^ stream[STREAM_BLOCK + i];
        }
    }
    /// What the tag is made of: the ciphertext in `message`, padded, and the lengths of the
    /// associated data, which is empty, and of the ciphertext (RFC 8439, 2.8).
    [[nodiscard]] util::ByteView authenticated()
    {
        const std::size_t padded = roundUp(size, LENGTHS_SIZE);
        std::fill(message.begin() + static_cast<std::ptrdiff_t>(size),
                  message.begin() + static_cast<std::ptrdiff_t>(padded + LENGTHS_SIZE),
                  std::byte{0});
        util::storeLittleEndian<std::uint64_t>(
            std::span<std::byte, 8>(message.data() + padded + LENGTHS_SIZE / 2, 8), size);
        return std::span(message).first(padded + LENGTHS_SIZE);
    }
    /// The one-time key is the beginning of the stream's first block.
    [[nodiscard]] const unsigned char* tagKey() const { return raw(stream.data()); }

    std::size_t size;
    std::array<std::byte, STREAM_BLOCK + MAX_SHORT_BLOCK> stream;
    std::array<std::byte, MAX_SHORT_BLOCK + LENGTHS_SIZE> message;
};

void NoiseCipher::ContextDeleter::operator()(evp_cipher_ctx_st* context) const
{
    EVP_CIPHER_CTX_free(context);
}

NoiseCipher::NoiseCipher(const CipherKey& key)
    : m_key(key)
    , m_stream(EVP_CIPHER_CTX_new())
{
    WARP_ASSERT(m_stream);
    require(EVP_EncryptInit_ex(m_stream.get(), EVP_chacha20(), nullptr, raw(key.bytes().data()),
                               nullptr));
}

void NoiseCipher::makeKeystream(ShortBlock& block)
{
    // OpenSSL's counter of 32 bits, from 0, and then the nonce as above.
    std::array<std::byte, 4 + NONCE_SIZE> start{};
    util::storeLittleEndian<std::uint64_t>(std::span(start).last<8>(), m_count);
    require(EVP_CipherInit_ex(m_stream.get(), nullptr, nullptr, nullptr, raw(start.data()), -1));
    const std::size_t size = block.streamSize();
    std::fill_n(block.stream.begin(), size, std::byte{0});
    int written = 0;
    require(EVP_CipherUpdate(m_stream.get(), raw(block.stream.data()), &written,
                             raw(block.stream.data()), static_cast<int>(size)));
}

void NoiseCipher::sealShort(util::ByteView plain, std::span<std::byte> out)
{
    ShortBlock block(plain.size());
    makeKeystream(block);
    block.crypt(plain.data(), block.message.data());
    std::copy_n(block.message.data(), block.size, out.data());
    const util::ByteView message = block.authenticated();
    crypto_onetimeauth_poly1305(raw(out.data() + block.size), raw(message.data()), message.size(),
                                block.tagKey());
}

bool NoiseCipher::openShort(util::ByteView sealed, std::span<std::byte> out)
{
    ShortBlock block(out.size());
    makeKeystream(block);
    std::copy_n(sealed.data(), block.size, block.message.data());
    const util::ByteView message = block.authenticated();
    if (crypto_onetimeauth_poly1305_verify(raw(sealed.data() + block.size), raw(message.data()),
                                           message.size(), block.tagKey()) != 0) {
        return false;
    }
    block.crypt(block.message.data(), out.data());
    return true;
}

void NoiseCipher::seal(util::ByteView associated, util::ByteView plain, std::span<std::byte> out)
{
    WARP_ASSERT(out.size() == plain.size() + TAG_SIZE);
    if (associated.empty() && plain.size() <= MAX_SHORT_BLOCK) {
        sealShort(plain, out);
    } else {
        LongBlock block(m_key, m_count, Direction::Seal, associated);
        block.update(plain, out.data());
        WARP_ASSERT(block.finish());
        block.control(EVP_CTRL_AEAD_GET_TAG, out.data() + plain.size());
    }
    ++m_count;
}

bool NoiseCipher::open(util::ByteView associated, util::ByteView sealed, std::span<std::byte> out)
{
    WARP_ASSERT(sealed.size() >= TAG_SIZE && out.size() == sealed.size() - TAG_SIZE);
    bool isOpened = false;
    if (associated.empty() && out.size() <= MAX_SHORT_BLOCK) {
        isOpened = openShort(sealed, out);
    } else {
        // OpenSSL takes the tag through a pointer that is not const.
        std::array<std::byte, TAG_SIZE> tag{};
        std::copy_n(sealed.data() + out.size(), TAG_SIZE, tag.begin());
        LongBlock block(m_key, m_count, Direction::Open, associated);
        block.control(EVP_CTRL_AEAD_SET_TAG, tag.data());
        block.update(sealed.first(out.size()), out.data());
        isOpened = block.finish();
    }
    m_count += isOpened ? 1 : 0;
    return isOpened;
}

} // namespace warp::stratum::v2
