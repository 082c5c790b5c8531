#include "core/stratum/v2/message_sets.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace warp::stratum::v2 {

namespace {

template <class Field>
struct LongestField
{
    static constexpr std::size_t SIZE = sizeof(Field);
};

template <>
struct LongestField<bitcoin::Target> : LongestField<bitcoin::Hash256>
{};

template <std::size_t Prefix, std::size_t Max>
struct LongestField<SizedBytes<Prefix, Max>>
{
    static constexpr std::size_t SIZE = Prefix + Max;
};

template <>
struct LongestField<std::string_view> : LongestField<Bytes255>
{};

template <>
struct LongestField<std::optional<std::uint32_t>>
{
    static constexpr std::size_t SIZE = 1 + sizeof(std::uint32_t);
};

template <class Element, std::unsigned_integral Count>
struct LongestField<Sequence<Element, Count>>
{
    using List = Sequence<Element, Count>;
    static constexpr std::size_t SIZE = List::PREFIX + List::MAX_COUNT * List::ELEMENT_SIZE;
};

template <>
struct LongestField<BlobList>
{
    static constexpr std::size_t SIZE = FrameHeader::MAX_PAYLOAD;
};

template <class... Field>
constexpr std::uint32_t sumOf(std::type_identity<std::tuple<Field&...>> /*fields*/)
{
    const std::size_t sum = (LongestField<Field>::SIZE + ...) + TLV_ALLOWANCE;
    return static_cast<std::uint32_t>(std::min<std::size_t>(sum, FrameHeader::MAX_PAYLOAD));
}

/// What the table needs of one message; the table is searched by extension and type.
template <class Set>
struct Entry
{
    MessageKind kind;
    std::uint32_t limit = 0;
    DecodeResult<Set> (*decode)(util::ByteView) = nullptr;
};

template <class Set, class Kind>
DecodeResult<Set> decodeAs(util::ByteView payload)
{
    WARP_TRY(decoded, decodePayload<Kind>(payload));
    return Decoded<Set>{Set(std::in_place_type<Kind>, decoded.message), decoded.trailing};
}

template <class Set, class Kind>
constexpr Entry<Set> entryOf()
{
    using Fields = decltype(Kind::fieldsOf(std::declval<Kind&>()));
    static_assert(Kind::KIND.scope == FrameScope::Connection ||
                      std::is_same_v<std::tuple_element_t<0, Fields>, std::uint32_t&>,
                  "a message of a channel begins with the channel's identifier");
    return {Kind::KIND, sumOf(std::type_identity<Fields>()), &decodeAs<Set, Kind>};
}

template <class... Kind>
constexpr auto tableOf(std::type_identity<std::variant<UnknownMessage, Kind...>> /*set*/)
{
    using Set = std::variant<UnknownMessage, Kind...>;
    return std::array{entryOf<Set, Kind>()...};
}

template <class Set>
const Entry<Set>* find(const FrameHeader& header)
{
    static constexpr auto TABLE = tableOf(std::type_identity<Set>());
    const auto found = std::ranges::find_if(TABLE, [&header](const Entry<Set>& entry) {
        return entry.kind.type == header.type && entry.kind.extension == header.extension;
    });
    return found == TABLE.end() ? nullptr : &*found;
}

template <class Set>
std::uint32_t limitIn(const FrameHeader& header)
{
    const auto* entry = find<Set>(header);
    return entry == nullptr ? DEFAULT_PAYLOAD_LIMIT : entry->limit;
}

} // namespace

template <class Set>
DecodeResult<Set> decodeFrame(const FrameHeader& header, util::ByteView payload)
{
    if (const auto* entry = find<Set>(header)) {
        return entry->decode(payload);
    }
    return Decoded<Set>{UnknownMessage{header.extension, header.type}, {}};
}

template DecodeResult<MiningMessage> decodeFrame(const FrameHeader&, util::ByteView);
template DecodeResult<JobDeclarationMessage> decodeFrame(const FrameHeader&, util::ByteView);
template DecodeResult<TemplateMessage> decodeFrame(const FrameHeader&, util::ByteView);

std::uint32_t payloadLimit(Protocol protocol, const FrameHeader& header)
{
    switch (protocol) {
    case Protocol::Mining:
        return std::min(limitIn<MiningMessage>(header), DEFAULT_PAYLOAD_LIMIT);
    case Protocol::JobDeclaration:
        return limitIn<JobDeclarationMessage>(header);
    case Protocol::TemplateDistribution:
        return limitIn<TemplateMessage>(header);
    }
    return DEFAULT_PAYLOAD_LIMIT;
}

} // namespace warp::stratum::v2
