#include "core/config/field_table.h"

#include "core/config/field_binding.h"

#include <algorithm>
#include <array>

namespace warp::config {

namespace {

using std::string_view_literals::operator""sv;

constexpr std::array CHAINS{"auto"sv, "main"sv, "test"sv, "testnet4"sv, "signet"sv, "regtest"sv};
constexpr std::array PAYOUT_MODES{"single"sv, "per_miner"sv};
constexpr std::array PROFILES{"auto"sv, "small"sv, "medium"sv, "large"sv, "enterprise"sv};
constexpr std::array PROTOCOLS{"v1"sv, "v2"sv, "both"sv};
constexpr std::array NO_WORK{"keep"sv, "refuse"sv, "close"sv};
constexpr std::array LOG_LEVELS{"debug"sv, "info"sv, "warning"sv, "error"sv};

constexpr NumberRange PERCENT_RANGE{.lowest = 0, .highest = 100};
constexpr NumberRange RATE_RANGE{.lowest = 1, .highest = 1'000'000};
/// Ten thousand times the network's difficulty of 2025.
constexpr double HIGHEST_DIFFICULTY = 1e18;
/// Version 0 witness program of 20 zero bytes on regtest (BIP 173); nobody knows a key for it.
constexpr std::string_view EXAMPLE_PAYOUT_ADDRESS = "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202";

constexpr std::array SECTIONS{
    Section{.name = "node", .fields = "node", .help = "The Bitcoin node that gives the work."},
    Section{.name = "node.backup",
            .fields = "node",
            .kind = SectionKind::List,
            .help = "Further nodes, one block each, with the same keys. Their rpc_pass stands in "
                    "secrets.toml under [[node.backup]] with the same rpc_url. The first that is "
                    "ready and not behind takes over while the node cannot give work."},
    Section{.name = "mining", .fields = "mining", .help = "Who is paid when a block is found."},
    Section{.name = "server",
            .fields = "server",
            .help = "Where the program listens and keeps its data. An address is \"host:port\"; "
                    "without host it is every address of the machine, \"\" switches it off."},
    Section{.name = "tls", .fields = "tls", .help = "Certificate of the TLS listeners."},
    Section{.name = "listener",
            .fields = "listener",
            .kind = SectionKind::List,
            .help = "Further listeners for miners, one block each."},
    Section{.name = "vardiff",
            .fields = "vardiff",
            .help = "How the difficulty of each miner follows its hashrate."},
    Section{.name = "ratelimit",
            .fields = "ratelimit",
            .help = "Protection against too many connections and logins from one address."},
    Section{.name = "profile", .fields = "profile", .help = "Size of the installation."},
    Section{.name = "history", .fields = "history", .help = "How long figures are kept."},
    Section{.name = "database",
            .fields = "database",
            .help = "A PostgreSQL server for the history, instead of a file in the data folder."},
    Section{.name = "metrics", .fields = "metrics", .help = "Figures for Prometheus."},
    Section{.name = "logging", .fields = "logging", .help = "What the log tells."},
};

// One row a setting; a row's order of members is that of Field.
constexpr std::array FIELDS{
    // [node]
    Field{.section = "node",
          .key = "rpc_url",
          .type = ValueType::Url,
          .defaultText = "http://127.0.0.1:8332",
          .help = "Address of the node's RPC server: port 8332 on mainnet, 18332 on testnet, "
                  "48332 on testnet4, 38332 on signet, 18443 on regtest.",
          .exampleText = "http://127.0.0.1:18443",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::node, &NodeSettings::rpcUrl>()},
    Field{.section = "node",
          .key = "rpc_cookie",
          .type = ValueType::Path,
          .help = "The node's cookie file, read again whenever the node restarts. Not used when "
                  "rpc_user is set.",
          .exampleText = "~/.bitcoin/regtest/.cookie",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::node, &NodeSettings::rpcCookie>()},
    Field{.section = "node",
          .key = "rpc_user",
          .type = ValueType::Text,
          .help = "User name at the node, instead of the cookie file.",
          .takesEffect = TakesEffect::AtOnce,
          .alias = "rpc_user",
          .binding = bind<&Settings::node, &NodeSettings::rpcUser>()},
    Field{.section = "node",
          .key = "rpc_pass",
          .type = ValueType::Secret,
          .help = "Password of rpc_user. Never in this file: it belongs into secrets.toml or the "
                  "environment.",
          .takesEffect = TakesEffect::AtOnce,
          .alias = "rpc_pass",
          .binding = bind<&Settings::node, &NodeSettings::rpcPassword>()},
    Field{.section = "node",
          .key = "zmq_hashblock_addr",
          .type = ValueType::ZmqAddress,
          .help = "The node's zmqpubhashblock address (tcp://127.0.0.1:28332); empty for longpoll "
                  "and polling alone.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::node, &NodeSettings::zmqHashBlock>()},
    Field{.section = "node",
          .key = "zmq_rawblock_addr",
          .type = ValueType::ZmqAddress,
          .help = "The node's zmqpubrawblock address; empty for none.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::node, &NodeSettings::zmqRawBlock>()},
    Field{.section = "node",
          .key = "chain",
          .type = ValueType::Choice,
          .defaultText = "auto",
          .help = "The chain that the node must be on; auto takes the node's.",
          .exampleText = "regtest",
          .choices = CHAINS,
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::node, &NodeSettings::chain>()},

    // [mining]
    Field{.section = "mining",
          .key = "payout_mode",
          .type = ValueType::Choice,
          .defaultText = "single",
          .help = "single: every block pays payout_address; per_miner: it pays the address that "
                  "the finder gave as user name, and payout_address need not be set.",
          .choices = PAYOUT_MODES,
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::mining, &MiningSettings::payoutMode>()},
    Field{.section = "mining",
          .key = "payout_address",
          .type = ValueType::BitcoinAddress,
          .help = "The address that a block's reward is paid to.",
          .exampleText = EXAMPLE_PAYOUT_ADDRESS,
          .exampleComment = "EXAMPLE ONLY: nobody has the key of this regtest address. Replace it "
                            "with your own before you mine.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::mining, &MiningSettings::payoutAddress>()},
    Field{.section = "mining",
          .key = "pool_fee_percent",
          .type = ValueType::Percent,
          .defaultText = "0",
          .help = "Part of the reward for pool_fee_address, with at most two decimal places, "
                  "rounded down to the satoshi. A part below its address's dust limit stays with "
                  "the payout.",
          .range = PERCENT_RANGE,
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::mining, &MiningSettings::poolFee>()},
    Field{.section = "mining",
          .key = "pool_fee_address",
          .type = ValueType::BitcoinAddress,
          .help = "Who gets the pool fee.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::mining, &MiningSettings::poolFeeAddress>()},
    Field{.section = "mining",
          .key = "donation_percent",
          .type = ValueType::Percent,
          .defaultText = "0",
          .help = "Part of the reward for donation_address, with at most two decimal places; "
                  "as pool_fee_percent.",
          .range = PERCENT_RANGE,
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::mining, &MiningSettings::donation>()},
    Field{.section = "mining",
          .key = "donation_address",
          .type = ValueType::BitcoinAddress,
          .help = "Who gets the donation.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::mining, &MiningSettings::donationAddress>()},
    Field{.section = "mining",
          .key = "pooltag_prefix",
          .type = ValueType::PoolTag,
          .defaultText = "WarpPool",
          .help = "Text in the coinbase of a found block: at most 40 printable ASCII characters.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::mining, &MiningSettings::poolTagPrefix>()},

    // [server]
    Field{.section = "server",
          .key = "data_dir",
          .type = ValueType::Path,
          .defaultText = "~/.local/share/warppool",
          .help = "Folder of the program's data. The default follows XDG_DATA_HOME.",
          .binding = bind<&Settings::server, &ServerSettings::dataDirectory>()},
    Field{.section = "server",
          .key = "pool_listen",
          .type = ValueType::Listen,
          .defaultText = ":3333",
          .help = "Stratum V1 for miners.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::server, &ServerSettings::poolListen>()},
    Field{.section = "server",
          .key = "tls_listen",
          .type = ValueType::Listen,
          .help = "Stratum V1 over TLS, usually \":3334\"; needs a certificate under [tls].",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::server, &ServerSettings::tlsListen>()},
    Field{.section = "server",
          .key = "v2_listen",
          .type = ValueType::Listen,
          .defaultText = ":34254",
          .help = "Stratum V2 for miners.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::server, &ServerSettings::v2Listen>()},
    Field{.section = "server",
          .key = "status_listen",
          .type = ValueType::Listen,
          .defaultText = "127.0.0.1:18334",
          .help = "Health, metrics and API.",
          .binding = bind<&Settings::server, &ServerSettings::statusListen>()},
    Field{.section = "server",
          .key = "lan_access",
          .type = ValueType::Boolean,
          .defaultText = "false",
          .help = "Whether other machines of the local network may use web pages and API.",
          .availability = Availability::Later,
          .binding = bind<&Settings::server, &ServerSettings::isLanAccessible>()},
    Field{.section = "server",
          .key = "job_refresh_secs",
          .type = ValueType::Seconds,
          .defaultText = "30",
          .help = "Seconds between two looks at the node for fresh transactions; without longpoll "
                  "a new block is noticed within this time.",
          .range = {.lowest = 1, .highest = 3600},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::server, &ServerSettings::jobRefresh>()},
    Field{.section = "server",
          .key = "max_connections",
          .type = ValueType::Count,
          .defaultText = "1000",
          .help = "Miners connected at the same time; the next one is turned away.",
          .range = {.lowest = 1, .highest = 1'000'000},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::server, &ServerSettings::maxConnections>()},
    Field{.section = "server",
          .key = "io_threads",
          .type = ValueType::Count,
          .defaultText = "0",
          .help = "Threads that hold the connections and judge the shares; 0 for one less than the "
                  "machine has cores, at most 8.",
          .range = {.lowest = 0, .highest = 64},
          .binding = bind<&Settings::server, &ServerSettings::ioThreads>()},
    Field{.section = "server",
          .key = "job_memory_mib",
          .type = ValueType::Count,
          .defaultText = "128",
          .help = "Memory in MiB for the transactions of recent jobs, whose late shares may still "
                  "be blocks.",
          .range = {.lowest = 16, .highest = 4096},
          .binding = bind<&Settings::server, &ServerSettings::jobMemoryMebibytes>()},
    Field{.section = "server",
          .key = "node_check_secs",
          .type = ValueType::Seconds,
          .defaultText = "5",
          .help = "Seconds between two looks at how the node is; new blocks are noticed without "
                  "them.",
          .range = {.lowest = 1, .highest = 60},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::server, &ServerSettings::nodeCheck>()},

    // [tls]
    Field{.section = "tls",
          .key = "cert_file",
          .type = ValueType::Path,
          .help = "Certificate chain in PEM form; a changed file is taken within a minute.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::tls, &TlsSettings::certificateFile>()},
    Field{.section = "tls",
          .key = "key_file",
          .type = ValueType::Path,
          .help =
              "Private key in PEM form, without a passphrase; its owner alone should be able to "
              "read it.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::tls, &TlsSettings::keyFile>()},

    // [[listener]]
    Field{.section = "listener",
          .key = "listen",
          .type = ValueType::Listen,
          .help = "Address of this listener.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::listeners, &ListenerSettings::listen>()},
    Field{.section = "listener",
          .key = "protocol",
          .type = ValueType::Choice,
          .defaultText = "v1",
          .help = "Stratum version, or both of them: then the first bytes decide.",
          .choices = PROTOCOLS,
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::listeners, &ListenerSettings::protocol>()},
    Field{.section = "listener",
          .key = "tls",
          .type = ValueType::Boolean,
          .defaultText = "false",
          .help = "Whether it speaks TLS with the certificate of [tls].",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::listeners, &ListenerSettings::isTls>()},
    Field{.section = "listener",
          .key = "detect_tls",
          .type = ValueType::Boolean,
          .defaultText = "false",
          .help = "Whether miners with TLS and without share this listener: the first bytes of a "
                  "connection decide.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::listeners, &ListenerSettings::isTlsDetected>()},
    Field{.section = "listener",
          .key = "proxy_from",
          .type = ValueType::IpNetworks,
          .help = "Addresses or networks of load balancers, whose connections begin with a "
                  "PROXY header of version 2; from nobody else is one taken.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::listeners, &ListenerSettings::proxyFrom>()},
    Field{.section = "listener",
          .key = "allow",
          .type = ValueType::IpNetworks,
          .help = "Addresses or networks that may connect; empty for everybody.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::listeners, &ListenerSettings::allow>()},
    Field{.section = "listener",
          .key = "max_connections",
          .type = ValueType::Count,
          .defaultText = "0",
          .help = "Miners of this listener; 0 for the limit of section server alone.",
          .range = {.lowest = 0, .highest = 1'000'000},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::listeners, &ListenerSettings::maxConnections>()},
    Field{.section = "listener",
          .key = "min_diff",
          .type = ValueType::Difficulty,
          .defaultText = "0",
          .help = "Lowest difficulty here; 0 for that of section vardiff.",
          .range = {.lowest = 0, .highest = HIGHEST_DIFFICULTY},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::listeners, &ListenerSettings::minDifficulty>()},
    Field{.section = "listener",
          .key = "max_diff",
          .type = ValueType::Difficulty,
          .defaultText = "0",
          .help = "Highest difficulty here; 0 for that of section vardiff.",
          .range = {.lowest = 0, .highest = HIGHEST_DIFFICULTY},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::listeners, &ListenerSettings::maxDifficulty>()},
    Field{.section = "listener",
          .key = "initial_diff",
          .type = ValueType::Difficulty,
          .defaultText = "0",
          .help = "Difficulty of a new miner here; 0 for that of section vardiff.",
          .range = {.lowest = 0, .highest = HIGHEST_DIFFICULTY},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::listeners, &ListenerSettings::initialDifficulty>()},
    Field{.section = "listener",
          .key = "no_work",
          .type = ValueType::Choice,
          .defaultText = "keep",
          .help = "What to do while there is no good work: keep leaves miners what they have, "
                  "refuse takes no new connections, close ends them all, so that miners go to "
                  "their next pool.",
          .choices = NO_WORK,
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::listeners, &ListenerSettings::noWork>()},
    Field{.section = "listener",
          .key = "no_work_secs",
          .type = ValueType::Seconds,
          .defaultText = "30",
          .help = "Seconds without good work before no_work holds.",
          .range = {.lowest = 0, .highest = 86'400},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::listeners, &ListenerSettings::noWorkAfter>()},

    // [vardiff]
    Field{.section = "vardiff",
          .key = "enabled",
          .type = ValueType::Boolean,
          .defaultText = "true",
          .help = "Whether the difficulty of a miner follows its hashrate.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::vardiff, &VardiffSettings::isEnabled>()},
    Field{.section = "vardiff",
          .key = "target_seconds_per_share",
          .type = ValueType::FineSeconds,
          .defaultText = "8",
          .help = "Seconds between two shares of one miner.",
          .range = {.lowest = 0.1, .highest = 3600},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::vardiff, &VardiffSettings::targetInterval>()},
    Field{.section = "vardiff",
          .key = "window",
          .type = ValueType::Seconds,
          .defaultText = "90",
          .help = "Seconds over which a miner's share rate is measured.",
          .range = {.lowest = 1, .highest = 86'400},
          .availability = Availability::Later,
          .binding = bind<&Settings::vardiff, &VardiffSettings::window>()},
    Field{.section = "vardiff",
          .key = "min_diff",
          .type = ValueType::Difficulty,
          .defaultText = "0.00001",
          .help = "No miner gets a lower difficulty, unless the network's own is lower.",
          .range = {.lowest = 0, .highest = HIGHEST_DIFFICULTY, .start = RangeStart::Excluded},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::vardiff, &VardiffSettings::minDifficulty>()},
    Field{.section = "vardiff",
          .key = "max_diff",
          .type = ValueType::Difficulty,
          .defaultText = "0",
          .help = "No miner gets a higher difficulty; 0 for no limit.",
          .range = {.lowest = 0, .highest = HIGHEST_DIFFICULTY},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::vardiff, &VardiffSettings::maxDifficulty>()},
    Field{.section = "vardiff",
          .key = "initial_diff",
          .type = ValueType::Difficulty,
          .defaultText = "0",
          .help = "Difficulty of a new miner; 0 to go by the kind of device.",
          .range = {.lowest = 0, .highest = HIGHEST_DIFFICULTY},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::vardiff, &VardiffSettings::initialDifficulty>()},

    // [ratelimit]
    Field{.section = "ratelimit",
          .key = "enabled",
          .type = ValueType::Boolean,
          .defaultText = "true",
          .help = "Whether the limits of this section hold.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::rateLimit, &RateLimitSettings::isEnabled>()},
    Field{.section = "ratelimit",
          .key = "connects_per_sec",
          .type = ValueType::Count,
          .defaultText = "10",
          .help = "Lasting rate of connections from one address.",
          .range = RATE_RANGE,
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::rateLimit, &RateLimitSettings::connectsPerSecond>()},
    Field{.section = "ratelimit",
          .key = "connect_burst",
          .type = ValueType::Count,
          .defaultText = "50",
          .help = "Connections from one address at once, after a rest.",
          .range = RATE_RANGE,
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::rateLimit, &RateLimitSettings::connectBurst>()},
    Field{.section = "ratelimit",
          .key = "auths_per_sec",
          .type = ValueType::Count,
          .defaultText = "10",
          .help = "Lasting rate of mining.authorize from one address.",
          .range = RATE_RANGE,
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::rateLimit, &RateLimitSettings::authorisationsPerSecond>()},
    Field{.section = "ratelimit",
          .key = "auth_burst",
          .type = ValueType::Count,
          .defaultText = "50",
          .help = "mining.authorize from one address at once, after a rest.",
          .range = RATE_RANGE,
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::rateLimit, &RateLimitSettings::authorisationBurst>()},

    // [profile]
    Field{.section = "profile",
          .key = "kind",
          .type = ValueType::Choice,
          .defaultText = "auto",
          .help = "Size of the installation: gives the defaults that docs/profiles.md lists. What "
                  "is set elsewhere wins.",
          .choices = PROFILES,
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::profile, &ProfileSettings::kind>()},

    // [history]
    Field{.section = "history",
          .key = "minute_days",
          .type = ValueType::Count,
          .defaultText = "7",
          .help = "Days for which each minute is kept.",
          .range = {.lowest = 1, .highest = 366},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::history, &HistorySettings::minuteDays>()},
    Field{.section = "history",
          .key = "worker_days",
          .type = ValueType::Count,
          .defaultText = "90",
          .help = "Days for which each quarter of an hour of each worker is kept; beyond them its "
                  "days.",
          .range = {.lowest = 1, .highest = 3660},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::history, &HistorySettings::workerDays>()},
    Field{.section = "history",
          .key = "commit_secs",
          .type = ValueType::Seconds,
          .defaultText = "30",
          .help = "Seconds between two writes of history to the disk; blocks and best shares are "
                  "written at once.",
          .range = {.lowest = 1, .highest = 600},
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::history, &HistorySettings::commitInterval>()},

    // [database]
    Field{.section = "database",
          .key = "url",
          .type = ValueType::DatabaseUrl,
          .help = "The server and the database on it: postgresql://user@host:port/database, port "
                  "5432 where it is not named. Empty for warppool.db in the data folder. Miners "
                  "are served whether it answers or not.",
          .binding = bind<&Settings::database, &DatabaseSettings::url>()},
    Field{.section = "database",
          .key = "password",
          .type = ValueType::Secret,
          .help = "Password of the URL's user. Never in this file: it belongs into secrets.toml "
                  "or the environment.",
          .binding = bind<&Settings::database, &DatabaseSettings::password>()},

    // [metrics]
    Field{.section = "metrics",
          .key = "workers",
          .type = ValueType::Boolean,
          .defaultText = "false",
          .help = "Whether each worker has figures of its own.",
          .binding = bind<&Settings::metrics, &MetricsSettings::hasWorkers>()},

    // [logging]
    Field{.section = "logging",
          .key = "level",
          .type = ValueType::Choice,
          .defaultText = "info",
          .help = "Least important records that are written.",
          .choices = LOG_LEVELS,
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::logging, &LoggingSettings::level>()},
    Field{.section = "logging",
          .key = "json",
          .type = ValueType::Boolean,
          .defaultText = "false",
          .help = "One JSON object a line instead of text.",
          .binding = bind<&Settings::logging, &LoggingSettings::isJson>()},
    Field{.section = "logging",
          .key = "net_debug",
          .type = ValueType::Boolean,
          .defaultText = "false",
          .help = "Also records the traffic with each miner, at level debug.",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::logging, &LoggingSettings::isNetDebug>()},
    Field{.section = "logging",
          .key = "debug",
          .type = ValueType::Boolean,
          .defaultText = "false",
          .help = "Another way to write level = \"debug\".",
          .takesEffect = TakesEffect::AtOnce,
          .binding = bind<&Settings::logging, &LoggingSettings::isDebug>()},
    Field{.section = "logging",
          .key = "quota_mib",
          .type = ValueType::Count,
          .defaultText = "50",
          .help =
              "Space in MiB for logs/warppool.log in the data folder and the older files beside "
              "it, the oldest of which go first; 0 for no file. There is none either where the "
              "journal of systemd has the log.",
          .range = {.lowest = 0, .highest = 100'000},
          .binding = bind<&Settings::logging, &LoggingSettings::quotaMebibytes>()},
};

} // namespace

std::span<const Field> fieldTable()
{
    return FIELDS;
}

std::span<const Section> sectionTable()
{
    return SECTIONS;
}

const Section* findSection(std::string_view name)
{
    const auto* const found =
        std::find_if(SECTIONS.begin(), SECTIONS.end(),
                     [name](const Section& section) { return section.name == name; });
    return found == SECTIONS.end() ? nullptr : found;
}

const Field* findField(std::string_view section, std::string_view key)
{
    const Section* const owner = findSection(section);
    if (owner == nullptr) {
        return nullptr;
    }
    const auto* const found =
        std::find_if(FIELDS.begin(), FIELDS.end(), [owner, key](const Field& field) {
            return field.section == owner->fields && field.key == key;
        });
    return found == FIELDS.end() ? nullptr : found;
}

std::string Field::path() const
{
    return std::string(section) + "." + std::string(key);
}

std::string Field::environmentName() const
{
    std::string name = "WARPPOOL_";
    if (!section.empty()) {
        name += std::string(section) + "_";
    }
    name += key;
    std::transform(name.begin(), name.end(), name.begin(), [](char character) {
        const bool isLower = character >= 'a' && character <= 'z';
        return isLower ? static_cast<char>(character - 'a' + 'A') : character;
    });
    return name;
}

} // namespace warp::config
