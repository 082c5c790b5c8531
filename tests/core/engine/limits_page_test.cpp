// docs/src/limits.md is made from the constants that hold: no figure in it can be another.

#include "core/engine/certificate_keeper.h"
#include "core/engine/miner_connection.h"
#include "core/engine/peer_registry.h"
#include "core/engine/rate_keeper.h"
#include "core/engine/reject_watch.h"
#include "core/engine/room_maker.h"
#include "core/engine/worker_table.h"
#include "core/mining/duplicate_filter.h"
#include "core/mining/search_pace.h"
#include "core/net/connection.h"
#include "core/net/handshake_pacer.h"
#include "core/net/listen_terms.h"
#include "core/net/proxy_header.h"
#include "core/net/tcp_limits.h"
#include "core/net/tls_session.h"
#include "core/stratum/authorize.h"
#include "core/stratum/v1/json_text.h"
#include "core/stratum/v1/message.h"
#include "core/stratum/v1/parked_sessions.h"
#include "core/stratum/v1/server_limits.h"
#include "core/stratum/v2/message_sets.h"
#include "core/stratum/v2/server_limits.h"
#include "core/stratum/v2/tlv.h"
#include "tests/support/test_registry.h"

#include <QFile>
#include <QTest>

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>

namespace {

using namespace warp;
namespace v1 = stratum::v1;
namespace v2 = stratum::v2;

std::string bytes(std::size_t count)
{
    constexpr std::size_t KIBIBYTE = 1024;
    return count % KIBIBYTE == 0 ? fmt::format("{} KiB", count / KIBIBYTE)
                                 : fmt::format("{} bytes", count);
}

std::string time(util::Duration duration)
{
    return fmt::format("{} s", std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

class Page final
{
public:
    void chapter(std::string_view title)
    {
        m_text +=
            fmt::format("\n## {}\n\n| what | limit | what happens there |\n|---|---|---|\n", title);
    }
    void row(std::string_view what, std::string_view limit, std::string_view consequence)
    {
        m_text += fmt::format("| {} | {} | {} |\n", what, limit, consequence);
    }
    [[nodiscard]] const std::string& text() const { return m_text; }

private:
    std::string m_text =
        "# Limits\n\nWhat a miner, or somebody who says to be one, can take of the pool, and what "
        "happens at each\nlimit. This page is made from the program's own constants. Who counts as "
        "one peer is told under\n[Listeners](listeners.md#who-counts-as-one); settings are in "
        "[Settings](configuration.md).\n";
};

void describeConnections(Page& page)
{
    page.chapter("Connections");
    page.row("Miners at the same time", "`max_connections` of `[server]`, and of each listener",
             fmt::format("one that never had a good share in {} makes room, first of the peer that "
                         "holds most of them; else the next one is closed at once",
                         time(engine::RoomMaker::MIN_AGE)));
    page.row("New connections of a peer",
             "`connects_per_sec` of `[ratelimit]`, `connect_burst` at once",
             "the next one is closed at once, before TLS");
    page.row("Connections of a peer that have not authorised",
             fmt::format("{}", engine::PeerRegistry::MAX_PENDING),
             "the next one is closed at once");
    page.row("The same behind an address that many share",
             "one more for each of its miners; rates grow with their number",
             "as above; never through a gateway that is known as such");
    page.row("Peers whose rate is remembered one by one",
             fmt::format("{}", engine::RateKeeper::MAX_PEERS),
             "all further ones share one rate, until others have been quiet");
    page.row("Connections of a listener in their TLS handshake or PROXY header",
             fmt::format("{}", net::ListenTerms::MAX_OPENINGS),
             "of the peer with most of them the oldest gives way, first one that sent nothing");
    page.row("The same, of one address", fmt::format("{}", net::ListenTerms::MAX_OPENINGS_OF_PEER),
             "its oldest that sent nothing gives way, else the next one is closed at once");
    page.row("First byte of the TLS handshake or the PROXY header",
             time(net::ListenTerms::FIRST_BYTE_LIMIT), "closed");
    page.row("TLS handshakes of an io thread",
             fmt::format("{} a second", net::HandshakePacer::PER_SECOND), "the next one waits");
    page.row("Changes of TLS keys with nothing between them",
             fmt::format("{}", net::TlsSession::MAX_KEY_CHANGES), "closed");
    page.row("PROXY header and TLS handshake together", time(net::ListenTerms::OPENING_LIMIT),
             "closed");
    page.row("PROXY header behind its first 16 bytes", bytes(net::MAX_PROXY_BODY_BYTES), "closed");
}

void describeHandshake(Page& page)
{
    page.chapter("Before a miner is known");
    page.row("First line", time(v1::FIRST_LINE_TIMEOUT), "closed");
    page.row("First worker authorised", time(v1::AUTHORIZE_TIMEOUT), "closed");
    page.row("Messages before that", fmt::format("{}", v1::MAX_HANDSHAKE_MESSAGES), "closed");
    page.row("First logins of a peer's connections",
             "`auths_per_sec` of `[ratelimit]`, `auth_burst` at once",
             "the answer is `false` with the reason; the connection stays");
    page.row("Logins of a peer that fail", "as many, counted apart", "the same");
    page.row("Workers of one connection", fmt::format("{}", v1::MAX_WORKERS),
             "the next one is refused; the connection stays");
    page.row("User name", bytes(stratum::MAX_USER_NAME_BYTES), "refused");
}

void describeLines(Page& page)
{
    page.chapter("What a miner says");
    page.row("Line", bytes(v1::MAX_LINE_BYTES), "closed; nothing of it is kept");
    page.row("JSON in one another", fmt::format("{} levels", v1::MAX_JSON_DEPTH),
             "the line counts as no JSON");
    page.row("Keys of a JSON object", fmt::format("{}", v1::MAX_JSON_KEYS),
             "the line counts as no JSON");
    page.row("Lines in a row that are no JSON", fmt::format("{}", v1::MAX_INVALID_LINES),
             "an error each, the last one closes");
    page.row("Id of a request", bytes(v1::MAX_ID_BYTES), "an error");
    page.row("User agent that is kept", bytes(v1::MAX_KEPT_TEXT_BYTES), "cut");
    page.row("Changes of difficulty that a miner causes",
             fmt::format("{} a second", v1::MAX_CHANGES_PER_TICK),
             "the last wish is granted with the next second");
    page.row("Shares remembered to find duplicates",
             fmt::format("{} a connection", mining::DuplicateFilter::CAPACITY),
             "the oldest are forgotten");
}

void describeFloods(Page& page)
{
    using engine::RejectWatch;
    page.chapter("Bad shares");
    page.row("Nothing but bad shares",
             fmt::format("{} within {}, for {} at least", RejectWatch::MIN_BAD,
                         time(RejectWatch::WINDOW), time(RejectWatch::REMIND_AFTER)),
             "difficulty and job are sent once more");
    page.row("The same, still",
             fmt::format("{} more, for {} at least", RejectWatch::MIN_BAD_AFTER,
                         time(RejectWatch::CLOSE_AFTER)),
             "closed");
    page.row("Bad shares in a row",
             fmt::format("{} within {}", RejectWatch::MAX_BAD, time(RejectWatch::WINDOW)),
             "closed");
    page.row("Stale, duplicate and unknown ones", "none", "they are never held against a miner");
    page.row("Shares of unknown jobs, or with version bits that may not be rolled",
             fmt::format("{} a second", mining::SearchPace::MAX_PER_SECOND),
             "each is tried for a block on all jobs and versions that may have been meant; further "
             "ones on the likeliest alone");
    page.row("With `enabled = false` in `[ratelimit]`", "none", "they are answered and counted");
}

void describeSlowness(Page& page)
{
    page.chapter("What a miner does not take, and what it leaves");
    page.row("Bytes that wait for a miner",
             fmt::format("{}, and {} more for each open channel of Stratum V2",
                         bytes(net::Connection::MAX_PENDING_BYTES),
                         bytes(stratum::v2::PENDING_BYTES_PER_CHANNEL)),
             "closed");
    page.row("Work while bytes wait for a miner of Stratum V1", "the newest",
             "it is sent when all before it is taken; what it replaces never is");
    page.row("No byte of them taken", time(net::WRITE_STALL_LIMIT), "closed");
    page.row("Last words of a connection that is being closed", time(net::FLUSH_LIMIT), "dropped");
    page.row("Workers that are remembered", fmt::format("{}", engine::WorkerTable::MAX_WORKERS),
             "those without a connection fall out, first those that never had a good share; the "
             "rest are counted together");
    page.row("Addresses known to be shared by many",
             fmt::format("{}, for {} h without a miner", engine::PeerRegistry::MAX_SHARED,
                         engine::PeerRegistry::SHARED_LIFETIME.count()),
             "the one whose miners were seen longest ago is forgotten");
    page.row("Sessions that can be resumed",
             fmt::format("{} an io thread, for {}", v1::ParkedSessions::MAX_SESSIONS,
                         time(v1::ParkedSessions::LIFETIME)),
             "the oldest of the peer that has most of them is forgotten");
    page.row("Shares remembered with them",
             fmt::format("{} an io thread", v1::ParkedSessions::MAX_SHARES),
             "the oldest session of the peer that has most of them is forgotten");
}

void describeStratumV2(Page& page)
{
    page.chapter("Stratum V2");
    page.row("Noise handshakes of an io thread",
             fmt::format("{} a second", net::HandshakePacer::PER_SECOND),
             fmt::format("the next one waits, for {} at most", time(v2::TURN_TIMEOUT)));
    page.row("Miner's part of the handshake, and then SetupConnection", time(v2::SETUP_TIMEOUT),
             "closed");
    page.row("First channel", time(v2::CHANNEL_TIMEOUT), "closed");
    page.row("Frame",
             fmt::format("{}, and what its type needs and {} of extensions",
                         bytes(v2::MAX_FRAME_BYTES), bytes(v2::TLV_ALLOWANCE)),
             "closed; nothing of it is kept");
    page.row("A frame that has begun", time(v2::FRAME_TIMEOUT), "closed");
    page.row("Messages of a type that nobody knows", fmt::format("{}", v2::MAX_UNKNOWN_MESSAGES),
             "passed over; one more closes");
    page.row("Channels of a connection", fmt::format("{}", v2::MAX_CHANNELS),
             "the next one is refused with `channel-capacity-exhausted`");
    page.row("Channels of an io thread", fmt::format("{}", v2::MAX_CHANNELS_OF_THREAD),
             "a connection's second one is refused likewise; each still has its first");
    page.row("Channels that a connection opens, whatever it closes",
             fmt::format("{} at once, as many again in {:.0f} s",
                         engine::MinerConnection::FURTHER_NAMES.burst,
                         engine::MinerConnection::FURTHER_NAMES.burst /
                             engine::MinerConnection::FURTHER_NAMES.perSecond),
             "each further one counts as a first login, or is refused with `too-many-requests`");
    page.row("Closed channels of a connection", fmt::format("{}", v2::MAX_CLOSED_CHANNELS),
             "the oldest is forgotten: what still comes for it is no block any more");
    page.row("Workers that a connection's shares may name (extension 2)",
             fmt::format("{}, of {} each", v2::MAX_WORKER_NAMES, bytes(v2::MAX_WORKER_NAME)),
             "shares with a further name count for the channel's own worker; those with a longer "
             "one are refused");
    page.row("Jobs that a channel's shares may be for", fmt::format("{}", v2::MAX_SENT_JOBS),
             "the oldest are forgotten");
    page.row("Changes of difficulty that a channel's miner causes",
             fmt::format("{} a second", v2::MAX_CHANGES_PER_TICK),
             "the last wish is granted with the next second");
    page.row("Text about a device that is kept", bytes(v2::MAX_KEPT_TEXT_BYTES), "cut");
}

class LimitsPageTest final : public QObject
{
    Q_OBJECT

private slots:
    // R142, R143: what is documented is what holds; WARP_UPDATE_GENERATED=1 writes it anew.
    void thePageSaysWhatHolds()
    {
        Page page;
        describeConnections(page);
        describeHandshake(page);
        describeLines(page);
        describeStratumV2(page);
        describeFloods(page);
        describeSlowness(page);
        QFile file(QStringLiteral(WARP_SOURCE_DIR "/docs/src/limits.md"));
        if (qEnvironmentVariableIntValue("WARP_UPDATE_GENERATED") == 1) {
            QVERIFY(file.open(QIODevice::WriteOnly));
            QVERIFY(file.write(QByteArray::fromStdString(page.text())) > 0);
            return;
        }
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll().toStdString(), page.text());
    }
};

WARP_TEST_CLASS(LimitsPageTest);

} // namespace

#include "limits_page_test.moc"
