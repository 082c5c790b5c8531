#include "core/stratum/v2/noise_cipher.h"

#include "core/util/assert.h"

#include <algorithm>
#include <array>
#include <openssl/evp.h>

namespace warp::stratum::v2 {

namespace {

constexpr std::size_t NONCE_SIZE = 12;

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

} // namespace

void NoiseCipher::ContextDeleter::operator()(evp_cipher_ctx_st* context) const
{
    EVP_CIPHER_CTX_free(context);
}

NoiseCipher::NoiseCipher(const CipherKey& key, Direction direction)
    : m_context(EVP_CIPHER_CTX_new())
{
    WARP_ASSERT(m_context);
    require(EVP_CipherInit_ex(m_context.get(), EVP_chacha20_poly1305(), nullptr,
                              raw(key.bytes().data()), nullptr,
                              direction == Direction::Seal ? 1 : 0));
}

void NoiseCipher::start(util::ByteView associated)
{
    // 32 zero bits and the counter, little-endian (specification 4.4.1).
    std::array<std::byte, NONCE_SIZE> nonce{};
    util::storeLittleEndian<std::uint64_t>(std::span(nonce).last<8>(), m_count);
    require(EVP_CipherInit_ex(m_context.get(), nullptr, nullptr, nullptr, raw(nonce.data()), -1));
    int written = 0;
    if (!associated.empty()) {
        require(EVP_CipherUpdate(m_context.get(), nullptr, &written, raw(associated.data()),
                                 static_cast<int>(associated.size())));
    }
}

void NoiseCipher::seal(util::ByteView associated, util::ByteView plain, std::span<std::byte> out)
{
    WARP_ASSERT(out.size() == plain.size() + TAG_SIZE);
    start(associated);
    int written = 0;
    if (!plain.empty()) {
        require(EVP_CipherUpdate(m_context.get(), raw(out.data()), &written, raw(plain.data()),
                                 static_cast<int>(plain.size())));
    }
    std::byte* const tag = out.data() + plain.size();
    require(EVP_CipherFinal_ex(m_context.get(), raw(tag), &written));
    require(EVP_CIPHER_CTX_ctrl(m_context.get(), EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, tag));
    ++m_count;
}

bool NoiseCipher::open(util::ByteView associated, util::ByteView sealed, std::span<std::byte> out)
{
    WARP_ASSERT(sealed.size() >= TAG_SIZE && out.size() == sealed.size() - TAG_SIZE);
    start(associated);
    // OpenSSL takes the tag through a pointer that is not const.
    std::array<std::byte, TAG_SIZE> tag{};
    std::copy_n(sealed.data() + out.size(), TAG_SIZE, tag.begin());
    require(EVP_CIPHER_CTX_ctrl(m_context.get(), EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag.data()));
    int written = 0;
    if (!out.empty()) {
        require(EVP_CipherUpdate(m_context.get(), raw(out.data()), &written, raw(sealed.data()),
                                 static_cast<int>(out.size())));
    }
    // Compares the tags in constant time.
    if (EVP_CipherFinal_ex(m_context.get(), raw(tag.data()), &written) != 1) {
        return false;
    }
    ++m_count;
    return true;
}

} // namespace warp::stratum::v2
