// What people can ask the pool to do. Value types; any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/network.h"
#include "core/config/config_fault.h"
#include "core/interfaces/query.h"
#include "core/interfaces/work_view.h"
#include "core/util/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace warp::interfaces {

/// One setting: "section.key" or "[[section]] n key" as in config::SettingPlace, and its text as
/// the environment would have it.
struct SettingChange
{
    std::string key;
    std::string text;

    friend bool operator==(const SettingChange&, const SettingChange&) = default;
};

/// Asks a node that need not be the configured one who it is.
struct ProbeNode
{
    std::string rpcUrl;
    std::string rpcCookie; ///< a path; used where there is no user
    std::string rpcUser;
    std::string rpcPassword;
    std::string zmqHashBlock; ///< empty: not tried
    std::string zmqRawBlock;  ///< empty: not tried

    friend bool operator==(const ProbeNode&, const ProbeNode&) = default;
};

/// What the coinbase would pay with these changes, by the current template or a model one.
struct PreviewPayout
{
    std::vector<SettingChange> changes;

    friend bool operator==(const PreviewPayout&, const PreviewPayout&) = default;
};

/// Reads the settings with these changes as a whole and says what is wrong. Changes nothing.
struct ValidateSettings
{
    std::vector<SettingChange> changes;

    friend bool operator==(const ValidateSettings&, const ValidateSettings&) = default;
};

/// Writes the changes to the file and runs with them; nothing is changed where one is wrong.
struct ApplySettings
{
    std::vector<SettingChange> changes;

    friend bool operator==(const ApplySettings&, const ApplySettings&) = default;
};

/// Reads the file anew, as SIGHUP does.
struct ReloadSettings
{
    friend bool operator==(const ReloadSettings&, const ReloadSettings&) = default;
};

struct StartPool
{
    friend bool operator==(const StartPool&, const StartPool&) = default;
};

struct StopPool
{
    friend bool operator==(const StopPool&, const StopPool&) = default;
};

/// Offers a block that is not accepted yet to every node at once.
struct RetryBlock
{
    bitcoin::Hash256 hash{};

    friend bool operator==(const RetryBlock&, const RetryBlock&) = default;
};

struct RenameWorker
{
    std::string worker;
    std::string label; ///< empty takes the label away

    friend bool operator==(const RenameWorker&, const RenameWorker&) = default;
};

enum class Visibility : std::uint8_t { Shown, Hidden };

[[nodiscard]] std::string_view name(Visibility visibility);

struct HideWorker
{
    std::string worker;
    Visibility visibility = Visibility::Hidden;

    friend bool operator==(const HideWorker&, const HideWorker&) = default;
};

/// Deletes what is kept of a worker; the pool's own history stays as it is.
struct ForgetWorker
{
    std::string worker;

    friend bool operator==(const ForgetWorker&, const ForgetWorker&) = default;
};

struct DisconnectMiner
{
    std::uint64_t session = 0; ///< SessionView::id

    friend bool operator==(const DisconnectMiner&, const DisconnectMiner&) = default;
};

struct Done
{
    friend bool operator==(const Done&, const Done&) = default;
};

struct NodeProbeReply
{
    std::string state; ///< code as in NodeView, e.g. "node_ready"
    std::string detail;
    std::optional<bitcoin::Network> network;
    std::int64_t height = -1;
    std::string version; ///< as the node gives it; unsanitised
    bool hasHashBlock = false;
    bool hasRawBlock = false;

    friend bool operator==(const NodeProbeReply&, const NodeProbeReply&) = default;
};

struct PayoutPreviewReply
{
    std::vector<PayoutPartView> parts;
    bool isModel = false; ///< there is no template yet: a subsidy of the current height is split

    friend bool operator==(const PayoutPreviewReply&, const PayoutPreviewReply&) = default;
};

struct SettingFault
{
    config::SettingPlace place;
    std::string code; ///< of config::FaultCode
    std::string detail;

    friend bool operator==(const SettingFault&, const SettingFault&) = default;
};

struct SettingsReply
{
    std::vector<SettingFault> faults;      ///< empty: all is well
    std::vector<std::string> changed;      ///< "section.key"s that differ from what ran before
    std::vector<std::string> needsRestart; ///< those of them that count from the next start on

    friend bool operator==(const SettingsReply&, const SettingsReply&) = default;
};

using Command = std::variant<ProbeNode, PreviewPayout, ValidateSettings, ApplySettings,
                             ReloadSettings, StartPool, StopPool, RetryBlock, RenameWorker,
                             HideWorker, ForgetWorker, DisconnectMiner>;
/// ProbeNode, PreviewPayout and the three of settings have an answer of their own; Done is that of
/// all others.
using CommandAnswer = std::variant<NodeProbeReply, PayoutPreviewReply, SettingsReply, Done>;
using CommandReply = util::Result<CommandAnswer, RequestError>;

} // namespace warp::interfaces
