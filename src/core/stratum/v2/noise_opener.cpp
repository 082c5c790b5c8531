#include "core/stratum/v2/noise_opener.h"

#include <algorithm>
#include <span>

namespace warp::stratum::v2 {

namespace {

/// Kept between frames, so that shares need no allocation: they have some sixty bytes.
constexpr std::size_t KEPT_BYTES = 256;

} // namespace

NoiseOpener::NoiseOpener(const CipherKey& key, PayloadLimitFn limitOf)
    : m_cipher(key)
    , m_limitOf(limitOf)
{}

util::Unexpected<FrameFault> NoiseOpener::fail(FrameFault fault)
{
    m_fault = fault;
    m_buffer = util::Bytes();
    return util::Unexpected(fault);
}

void NoiseOpener::forgetFrame()
{
    m_headerSize = 0;
    m_frame.header = {};
    m_opened = 0;
    if (m_buffer.capacity() > KEPT_BYTES) {
        m_buffer = util::Bytes(); // gives the memory back, which clear() does not
    }
    m_buffer.clear();
}

bool NoiseOpener::collectHeader(util::ByteView& input)
{
    const std::size_t taken = std::min(input.size(), SEALED_HEADER_SIZE - m_headerSize);
    std::copy_n(input.data(), taken, m_header.data() + m_headerSize);
    m_headerSize = static_cast<std::uint8_t>(m_headerSize + taken);
    input = input.subspan(taken);
    return m_headerSize == SEALED_HEADER_SIZE;
}

util::Result<void, FrameFault> NoiseOpener::openHeader()
{
    std::array<std::byte, FrameHeader::SIZE> header{};
    if (!m_cipher.open({}, m_header, header)) {
        return util::Unexpected(FrameFault::Unauthentic);
    }
    m_frame.header = FrameHeader::parse(header);
    if (m_frame.header.payloadSize > m_limitOf(m_frame.header)) {
        return util::Unexpected(FrameFault::TooLong);
    }
    return {};
}

/// True where the payload is whole.
util::Result<bool, FrameFault> NoiseOpener::collectPayload(util::ByteView& input)
{
    const std::size_t size = m_frame.header.payloadSize;
    while (m_opened < size) {
        const std::size_t plain = std::min(size - m_opened, MAX_BLOCK_PLAIN);
        const std::size_t missing = m_opened + plain + NoiseCipher::TAG_SIZE - m_buffer.size();
        const std::size_t taken = std::min(input.size(), missing);
        util::append(m_buffer, input.first(taken));
        input = input.subspan(taken);
        if (taken < missing) {
            return false;
        }
        const std::span block = std::span(m_buffer).subspan(m_opened);
        if (!m_cipher.open({}, block, block.first(plain))) {
            return util::Unexpected(FrameFault::Unauthentic);
        }
        m_opened += plain;
        m_buffer.resize(m_opened);
    }
    return true;
}

util::Result<std::optional<PlainFrame>, FrameFault> NoiseOpener::next(util::ByteView& input)
{
    if (m_fault) {
        return util::Unexpected(*m_fault);
    }
    const bool isHeaderOpen = m_headerSize == SEALED_HEADER_SIZE;
    if (isHeaderOpen && m_opened == m_frame.header.payloadSize) {
        forgetFrame(); // it was given by the last call
    }
    if (m_headerSize < SEALED_HEADER_SIZE) {
        if (!collectHeader(input)) {
            return std::optional<PlainFrame>();
        }
        const auto opened = openHeader();
        if (!opened) {
            return fail(opened.error());
        }
    }
    const auto isWhole = collectPayload(input);
    if (!isWhole) {
        return fail(isWhole.error());
    }
    if (!*isWhole) {
        return std::optional<PlainFrame>();
    }
    m_frame.payload = m_buffer;
    return std::optional(m_frame);
}

} // namespace warp::stratum::v2
