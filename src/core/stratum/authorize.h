// Who may mine: user name and password as miners send them, and the policy that decides.
// Pure; the policy's owner says on which thread it may be asked.
#pragma once

#include "core/bitcoin/address.h"
#include "core/mining/payout_policy.h"
#include "core/util/result.h"
#include "core/util/strong.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warp::stratum {

/// Longer names are refused.
inline constexpr std::size_t MAX_USER_NAME_BYTES = 256;

/// A user name of the form `address.worker`, `address_worker` or `address/worker`.
struct WorkerName
{
    std::string full;    ///< without blanks around it
    std::string address; ///< before the separator; the whole name without one
    std::string worker;  ///< after it; may be empty
    /// Whom a block of this worker pays, where the policy makes a difference.
    mining::PayoutKey payoutKey{};
};

/// Never fails: any text is a name. Neither half is checked here.
[[nodiscard]] WorkerName parseWorkerName(std::string_view user);

/// `d=` or `diff=` among the password's parts ("x,d=512"), at the beginning of a part, the first
/// that is a number above 0; nothing otherwise.
[[nodiscard]] std::optional<util::Difficulty> passwordDifficulty(std::string_view password);

enum class AuthorizeRefusal : std::uint8_t {
    NameMissing,
    NameTooLong,
    InvalidAddress, ///< no address, or mistyped
    WrongNetwork,   ///< an address of another network
    OtherPayout,    ///< this connection's work pays another address already
    NotReady,       ///< the node's network is not known yet
    TooManyWorkers, ///< on one connection
    TooOften,       ///< its peer has authorised too often of late
    NotAllowed,
};

/// English, for the miner's log.
[[nodiscard]] std::string_view describe(AuthorizeRefusal refusal);

class AuthorizePolicy
{
public:
    virtual ~AuthorizePolicy() = default;

    /// `user` is not empty and at most MAX_USER_NAME_BYTES long; both are hostile text.
    [[nodiscard]] virtual util::Result<WorkerName, AuthorizeRefusal>
    authorize(std::string_view user, std::string_view password) = 0;
};

/// Payout mode "single": every name is accepted, since the configured address is paid. A name
/// without a valid address of the network is noted in the log.
class SingleModePolicy final : public AuthorizePolicy
{
public:
    explicit SingleModePolicy(bitcoin::Network network)
        : m_network(network)
    {}

    [[nodiscard]] util::Result<WorkerName, AuthorizeRefusal>
    authorize(std::string_view user, std::string_view password) override;

private:
    bitcoin::Network m_network;
};

/// Payout mode "per_miner": the name is the address that a block of this miner pays, optionally
/// with a worker's name behind it. The payout key is the address's output script, so that every
/// spelling of an address is one key.
class PerMinerPolicy final : public AuthorizePolicy
{
public:
    /// Without a network nobody can be judged, and everybody is asked to come back.
    explicit PerMinerPolicy(std::optional<bitcoin::Network> network)
        : m_network(network)
    {}

    [[nodiscard]] util::Result<WorkerName, AuthorizeRefusal>
    authorize(std::string_view user, std::string_view password) override;

private:
    std::optional<bitcoin::Network> m_network;
};

} // namespace warp::stratum
