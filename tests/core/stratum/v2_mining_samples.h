// The samples of the Stratum V2 mining protocol; see v2_samples.h.
#pragma once

#include "tests/core/stratum/v2_samples.h"

#include <optional>
#include <tuple>

namespace warp::stratum::v2::test {

inline auto channelSamples()
{
    return std::tuple{
        Sample<OpenStandardMiningChannel>{
            {.requestId = REQUEST,
             .userIdentity = "user.worker",
             .nominalHashRate = Float32::of(1e12F),
             .maxTarget = target()},
            "000010340000"
            "080706050b757365722e776f726b6572a5d46853c0c1c2c3c4c5c6c7c8c9cacb"
            "cccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"},
        Sample<OpenStandardMiningChannelSuccess>{
            {.requestId = REQUEST,
             .channelId = CHANNEL,
             .target = target(),
             .extranoncePrefix = FIVE,
             .groupChannelId = GROUP},
            "000011320000"
            "0807060504030201c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7"
            "d8d9dadbdcdddedf05010203040544434241"},
        Sample<OpenMiningChannelError>{{.requestId = REQUEST, .errorCode = CODE},
                                       "0000120e0000"
                                       "08070605096261642d7468696e67"},
        Sample<OpenExtendedMiningChannel>{
            {.requestId = REQUEST,
             .userIdentity = "user.worker",
             .nominalHashRate = Float32::of(1e12F),
             .maxTarget = target(),
             .minExtranonceSize = 8},
            "000013360000"
            "080706050b757365722e776f726b6572a5d46853c0c1c2c3c4c5c6c7c8c9cacb"
            "cccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf0800"},
        Sample<OpenExtendedMiningChannelSuccess>{
            {.requestId = REQUEST,
             .channelId = CHANNEL,
             .target = target(),
             .extranonceSize = 8,
             .extranoncePrefix = FIVE,
             .groupChannelId = GROUP},
            "000014340000"
            "0807060504030201c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7"
            "d8d9dadbdcdddedf080005010203040544434241"},
        Sample<UpdateChannel>{{.channelId = CHANNEL,
                               .nominalHashRate = Float32::of(1e12F),
                               .maximumTarget = target()},
                              "008016280000"
                              "04030201a5d46853c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7"
                              "d8d9dadbdcdddedf"},
        Sample<UpdateChannelError>{{.channelId = CHANNEL, .errorCode = CODE},
                                   "0080170e0000"
                                   "04030201096261642d7468696e67"},
        Sample<CloseChannel>{{.channelId = CHANNEL, .reasonCode = CODE},
                             "0080180e0000"
                             "04030201096261642d7468696e67"},
        Sample<SetExtranoncePrefix>{{.channelId = CHANNEL, .extranoncePrefix = FIVE},
                                    "0080190a0000"
                                    "04030201050102030405"},
        Sample<SetTarget>{{.channelId = CHANNEL, .maximumTarget = target()},
                          "008021240000"
                          "04030201c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadb"
                          "dcdddedf"},
        Sample<SetGroupChannel>{{.groupChannelId = GROUP, .channelIds = CHANNELS},
                                "0000250e0000"
                                "4443424102000403020108070605"}};
}

inline auto shareSamples()
{
    return std::tuple{
        Sample<SubmitSharesStandard>{{.channelId = CHANNEL,
                                      .sequenceNumber = SEQUENCE,
                                      .jobId = JOB,
                                      .nonce = NONCE,
                                      .ntime = NTIME,
                                      .version = VERSION},
                                     "00801a180000"
                                     "04030201141312110d0c0b0a242322213433323100000020"},
        Sample<SubmitSharesExtended>{
            {.channelId = CHANNEL,
             .sequenceNumber = SEQUENCE,
             .jobId = JOB,
             .nonce = NONCE,
             .ntime = NTIME,
             .version = VERSION,
             .extranonce = FIVE},
            "00801b1e0000"
            "04030201141312110d0c0b0a242322213433323100000020050102030405"},
        Sample<SubmitSharesSuccess>{{.channelId = CHANNEL,
                                     .lastSequenceNumber = SEQUENCE,
                                     .newSubmitsAcceptedCount = 10,
                                     .newSharesSum = TEMPLATE},
                                    "00801c140000"
                                    "04030201141312110a0000005857565554535251"},
        Sample<SubmitSharesError>{
            {.channelId = CHANNEL, .sequenceNumber = SEQUENCE, .errorCode = CODE},
            "00801d120000"
            "0403020114131211096261642d7468696e67"}};
}

inline auto jobSamples()
{
    return std::tuple{
        Sample<NewMiningJob>{{.channelId = CHANNEL,
                              .jobId = JOB,
                              .minNtime = NTIME,
                              .version = VERSION,
                              .merkleRoot = ROW},
                             "008015310000"
                             "040302010d0c0b0a013433323100000020000102030405060708090a0b0c0d0e"
                             "0f101112131415161718191a1b1c1d1e1f"},
        Sample<NewExtendedMiningJob>{
            {.channelId = CHANNEL,
             .jobId = JOB,
             .minNtime = std::nullopt,
             .version = VERSION,
             .versionRollingAllowed = true,
             .merklePath = PATH,
             .coinbaseTxPrefix = THREE,
             .coinbaseTxSuffix = ONE},
            "00801f570000"
            "040302010d0c0b0a00000000200102202122232425262728292a2b2c2d2e2f30"
            "3132333435363738393a3b3c3d3e3f606162636465666768696a6b6c6d6e6f70"
            "7172737475767778797a7b7c7d7e7f0300aaaaaa0100bb"},
        Sample<SetNewPrevHash>{
            {.channelId = CHANNEL, .jobId = JOB, .prevHash = ROW, .minNtime = NTIME, .nbits = BITS},
            "008020300000"
            "040302010d0c0b0a000102030405060708090a0b0c0d0e0f1011121314151617"
            "18191a1b1c1d1e1f34333231ffff001d"}};
}

inline auto customJobSamples()
{
    return std::tuple{Sample<SetCustomMiningJob>{
                          {.channelId = CHANNEL,
                           .requestId = REQUEST,
                           .miningJobToken = TOKEN,
                           .version = VERSION,
                           .prevHash = ROW,
                           .minNtime = NTIME,
                           .nbits = BITS,
                           .coinbaseTxVersion = 2,
                           .coinbasePrefix = FIVE,
                           .coinbaseTxInputNSequence = 0xFFFFFFFE,
                           .coinbaseTxOutputs = THREE,
                           .coinbaseTxLocktime = 6,
                           .merklePath = PATH},
                          "008022900000"
                          "04030201080706050309080700000020000102030405060708090a0b0c0d0e0f"
                          "101112131415161718191a1b1c1d1e1f34333231ffff001d0200000005010203"
                          "0405feffffff0300aaaaaa0600000002202122232425262728292a2b2c2d2e2f"
                          "303132333435363738393a3b3c3d3e3f606162636465666768696a6b6c6d6e6f"
                          "707172737475767778797a7b7c7d7e7f"},
                      Sample<SetCustomMiningJobSuccess>{
                          {.channelId = CHANNEL, .requestId = REQUEST, .jobId = JOB},
                          "0080230c0000"
                          "04030201080706050d0c0b0a"},
                      Sample<SetCustomMiningJobError>{
                          {.channelId = CHANNEL, .requestId = REQUEST, .errorCode = CODE},
                          "008024120000"
                          "0403020108070605096261642d7468696e67"}};
}

inline auto miningSamples()
{
    return std::tuple_cat(channelSamples(), shareSamples(), jobSamples(), customJobSamples());
}

} // namespace warp::stratum::v2::test
