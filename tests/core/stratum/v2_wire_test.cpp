#include "core/stratum/v2/wire_reader.h"

#include "core/stratum/v2/error_codes.h"
#include "core/stratum/v2/message_sets.h"
#include "core/stratum/v2/wire_writer.h"
#include "core/util/hex.h"
#include "core/util/log.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace {

using namespace warp;
using namespace warp::stratum::v2;

util::Bytes bytesOf(std::string_view hex)
{
    return util::fromHex(hex).value_or(util::Bytes());
}

/// Of reading one field of this type from the bytes.
template <class Field>
std::optional<WireFault> faultOf(const util::Bytes& bytes)
{
    Field field;
    WireReader reader(bytes);
    reader.read(field);
    return reader.fault();
}

FrameHeader headerOf(std::uint8_t type, std::uint16_t extension = 0)
{
    return {.extension = extension, .scope = FrameScope::Connection, .type = type};
}

class V2WireTest final : public QObject
{
    Q_OBJECT

private slots:
    // SV2-23
    void readsBitZeroOfABoolAlone()
    {
        const auto read = [](unsigned byte) {
            const util::Bytes raw{static_cast<std::byte>(byte)};
            WireReader reader(raw);
            bool flag = false;
            reader.read(flag);
            return flag;
        };
        QVERIFY(!read(0xFE) && !read(0x00) && read(0xFF) && read(0x01));
        util::Bytes out;
        WireWriter writer(out);
        writer.write(true);
        writer.write(false);
        QCOMPARE(util::toHex(out), std::string("0100"));
    }

    // SV2-24
    void refusesWrongLengths()
    {
        QVERIFY(faultOf<std::optional<std::uint32_t>>(bytesOf("020000000000000000")) ==
                WireFault::OptionCount);
        QVERIFY(faultOf<std::optional<std::uint32_t>>(bytesOf("01000000")) == WireFault::Truncated);
        QVERIFY(!faultOf<std::optional<std::uint32_t>>(bytesOf("00")));

        util::Bytes sized(34, std::byte{33});
        QVERIFY(faultOf<Bytes32>(sized) == WireFault::TooLong);
        QVERIFY(!faultOf<Bytes255>(sized));
        sized[0] = std::byte{32};
        QVERIFY(!faultOf<Bytes32>(sized));

        QVERIFY(faultOf<std::string_view>(bytesOf("0261")) == WireFault::Truncated);
        QVERIFY(faultOf<Bytes64K>(bytesOf("ffff61")) == WireFault::Truncated);
        QVERIFY(faultOf<HashPath>(bytesOf("ff")) == WireFault::Truncated);
        QVERIFY(faultOf<NumberList32>(bytesOf("ffff")) == WireFault::Truncated);
        QVERIFY(faultOf<BlobList>(bytesOf("ffff000000")) == WireFault::Truncated);
        QVERIFY(faultOf<BlobList>(bytesOf("0100ffffff")) == WireFault::Truncated);
        QVERIFY(!faultOf<BlobList>(bytesOf("0100000000")));
    }

    void keepsTheFirstFault()
    {
        const util::Bytes bytes = bytesOf("02aa");
        WireReader reader(bytes);
        std::optional<std::uint32_t> option;
        std::uint64_t number = 1;
        reader.read(option);
        reader.read(number);
        QVERIFY(reader.fault() == WireFault::OptionCount);
        QVERIFY(!option && number == 0);
        QVERIFY(!describe(WireFault::Truncated).empty() && !describe(WireFault::TooLong).empty() &&
                !describe(WireFault::OptionCount).empty());
    }

    // The message stays readable, so that its request can be answered by an error code.
    void hasNoValueForSenselessHashrates()
    {
        QVERIFY(Float32::of(0.0F).value() == 0.0F);
        QVERIFY(Float32::of(1e12F).value() == 1e12F);
        QVERIFY(!Float32::of(-1.0F).value());
        QVERIFY(!Float32::of(std::numeric_limits<float>::infinity()).value());
        QVERIFY(!Float32::of(std::nanf("")).value());
        const util::Bytes raw = bytesOf("0000c07f");
        WireReader reader(raw);
        Float32 field;
        reader.read(field);
        QVERIFY(!reader.fault() && !field.value());
    }

    void readsTargetsAsLittleEndianNumbers()
    {
        const util::Bytes raw =
            bytesOf("0100000000000000000000000000000000000000000000000000000000000080");
        WireReader reader(raw);
        bitcoin::Target target;
        reader.read(target);
        QVERIFY(target.value() == (bitcoin::Uint256(1) << 255) + bitcoin::Uint256(1));
    }

