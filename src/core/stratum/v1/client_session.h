// The miner's side of Stratum V1 without I/O: used by simulated miners, the load driver and
// whoever speaks to another pool. The server is not trusted: every size is bounded.
// Owned by one executor, like the connection whose bytes it reads.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/stratum/v1/line_splitter.h"
#include "core/util/bytes.h"
#include "core/util/strong.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace warp::stratum::v1 {

struct Message;

struct ClientOptions
{
    enum class VersionRolling : std::uint8_t { Off, On };

    std::string userAgent;
    std::string user;
    std::string password = "x";
    VersionRolling versionRolling = VersionRolling::On; ///< On: mining.configure comes first
    std::optional<util::Difficulty> suggestDifficulty;  ///< sent right before mining.authorize
};

/// mining.notify as numbers and bytes. Immutable; any thread.
struct ClientJob
{
    std::string id; ///< as sent, at most MAX_JOB_ID_BYTES
    bitcoin::Hash256 previous{};
    util::Bytes coinbasePrefix; ///< before extranonce1 || extranonce2
    util::Bytes coinbaseSuffix;
    std::vector<bitcoin::Hash256> branch; ///< merkle branch of the coinbase
    std::uint32_t version = 0;
    std::uint32_t bits = 0;
    std::uint32_t time = 0;
    bool isClean = false;
};

struct ClientShare
{
    std::string_view jobId; ///< ClientJob::id
    util::ByteView extranonce2;
    std::uint32_t time = 0;
    std::uint32_t nonce = 0;
    std::optional<std::uint32_t> versionBits; ///< rolled bits within the mask (BIP 310)
};

enum class ClientFailure : std::uint8_t {
    LineTooLong,
    NotJson,
    BadSubscribeReply, ///< no usable extranonce, or an error
};

[[nodiscard]] std::string_view name(ClientFailure failure);

struct Subscribed
{
    util::Bytes extranonce1;
    std::size_t extranonce2Size = 0;
};
struct Authorized
{};
struct AuthorizationRefused
{
    int code = 0;
    std::string message; ///< the server's words, unsanitised
};
struct DifficultyChanged
{
    util::Difficulty difficulty{}; ///< exactly the double of the text on the wire; > 0
};
struct JobReceived
{
    std::shared_ptr<const ClientJob> job;
};
struct ShareAnswered
{
    std::uint64_t tag = 0; ///< as given to submit()
    bool isAccepted = false;
    int code = 0;        ///< of the error; 0 without one
    std::string message; ///< unsanitised
};
struct ExtranonceChanged
{
    util::Bytes extranonce1; ///< for jobs that come after it
    std::size_t extranonce2Size = 0;
};
struct VersionMaskChanged
{
    std::uint32_t mask = 0; ///< 0: no rolling
};
/// The connection is of no more use; close it. Nothing follows.
struct Failed
{
    ClientFailure reason{};
};

using ClientEvent =
    std::variant<Subscribed, Authorized, AuthorizationRefused, DifficultyChanged, JobReceived,
                 ShareAnswered, ExtranonceChanged, VersionMaskChanged, Failed>;

struct ClientActions
{
    std::string output; ///< bytes to send
    std::vector<ClientEvent> events;

    void clear()
    {
        output.clear();
        events.clear();
    }
};

class ClientSession final
{
public:
    static constexpr std::size_t MAX_JOB_ID_BYTES = 64;
    static constexpr std::size_t MAX_EXTRANONCE1_SIZE = 32;
    static constexpr std::size_t MAX_EXTRANONCE2_SIZE = 16;
    static constexpr std::size_t MAX_BRANCH_LENGTH = 32;
    /// A large coinbase in hexadecimal fits.
    static constexpr std::size_t MAX_SERVER_LINE_BYTES = 256 * 1024;
    /// Submits without an answer; beyond it the oldest is forgotten and its answer ignored.
    static constexpr std::size_t MAX_PENDING_SHARES = 4096;

    explicit ClientSession(ClientOptions options);

    /// The first bytes to send, once: configure (where version rolling is on) and subscribe.
    /// Authorisation follows by itself from onBytes().
    [[nodiscard]] std::string start();

    /// Appends to `actions`; the caller clears it. Bytes may be any part of the stream.
    void onBytes(util::ByteView bytes, ClientActions& actions);

    /// A mining.submit line. Its answer comes as ShareAnswered with this tag.
    [[nodiscard]] std::string submit(const ClientShare& share, std::uint64_t tag);
    /// The same, appended to `out`.
    void submit(const ClientShare& share, std::uint64_t tag, std::string& out);

    [[nodiscard]] bool hasFailed() const { return m_hasFailed; }

private:
    struct PendingShare
    {
        std::uint64_t id = 0;
        std::uint64_t tag = 0;
    };

    void onLine(std::string_view line, ClientActions& actions);
    void onNotification(std::string_view method, const Message& message, ClientActions& actions);
    void onReply(std::uint64_t id, const Message& message, ClientActions& actions);
    void onSubscribeReply(const Message& message, ClientActions& actions);
    void onShareReply(std::uint64_t id, const Message& message, ClientActions& actions);
    void fail(ClientFailure reason, ClientActions& actions);

    ClientOptions m_options;
    LineSplitter m_lines{MAX_SERVER_LINE_BYTES};
    std::vector<PendingShare> m_pending; ///< in order of sending
    std::uint64_t m_nextId = 1;
    std::uint64_t m_configureId = 0; ///< 0: not asked
    std::uint64_t m_subscribeId = 0;
    std::uint64_t m_authorizeId = 0;
    bool m_hasFailed = false;
};

} // namespace warp::stratum::v1
