// Who is paid by a block: outputs for each payout key. A key stands for those whose work pays the
// same outputs; what its bytes mean is the policy's business. Immutable; any thread.
#pragma once

#include "core/mining/payout_split.h"
#include "core/util/bytes.h"
#include "core/util/strong.h"

#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

namespace warp::mining {

/// Empty where everybody's work pays the same.
struct PayoutKey
{
    util::Bytes bytes;

    friend auto operator<=>(const PayoutKey&, const PayoutKey&) = default;
};

enum class KeyUse : std::uint8_t {
    Shared,   ///< one coinbase for all sessions; the only key is the empty one
    Separate, ///< a coinbase for each key
};

/// A party with fixed parts, or a group that is paid by its work, is another implementation: its
/// keys name the party or the group, and its outputs are as many as it has members.
class PayoutPolicy
{
public:
    virtual ~PayoutPolicy() = default;

    [[nodiscard]] virtual KeyUse keyUse() const = 0;

    /// Outputs that sum exactly to `value`.
    /// @param key one that this policy gave out, by way of authorisation
    /// @param value 0 or more
    [[nodiscard]] virtual PayoutSplit split(const PayoutKey& key, util::Satoshi value) const = 0;

    /// A key whose outputs are at least as heavy, and cost at least as many signature operations,
    /// as those of any other. With KeyUse::Separate it is a dummy that pays nobody: transactions
    /// are chosen beside it, so that every key's coinbase fits.
    [[nodiscard]] virtual PayoutKey heaviestKey() const = 0;
};

/// One script gets everything but the cuts, whoever finds the block.
class SinglePayout final : public PayoutPolicy
{
public:
    SinglePayout(util::Bytes script, std::vector<PayoutCut> cuts);

    [[nodiscard]] KeyUse keyUse() const override { return KeyUse::Shared; }
    [[nodiscard]] PayoutSplit split(const PayoutKey& key, util::Satoshi value) const override;
    [[nodiscard]] PayoutKey heaviestKey() const override { return {}; }

private:
    util::Bytes m_script;
    std::vector<PayoutCut> m_cuts;
};

/// Whoever finds the block gets everything but the cuts. The key is the finder's output script.
class PerMinerPayout final : public PayoutPolicy
{
public:
    explicit PerMinerPayout(std::vector<PayoutCut> cuts);

    [[nodiscard]] KeyUse keyUse() const override { return KeyUse::Separate; }
    [[nodiscard]] PayoutSplit split(const PayoutKey& key, util::Satoshi value) const override;
    [[nodiscard]] PayoutKey heaviestKey() const override;

private:
    std::vector<PayoutCut> m_cuts;
};

} // namespace warp::mining
