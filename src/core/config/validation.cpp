#include "core/config/validation.h"

#include "core/config/address_rule.h"
#include "core/config/field_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace warp::config {

namespace {

struct NamedListen
{
    std::string name; ///< settingName()
    ListenAddress address;
};

class Validator
{
public:
    Validator(const ValidationInput& input, std::vector<ConfigFault>& faults,
              std::vector<ConfigWarning>& warnings)
        : m_input(input)
        , m_settings(input.settings)
        , m_faults(faults)
        , m_warnings(warnings)
    {}

    void run()
    {
        checkPayout();
        checkRecipient("pool_fee", m_settings.mining.poolFee, m_settings.mining.poolFeeAddress);
        checkRecipient("donation", m_settings.mining.donation, m_settings.mining.donationAddress);
        checkPercentSum();
        checkLogins();
        checkTls();
        checkListeners();
        checkDifficulties();
        checkListenerDifficulties();
    }

private:
    [[nodiscard]] bool isRefused(std::string_view name) const
    {
        return std::find(m_input.refused.begin(), m_input.refused.end(), name) !=
               m_input.refused.end();
    }

    /// Where a setting got its value; where nothing gave one, the file and the key.
    [[nodiscard]] SettingPlace placeOf(std::string_view name) const
    {
        const auto found = m_input.winners.find(name);
        if (found != m_input.winners.end()) {
            return found->second.place;
        }
        return unsetPlace(m_input.file, name);
    }

    void fault(std::string_view name, FaultCode code, std::string detail)
    {
        m_faults.push_back(makeFault(placeOf(name), code, std::move(detail)));
    }

    void checkAddress(std::string_view name, const std::string& text)
    {
        const ChainChoice chain =
            isRefused("node.chain") ? ChainChoice::Auto : m_settings.node.chain;
        if (auto found = addressFault(text, chain)) {
            fault(name, found->code, std::move(found->detail));
        }
    }

    void checkPayout()
    {
        constexpr std::string_view NAME = "mining.payout_address";
        if (isRefused(NAME)) {
            return;
        }
        if (m_settings.mining.payoutAddress.empty()) {
            if (m_settings.mining.payoutMode == PayoutMode::PerMiner) {
                return; // every miner brings its own
            }
            fault(NAME, FaultCode::Missing,
                  "it must be set: without it a found block could pay nobody");
            return;
        }
        checkAddress(NAME, m_settings.mining.payoutAddress);
    }

    void checkRecipient(std::string_view who, BasisPoints share, const std::string& address)
    {
        const std::string name = fmt::format("mining.{}_address", who);
        if (isRefused(name)) {
            return;
        }
        if (!address.empty()) {
            checkAddress(name, address);
        } else if (share.value() > 0) {
            fault(name, FaultCode::Missing,
                  fmt::format("{}_percent is above 0, so it must be set", who));
        }
    }

    void checkPercentSum()
    {
        const int sum = m_settings.mining.poolFee.value() + m_settings.mining.donation.value();
        if (sum > BASIS_POINTS_OF_WHOLE) {
            fault("mining.pool_fee_percent", FaultCode::PercentSum,
                  "together with donation_percent it is more than 100");
        }
    }

    /// A list's entry that does not have the key which gives it its meaning.
    void needKey(SettingPlace entry, const std::string& section, std::string_view key)
    {
        const std::string name = fmt::format("{}.{}", section, key);
        if (!m_input.winners.contains(name) && !isRefused(name)) {
            entry.key += fmt::format(" {}", key);
            m_faults.push_back(makeFault(entry, FaultCode::Missing, "it must be set here"));
        }
    }

    void checkLogin(const NodeSettings& node, const std::string& section)
    {
        if (!node.rpcUser.empty() && node.rpcPassword.isEmpty() &&
            !isRefused(section + ".rpc_pass")) {
            m_warnings.push_back(
                makeWarning(placeOf(section + ".rpc_user"), WarningCode::LoginIncomplete,
                            "there is no rpc_pass for it in secrets.toml or the environment"));
        } else if (node.rpcUser.empty() && !node.rpcPassword.isEmpty() &&
                   !isRefused(section + ".rpc_user")) {
            m_warnings.push_back(makeWarning(placeOf(section + ".rpc_pass"),
                                             WarningCode::LoginIncomplete,
                                             "there is no rpc_user for it; it is not used"));
        }
    }

    void checkLogins()
    {
        checkLogin(m_settings.node, "node");
        for (std::size_t i = 0; i < m_settings.nodeBackups.size(); ++i) {
            const std::string section = fmt::format("node.backup[{}]", i + 1);
            checkLogin(m_settings.nodeBackups[i], section);
            needKey(m_input.backups[i], section, "rpc_url");
        }
    }

    void needCertificate(std::string_view name)
    {
        constexpr std::string_view FILES[] = {"tls.cert_file", "tls.key_file"};
        const bool isRefusedFile = isRefused(FILES[0]) || isRefused(FILES[1]);
        const TlsSettings& tls = m_settings.tls;
        if (!isRefusedFile && (tls.certificateFile.empty() || tls.keyFile.empty())) {
            fault(name, FaultCode::TlsWithoutCertificate,
                  fmt::format("a TLS listener needs {} under [tls]",
                              tls.certificateFile.empty() ? "cert_file" : "key_file"));
        }
    }