    void readsListsElementByElement()
    {
        const util::Bytes raw = bytesOf("0200aabbccdd"
                                        "0200"
                                        "010000ee"
                                        "000000");
        WireReader reader(raw);
        NumberList16 numbers;
        BlobList blobs;
        reader.read(numbers);
        reader.read(blobs);
        QVERIFY(!reader.fault());
        QVERIFY(numbers.toVector() == (std::vector<std::uint16_t>{0xBBAA, 0xDDCC}));
        const auto views = blobs.toVector();
        QCOMPARE(views.size(), std::size_t{2});
        QVERIFY(views[0].size() == 1 && views[0][0] == std::byte{0xEE} && views[1].empty());
    }

    // SV2-18
    void packsTheHeaderLittleEndian()
    {
        const FrameHeader header{.extension = 0x0ABC,
                                 .scope = FrameScope::Channel,
                                 .type = 0x1F,
                                 .payloadSize = 0x123456};
        util::Bytes out;
        header.appendTo(out);
        QCOMPARE(util::toHex(out), std::string("bc8a1f563412"));
        QVERIFY(FrameHeader::parse(std::span(out).first<FrameHeader::SIZE>()) == header);
    }

    // SV2-32 (codes of ours, and those of peers in a log)
    void sendsAndLogsPrintableCodesAlone()
    {
        const util::Bytes raw = bytesOf("03610a62");
        WireReader reader(raw);
        std::string_view code;
        reader.read(code);
        QVERIFY(!reader.fault() && code == "a\nb");
        QVERIFY(isPrintableCode(util::sanitize(code)));
        QVERIFY(std::ranges::all_of(error_codes::ALL, isPrintableCode));
        QVERIFY(std::ranges::none_of(error_codes::ALL, &std::string_view::empty));
        QVERIFY(!isPrintableCode("a\nb") && !isPrintableCode("\x7F") && !isPrintableCode("\xC3"));
    }

    void limitsPayloadsByMessage()
    {
        constexpr std::uint32_t ADD = TLV_ALLOWANCE;
        const auto mining = [](std::uint8_t type) {
            return payloadLimit(Protocol::Mining, headerOf(type));
        };
        QCOMPARE(mining(SubmitSharesStandard::KIND.type), 24 + ADD);
        QCOMPARE(mining(SubmitSharesExtended::KIND.type), 24 + 33 + ADD);
        QCOMPARE(mining(OpenStandardMiningChannel::KIND.type), 4 + 256 + 4 + 32 + ADD);
        QCOMPARE(mining(NewMiningJob::KIND.type), 4 + 4 + 5 + 4 + 32 + ADD);
        QCOMPARE(mining(SetCustomMiningJob::KIND.type), DEFAULT_PAYLOAD_LIMIT);
        QCOMPARE(mining(NewExtendedMiningJob::KIND.type), DEFAULT_PAYLOAD_LIMIT);
        QCOMPARE(mining(SetGroupChannel::KIND.type), DEFAULT_PAYLOAD_LIMIT);
        QCOMPARE(payloadLimit(Protocol::Mining, headerOf(0, 1)), DEFAULT_PAYLOAD_LIMIT);
        // Messages of no protocol, and those of another.
        QCOMPARE(mining(0x1E), DEFAULT_PAYLOAD_LIMIT);
        QCOMPARE(mining(ProvideMissingTransactionsSuccess::KIND.type), DEFAULT_PAYLOAD_LIMIT);
        QCOMPARE(payloadLimit(Protocol::Mining, headerOf(0x10, 0x4000)), DEFAULT_PAYLOAD_LIMIT);

        const auto declaration = [](std::uint8_t type) {
            return payloadLimit(Protocol::JobDeclaration, headerOf(type));
        };
        QCOMPARE(declaration(ProvideMissingTransactionsSuccess::KIND.type),
                 FrameHeader::MAX_PAYLOAD);
        QCOMPARE(declaration(DeclareMiningJob::KIND.type),
                 4 + 256 + 4 + 3 * 65537 + 2 + 65535 * 32 + ADD);
        QCOMPARE(declaration(AllocateMiningJobToken::KIND.type), 256 + 4 + ADD);
        QCOMPARE(declaration(SubmitSharesStandard::KIND.type), DEFAULT_PAYLOAD_LIMIT);
        QCOMPARE(payloadLimit(Protocol::TemplateDistribution,
                              headerOf(RequestTransactionDataSuccess::KIND.type)),
                 FrameHeader::MAX_PAYLOAD);
        QCOMPARE(payloadLimit(Protocol::TemplateDistribution,
                              headerOf(ProvideMissingTransactionsSuccess::KIND.type)),
                 DEFAULT_PAYLOAD_LIMIT);
    }
};

WARP_TEST_CLASS(V2WireTest);

} // namespace

#include "v2_wire_test.moc"
