// The samples of the Stratum V2 job declaration and template distribution protocols; see
// v2_samples.h.
#pragma once

#include "tests/core/stratum/v2_samples.h"

#include <tuple>

namespace warp::stratum::v2::test {

inline auto declarationSamples()
{
    return std::tuple{
        Sample<AllocateMiningJobToken>{{.userIdentifier = "user.worker", .requestId = REQUEST},
                                       "000050100000"
                                       "0b757365722e776f726b657208070605"},
        Sample<AllocateMiningJobTokenSuccess>{
            {.requestId = REQUEST, .miningJobToken = TOKEN, .coinbaseTxOutputs = THREE},
            "0000510d0000"
            "08070605030908070300aaaaaa"},
        Sample<ProvideMissingTransactions>{
            {.requestId = REQUEST, .unknownTxPositionList = POSITIONS},
            "0000550a0000"
            "08070605020000000201"},
        Sample<ProvideMissingTransactionsSuccess>{{.requestId = REQUEST, .transactionList = BLOBS},
                                                  "000056130000"
                                                  "080706050300030000aaaaaa000000010000bb"},
        Sample<DeclareMiningJob>{{.requestId = REQUEST,
                                  .miningJobToken = TOKEN,
                                  .version = VERSION,
                                  .coinbaseTxPrefix = THREE,
                                  .coinbaseTxSuffix = ONE,
                                  .wtxidList = PATH,
                                  .excessData = {}},
                                 "000057580000"
                                 "0807060503090807000000200300aaaaaa0100bb020020212223242526272829"
                                 "2a2b2c2d2e2f303132333435363738393a3b3c3d3e3f60616263646566676869"
                                 "6a6b6c6d6e6f707172737475767778797a7b7c7d7e7f0000"},
        Sample<DeclareMiningJobSuccess>{{.requestId = REQUEST, .newMiningJobToken = TOKEN},
                                        "000058080000"
                                        "0807060503090807"},
        Sample<DeclareMiningJobError>{
            {.requestId = REQUEST, .errorCode = CODE, .errorDetails = THREE},
            "000059130000"
            "08070605096261642d7468696e670300aaaaaa"},
        Sample<PushSolution>{{.extranonce = FIVE,
                              .prevHash = ROW,
                              .nonce = NONCE,
                              .ntime = NTIME,
                              .nbits = BITS,
                              .version = VERSION},
                             "000060360000"
                             "050102030405000102030405060708090a0b0c0d0e0f10111213141516171819"
                             "1a1b1c1d1e1f2423222134333231ffff001d00000020"}};
}

inline auto templateSamples()
{
    return std::tuple{
        Sample<CoinbaseOutputConstraints>{{.coinbaseOutputMaxAdditionalSize = 0x0102,
                                           .coinbaseOutputMaxAdditionalSigops = 0x0304},
                                          "000070060000"
                                          "020100000403"},
        Sample<NewTemplate>{{.templateId = TEMPLATE,
                             .futureTemplate = true,
                             .version = VERSION,
                             .coinbaseTxVersion = 2,
                             .coinbasePrefix = FIVE,
                             .coinbaseTxInputSequence = 0xFFFFFFFE,
                             .coinbaseTxValueRemaining = 312'500'000,
                             .coinbaseTxOutputsCount = 1,
                             .coinbaseTxOutputs = THREE,
                             .coinbaseTxLocktime = 6,
                             .merklePath = PATH},
                            "000071710000"
                            "5857565554535251010000002002000000050102030405feffffff205fa01200"
                            "000000010000000300aaaaaa0600000002202122232425262728292a2b2c2d2e"
                            "2f303132333435363738393a3b3c3d3e3f606162636465666768696a6b6c6d6e"
                            "6f707172737475767778797a7b7c7d7e7f"},
        Sample<SetNewTemplatePrevHash>{
            {.templateId = TEMPLATE,
             .prevHash = ROW,
             .headerTimestamp = NTIME,
             .nBits = BITS,
             .target = target()},
            "000072500000"
            "5857565554535251000102030405060708090a0b0c0d0e0f1011121314151617"
            "18191a1b1c1d1e1f34333231ffff001dc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
            "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"},
        Sample<RequestTransactionData>{{.templateId = TEMPLATE},
                                       "000073080000"
                                       "5857565554535251"},
        Sample<RequestTransactionDataSuccess>{
            {.templateId = TEMPLATE, .excessData = {}, .transactionList = BLOBS},
            "000074190000"
            "585756555453525100000300030000aaaaaa000000010000bb"},
        Sample<RequestTransactionDataError>{{.templateId = TEMPLATE, .errorCode = CODE},
                                            "000075120000"
                                            "5857565554535251096261642d7468696e67"},
        Sample<SubmitSolution>{{.templateId = TEMPLATE,
                                .version = VERSION,
                                .headerTimestamp = NTIME,
                                .headerNonce = NONCE,
                                .coinbaseTx = THREE},
                               "000076190000"
                               "58575655545352510000002034333231242322210300aaaaaa"}};
}

} // namespace warp::stratum::v2::test
