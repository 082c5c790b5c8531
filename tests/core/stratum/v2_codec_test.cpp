#include "core/stratum/v2/message_codec.h"

#include "core/stratum/v2/message_sets.h"
#include "core/util/hex.h"
#include "core/util/random.h"
#include "tests/core/stratum/v2_mining_samples.h"
#include "tests/core/stratum/v2_other_samples.h"
#include "tests/core/stratum/v2_samples.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <concepts>
#include <deque>
#include <string>
#include <variant>

namespace {

using namespace warp;
using namespace warp::stratum::v2;

template <class Kind, class... Sets>
constexpr bool isOneOf(std::type_identity<std::variant<Sets...>> /*set*/)
{
    return (std::is_same_v<Kind, Sets> || ...);
}

template <class Set, class Kind>
constexpr bool HOLDS = isOneOf<Kind>(std::type_identity<Set>());

auto allSamples()
{
    return std::tuple_cat(stratum::v2::test::commonSamples(), stratum::v2::test::miningSamples(),
                          stratum::v2::test::declarationSamples(),
                          stratum::v2::test::templateSamples(),
                          stratum::v2::test::extensionSamples());
}

/// Calls for every message of the four protocols and of extension 1.
template <class Function>
void forEachSample(Function function)
{
    std::apply([&function](const auto&... sample) { (function(sample), ...); }, allSamples());
}

util::Bytes bytesOf(std::string_view hex)
{
    return util::fromHex(hex).value_or(util::Bytes());
}

FrameHeader headerOf(util::ByteView frame)
{
    return FrameHeader::parse(frame.first<FrameHeader::SIZE>());
}

template <class Set, class Kind>
bool decodesAs(const FrameHeader& header, util::ByteView payload, const Kind& message)
{
    const auto decoded = decodeFrame<Set>(header, payload);
    return decoded && std::holds_alternative<Kind>(decoded->message) &&
           std::get<Kind>(decoded->message) == message && decoded->trailing.empty();
}

/// By every protocol that has the message, and by no other.
template <class Kind>
bool isDispatched(const FrameHeader& header, util::ByteView payload, const Kind& message)
{
    const auto check = [&]<class Set>(std::type_identity<Set>) {
        if constexpr (HOLDS<Set, Kind>) {
            return decodesAs<Set>(header, payload, message);
        } else {
            const auto decoded = decodeFrame<Set>(header, payload);
            return decoded && std::holds_alternative<UnknownMessage>(decoded->message) &&
                   std::get<UnknownMessage>(decoded->message) ==
                       UnknownMessage{header.extension, header.type};
        }
    };
    return check(std::type_identity<MiningMessage>()) &&
           check(std::type_identity<JobDeclarationMessage>()) &&
           check(std::type_identity<TemplateMessage>());
}

/// Fills the fields of messages with any values and keeps what they view.
class RandomFields final
{
public:
    explicit RandomFields(std::uint64_t seed)
        : m_random(seed)
    {}

    template <Message Kind>
    Kind make()
    {
        Kind message;
        std::apply([this](auto&... field) { (this->fill(field), ...); }, Kind::fieldsOf(message));
        return message;
    }

private:
    template <std::unsigned_integral Number>
    void fill(Number& out)
    {
        out = static_cast<Number>(m_random.uint64());
    }
    void fill(bool& out) { out = m_random.below(2) == 1; }
    void fill(Float32& out) { out.bits = m_random.uint32(); }
    void fill(bitcoin::Hash256& out) { m_random.fill(out.bytes); }
    void fill(bitcoin::Target& out)
    {
        bitcoin::Hash256 raw;
        fill(raw);
        out = bitcoin::Target(bitcoin::Uint256::fromHash(raw));
    }
    void fill(std::string_view& out) { out = util::asText(bytes(Bytes255::MAX)); }
    void fill(std::optional<std::uint32_t>& out)
    {
        if (m_random.below(2) == 1) {
            fill(out.emplace());
        }
    }
    template <std::size_t Prefix, std::size_t Max>
    void fill(SizedBytes<Prefix, Max>& out)
    {
        out = bytes(Max);
    }
    template <class Element, std::unsigned_integral Count>
    void fill(Sequence<Element, Count>& out)
    {
        auto& kept = std::get<std::deque<std::vector<Element>>>(m_lists);
        auto& elements = kept.emplace_back(length(Sequence<Element, Count>::MAX_COUNT));
        for (Element& element : elements) {
            fill(element);
        }
        out = elements;
    }
    void fill(BlobList& out)
    {
        auto& blobs = m_blobs.emplace_back(length(BlobList::MAX_COUNT));
        for (util::ByteView& blob : blobs) {
            blob = bytes(Bytes16M::MAX);
        }
        out = blobs;
    }

    /// Short ones mostly; now and then one that needs two bytes of length, and the longest.
    std::size_t length(std::size_t max)
    {
        const std::size_t choice = m_random.below(8);
        const std::size_t bound = choice == 0 ? 400 : 12;
        return choice == 1 && max <= Bytes255::MAX ? max : m_random.below(std::min(max, bound) + 1);
    }
    util::ByteView bytes(std::size_t max)
    {
        util::Bytes& made = m_bytes.emplace_back(length(max));
        m_random.fill(made);
        return made;
    }