    void checkTls()
    {
        if (m_settings.server.tlsListen) {
            needCertificate("server.tls_listen");
        }
        for (std::size_t i = 0; i < m_settings.listeners.size(); ++i) {
            const ListenerSettings& listener = m_settings.listeners[i];
            if (listener.isTls || listener.isTlsDetected) {
                needCertificate(
                    fmt::format("listener[{}].{}", i + 1, listener.isTls ? "tls" : "detect_tls"));
            }
        }
    }

    [[nodiscard]] std::vector<NamedListen> namedListeners() const
    {
        std::vector<NamedListen> named;
        const auto add = [&named](std::string name, const std::optional<ListenAddress>& address) {
            if (address) {
                named.push_back({std::move(name), *address});
            }
        };
        const ServerSettings& server = m_settings.server;
        add("server.pool_listen", server.poolListen);
        add("server.tls_listen", server.tlsListen);
        add("server.v2_listen", server.v2Listen);
        add("server.status_listen", server.statusListen);
        for (std::size_t i = 0; i < m_settings.listeners.size(); ++i) {
            add(fmt::format("listener[{}].listen", i + 1), m_settings.listeners[i].listen);
        }
        return named;
    }

    void checkListeners()
    {
        for (std::size_t i = 0; i < m_settings.listeners.size(); ++i) {
            needKey(m_input.listeners[i], fmt::format("listener[{}]", i + 1), "listen");
            const ListenerSettings& listener = m_settings.listeners[i];
            if (listener.protocol == ListenerProtocol::V2 &&
                (listener.isTls || listener.isTlsDetected)) {
                fault(fmt::format("listener[{}].{}", i + 1, listener.isTls ? "tls" : "detect_tls"),
                      FaultCode::Conflict,
                      "Stratum V2 has an encryption of its own and no TLS; protocol = \"both\" "
                      "takes TLS for its miners of V1");
            }
        }
        const std::vector<NamedListen> named = namedListeners();
        for (std::size_t later = 1; later < named.size(); ++later) {
            for (std::size_t earlier = 0; earlier < later; ++earlier) {
                if (!overlaps(named[earlier].address, named[later].address)) {
                    continue;
                }
                // The one that somebody wrote is the one to change.
                const bool isWritten = m_input.winners.contains(named[later].name);
                const NamedListen& culprit = isWritten ? named[later] : named[earlier];
                const NamedListen& other = isWritten ? named[earlier] : named[later];
                fault(culprit.name, FaultCode::ListenerConflict,
                      fmt::format("\"{}\" cannot be opened beside {} (\"{}\")",
                                  toText(culprit.address), other.name, toText(other.address)));
            }
        }
    }

    void checkListenerDifficulties()
    {
        const VardiffSettings& general = m_settings.vardiff;
        const auto choose = [](util::Difficulty own, util::Difficulty other) {
            return own.value() > 0 ? own : other;
        };
        for (std::size_t i = 0; i < m_settings.listeners.size(); ++i) {
            const ListenerSettings& listener = m_settings.listeners[i];
            const auto lowest = choose(listener.minDifficulty, general.minDifficulty);
            const auto highest = choose(listener.maxDifficulty, general.maxDifficulty);
            const auto initial = choose(listener.initialDifficulty, general.initialDifficulty);
            const std::string key = fmt::format("listener[{}].", i + 1);
            if (highest.value() > 0 && highest < lowest) {
                fault(key + "min_diff", FaultCode::OutOfRange, "it is above max_diff");
            } else if (listener.initialDifficulty.value() > 0 &&
                       (initial < lowest || (highest.value() > 0 && initial > highest))) {
                fault(key + "initial_diff", FaultCode::OutOfRange,
                      "it is not between min_diff and max_diff");
            }
        }
    }

    void checkDifficulties()
    {
        const VardiffSettings& vardiff = m_settings.vardiff;
        const bool hasHighest = vardiff.maxDifficulty.value() > 0;
        if (hasHighest && vardiff.maxDifficulty < vardiff.minDifficulty) {
            fault("vardiff.max_diff", FaultCode::OutOfRange, "it is below min_diff");
            return;
        }
        const bool hasInitial = vardiff.initialDifficulty.value() > 0;
        if (hasInitial && vardiff.initialDifficulty < vardiff.minDifficulty) {
            fault("vardiff.initial_diff", FaultCode::OutOfRange, "it is below min_diff");
        } else if (hasInitial && hasHighest && vardiff.initialDifficulty > vardiff.maxDifficulty) {
            fault("vardiff.initial_diff", FaultCode::OutOfRange, "it is above max_diff");
        }
    }

    const ValidationInput& m_input;
    const Settings& m_settings;
    std::vector<ConfigFault>& m_faults;
    std::vector<ConfigWarning>& m_warnings;
};

} // namespace

std::string settingName(const Field& field, std::size_t entry)
{
    if (field.section == "node" && entry > 0) {
        return fmt::format("node.backup[{}].{}", entry, field.key);
    }
    if (findSection(field.section)->kind == SectionKind::List) {
        return fmt::format("{}[{}].{}", field.section, entry + 1, field.key);
    }
    return field.path();
}

SettingPlace unsetPlace(std::string file, std::string_view name)
{
    const std::size_t dot = name.rfind('.');
    return {.file = std::move(file),
            .line = 0,
            .column = 0,
            .key = fmt::format("[{}] {}", name.substr(0, dot), name.substr(dot + 1))};
}

void validate(const ValidationInput& input, std::vector<ConfigFault>& faults,
              std::vector<ConfigWarning>& warnings)
{
    Validator(input, faults, warnings).run();
}

} // namespace warp::config
