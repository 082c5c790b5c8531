// Any result of getblocktemplate. One that is taken keeps what every job relies on.
#include "core/bitcoin/target.h"
#include "core/bitcoin/witness_commitment.h"
#include "core/node/template_parser.h"
#include "core/util/assert.h"

#include <cstddef>
#include <cstdint>
#include <string>

using namespace warp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto result = node::parseBlockTemplate(
        node::RpcResult::fromJson(std::string(reinterpret_cast<const char*>(data), size)), {});
    if (!result) {
        WARP_ASSERT(result.error().code == node::NodeErrorCode::Malformed);
        return 0;
    }
    const mining::BlockTemplate& read = **result;
    WARP_ASSERT(read.height > 0 && read.coinbaseValue.value() >= 0);
    WARP_ASSERT(bitcoin::Target::fromCompact(read.bits).has_value());
    std::size_t length = 0;
    for (const auto& transaction : read.transactions) {
        WARP_ASSERT(transaction.hexLength > 0 && transaction.hexLength % 2 == 0);
        length += transaction.hexLength;
    }
    const std::string text = mining::joined(*read.transactionsHex);
    WARP_ASSERT(length == text.size() && length == read.textBytes);
    WARP_ASSERT(text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos);
    WARP_ASSERT(!read.witnessCommitmentScript ||
                read.witnessCommitmentScript->size() >= bitcoin::WITNESS_COMMITMENT_SCRIPT_SIZE);
    return 0;
}