    util::SeededRandom m_random;
    std::deque<util::Bytes> m_bytes;
    std::deque<std::vector<util::ByteView>> m_blobs;
    std::tuple<std::deque<std::vector<bitcoin::Hash256>>, std::deque<std::vector<std::uint16_t>>,
               std::deque<std::vector<std::uint32_t>>>
        m_lists;
};

class V2CodecTest final : public QObject
{
    Q_OBJECT

private slots:
    // SV2-18 (little-endian header, extension 0 of core messages), SV2-19 (the bit by the table),
    // R056, R063 (each 256-bit field is among them), R074
    void encodesEveryMessageAsTheReferenceDoes()
    {
        int count = 0;
        forEachSample([&count](const auto& sample) {
            util::Bytes out;
            appendFrame(out, sample.message);
            QCOMPARE(util::toHex(out), std::string(sample.frame));
            ++count;
        });
        QCOMPARE(count, 44);
    }

    // R056, R063, R074
    void decodesEveryMessageOfTheReference()
    {
        forEachSample([](const auto& sample) {
            const util::Bytes frame = bytesOf(sample.frame);
            const FrameHeader header = headerOf(frame);
            const auto payload = util::ByteView(frame).subspan(FrameHeader::SIZE);
            QCOMPARE(std::size_t{header.payloadSize}, payload.size());
            QVERIFY(isDispatched(header, payload, sample.message));
        });
    }

    // SV2-20
    void ignoresTheChannelBitOnReceipt()
    {
        forEachSample([](const auto& sample) {
            util::Bytes frame = bytesOf(sample.frame);
            frame[1] ^= std::byte{0x80};
            const FrameHeader header = headerOf(frame);
            QVERIFY(header.scope != sample.message.KIND.scope);
            QVERIFY(isDispatched(header, util::ByteView(frame).subspan(FrameHeader::SIZE),
                                 sample.message));
        });
    }

    // SV2-21: what the session is to discard silently says so itself.
    void tellsUnknownExtensionsFromUnknownMessages()
    {
        const auto decode = [](std::uint16_t extension, std::uint8_t type) {
            const auto frame = decodeFrame<MiningMessage>(
                {.extension = extension, .scope = FrameScope::Connection, .type = type}, {});
            const auto* unknown = frame ? std::get_if<UnknownMessage>(&frame->message) : nullptr;
            return unknown == nullptr ? UnknownMessage{0xFFFF, 0xFF} : *unknown;
        };
        QVERIFY(decode(0x4000, 0x00) == (UnknownMessage{0x4000, 0x00}));
        QVERIFY(decode(0x0002, 0x10) == (UnknownMessage{0x0002, 0x10}));
        QVERIFY(decode(0x0001, 0x03) == (UnknownMessage{0x0001, 0x03}));
        QVERIFY(decode(0x0000, 0x1E) == (UnknownMessage{0x0000, 0x1E}));
        QVERIFY(decode(0x0000, 0x50) == (UnknownMessage{0x0000, 0x50}));
    }

    // SV2-24
    void refusesEveryMessageCutShort()
    {
        RandomFields random(24);
        forEachSample([&random](const auto& sample) {
            using Kind = std::remove_cvref_t<decltype(sample.message)>;
            for (int round = 0; round < 4; ++round) {
                util::Bytes payload;
                appendPayload(payload, round == 0 ? sample.message : random.make<Kind>());
                for (std::size_t size = 0; size < payload.size(); ++size) {
                    // Memory of its own, so that a read past the end is one past the allocation.
                    const util::Bytes cut(payload.begin(),
                                          payload.begin() + static_cast<std::ptrdiff_t>(size));
                    const auto decoded = decodePayload<Kind>(cut);
                    QVERIFY(!decoded);
                    QVERIFY(decoded.error() == WireFault::Truncated);
                }
            }
        });
    }

    void returnsWhatItWasGiven()
    {
        RandomFields random(7);
        forEachSample([&random](const auto& sample) {
            using Kind = std::remove_cvref_t<decltype(sample.message)>;
            for (int round = 0; round < 50; ++round) {
                const Kind message = random.make<Kind>();
                util::Bytes payload;
                appendPayload(payload, message);
                const auto decoded = decodePayload<Kind>(payload);
                QVERIFY(decoded);
                QVERIFY(decoded->message == message && decoded->trailing.empty());
                util::Bytes again;
                appendPayload(again, decoded->message);
                QVERIFY(again == payload);
            }
        });
    }

    // SV2-25
    void leavesTrailingBytesToTheCaller()
    {
        const util::Bytes tail = bytesOf("ff00ff00ff");
        forEachSample([&tail](const auto& sample) {
            util::Bytes frame;
            appendFrame(frame, sample.message, tail);
            const FrameHeader header = headerOf(frame);
            QCOMPARE(std::size_t{header.payloadSize}, frame.size() - FrameHeader::SIZE);
            const auto decoded = decodePayload<std::remove_cvref_t<decltype(sample.message)>>(
                util::ByteView(frame).subspan(FrameHeader::SIZE));
            QVERIFY(decoded);
            QVERIFY(decoded->message == sample.message);
            QVERIFY(std::ranges::equal(decoded->trailing, tail));
        });
    }
};

WARP_TEST_CLASS(V2CodecTest);

} // namespace

#include "v2_codec_test.moc"
