// The tables of what a pool shows by itself: snapshots and events. Private to this module's JSON
// and its tests.
#pragma once

#include "core/interfaces/json_fields.h"
#include "core/interfaces/pool_event.h"
#include "core/interfaces/pool_snapshot.h"

#include <cstddef>

namespace warp::interfaces {

template <>
inline constexpr std::size_t JSON_ENUMERATORS<EngineState> = 6;
template <>
inline constexpr std::size_t JSON_ENUMERATORS<BlockState> = 6;
template <>
inline constexpr std::size_t JSON_ENUMERATORS<PaymentAudit> = 3;
template <>
inline constexpr std::size_t JSON_ENUMERATORS<AuditState> = 3;
template <>
inline constexpr std::size_t JSON_ENUMERATORS<ProposalState> = 4;
template <>
inline constexpr std::size_t JSON_ENUMERATORS<EventKind> = 9;
template <>
inline constexpr std::size_t JSON_ENUMERATORS<Severity> = 3;
template <>
inline constexpr std::size_t JSON_ENUMERATORS<bitcoin::Network> = 5;

template <>
inline constexpr auto JSON_TABLE<BestView> =
    table<BestView>("best_view", field("difficulty", &BestView::difficulty),
                    field("fraction_of_block", &BestView::fractionOfBlock));

template <>
inline constexpr auto JSON_TABLE<LuckView> =
    table<LuckView>("luck_view", field("format", &LuckView::format),
                    field("hashrate", &LuckView::hashrate),
                    field("network_difficulty", &LuckView::networkDifficulty),
                    field("per_day", &LuckView::perDay), field("per_month", &LuckView::perMonth),
                    field("per_year", &LuckView::perYear), field("all_time", &LuckView::allTime),
                    field("since_block", &LuckView::sinceBlock), field("run", &LuckView::run));

template <>
inline constexpr auto JSON_TABLE<ShareCounters> = table<ShareCounters>(
    "share_counters", field("accepted", &ShareCounters::accepted),
    field("late", &ShareCounters::late), field("unknown_job", &ShareCounters::unknownJob),
    field("stale", &ShareCounters::stale), field("duplicate", &ShareCounters::duplicate),
    field("low_difficulty", &ShareCounters::lowDifficulty),
    field("bad_time", &ShareCounters::badTime), field("bad_version", &ShareCounters::badVersion),
    field("malformed", &ShareCounters::malformed),
    field("unauthorized", &ShareCounters::unauthorized),
    field("not_subscribed", &ShareCounters::notSubscribed),
    field("accepted_work", &ShareCounters::acceptedWork));

template <>
inline constexpr auto JSON_TABLE<WorkerView> = table<WorkerView>(
    "worker_view", field("name", &WorkerView::name), field("label", &WorkerView::label),
    field("is_hidden", &WorkerView::isHidden), field("user_agent", &WorkerView::userAgent),
    field("sessions", &WorkerView::sessions), field("hashrate", &WorkerView::hashrate),
    field("hashrate_low", &WorkerView::hashrateLow),
    field("hashrate_high", &WorkerView::hashrateHigh), field("miner_rate", &WorkerView::minerRate),
    field("difficulty", &WorkerView::difficulty), field("best_run", &WorkerView::bestRun),
    field("best_all_time", &WorkerView::bestAllTime), field("shares", &WorkerView::shares),
    field("first_seen", &WorkerView::firstSeen), field("last_share", &WorkerView::lastShare));

template <>
inline constexpr auto JSON_TABLE<SessionView> = table<SessionView>(
    "session_view", field("id", &SessionView::id), field("worker", &SessionView::worker),
    field("peer", &SessionView::peer), field("listener", &SessionView::listener),
    field("protocol", &SessionView::protocol), field("is_tls", &SessionView::isTls),
    field("user_agent", &SessionView::userAgent), field("difficulty", &SessionView::difficulty),
    field("hashrate", &SessionView::hashrate), field("hashrate_low", &SessionView::hashrateLow),
    field("hashrate_high", &SessionView::hashrateHigh), field("shares", &SessionView::shares),
    field("connected_at", &SessionView::connectedAt), field("last_share", &SessionView::lastShare));

template <>
inline constexpr auto JSON_TABLE<ListenerView> = table<ListenerView>(
    "listener_view", field("endpoint", &ListenerView::endpoint),
    field("protocol", &ListenerView::protocol), field("is_tls", &ListenerView::isTls),
    field("is_plain", &ListenerView::isPlain), field("is_open", &ListenerView::isOpen),
    field("code", &ListenerView::code), field("miners", &ListenerView::miners),
    field("tls_miners", &ListenerView::tlsMiners), field("refused", &ListenerView::refused),
    field("failed", &ListenerView::failed));

template <>
inline constexpr auto JSON_TABLE<CoinbaseOutputView> =
    table<CoinbaseOutputView>("coinbase_output_view", field("kind", &CoinbaseOutputView::kind),
                              field("address", &CoinbaseOutputView::address),
                              field("value", &CoinbaseOutputView::value));

template <>
inline constexpr auto JSON_TABLE<CoinbaseView> = table<CoinbaseView>(
    "coinbase_view", field("height", &CoinbaseView::height), field("tag", &CoinbaseView::tag),
    field("script_size", &CoinbaseView::scriptSize),
    field("extranonce_offset", &CoinbaseView::extranonceOffset),
    field("extranonce_size", &CoinbaseView::extranonceSize),
    field("outputs", &CoinbaseView::outputs), field("total", &CoinbaseView::total),
    field("witness_commitment", &CoinbaseView::witnessCommitment),
    field("weight", &CoinbaseView::weight));

template <>
inline constexpr auto JSON_TABLE<PayoutPartView> =
    table<PayoutPartView>("payout_part_view", field("role", &PayoutPartView::role),
                          field("code", &PayoutPartView::code),
                          field("address", &PayoutPartView::address),
                          field("due", &PayoutPartView::due), field("paid", &PayoutPartView::paid));

template <>
inline constexpr auto JSON_TABLE<AuditView> =
    table<AuditView>("audit_view", field("state", &AuditView::state),
                     field("code", &AuditView::code), field("job_id", &AuditView::jobId),
                     field("audited", &AuditView::audited), field("refused", &AuditView::refused),
                     field("parts", &AuditView::parts), field("coinbase", &AuditView::coinbase));

template <>
inline constexpr auto JSON_TABLE<ProposalView> = table<ProposalView>(
    "proposal_view", field("state", &ProposalView::state), field("reason", &ProposalView::reason),
    field("proposals", &ProposalView::proposals), field("shapes", &ProposalView::shapes),
    field("last_duration", &ProposalView::lastDuration));

template <>
inline constexpr auto JSON_TABLE<JobView> = table<JobView>(
    "job_view", field("id", &JobView::id), field("height", &JobView::height),
    field("previous", &JobView::previous), field("coinbase_value", &JobView::coinbaseValue),
    field("transactions", &JobView::transactions), field("is_clean", &JobView::isClean),
    field("is_provisional", &JobView::isProvisional), field("received", &JobView::received),
    field("network_difficulty", &JobView::networkDifficulty));

template <>
inline constexpr auto JSON_TABLE<WorkView> =
    table<WorkView>("work_view", field("format", &WorkView::format), field("job", &WorkView::job),
                    field("audit", &WorkView::audit), field("proposal", &WorkView::proposal),
                    field("empty_time", &WorkView::emptyTime));

template <>
inline constexpr auto JSON_TABLE<TipDelivery> =
    table<TipDelivery>("tip_delivery", field("miners", &TipDelivery::miners),
                       field("median_by_hashrate", &TipDelivery::medianByHashrate),
                       field("last", &TipDelivery::last));

template <>
inline constexpr auto JSON_TABLE<Payment> =
    table<Payment>("payment", field("address", &Payment::address), field("value", &Payment::value));

template <>
inline constexpr auto JSON_TABLE<BlockRecord> = table<BlockRecord>(
    "block_record", field("hash", &BlockRecord::hash), field("height", &BlockRecord::height),
    field("state", &BlockRecord::state), field("reason", &BlockRecord::reason),
    field("worker", &BlockRecord::worker), field("payments", &BlockRecord::payments),
    field("confirmations", &BlockRecord::confirmations), field("audit", &BlockRecord::audit),
    field("found_at", &BlockRecord::foundAt));

template <>
inline constexpr auto JSON_TABLE<HealthIssue> =
    table<HealthIssue>("health_issue", field("code", &HealthIssue::code),
                       field("detail", &HealthIssue::detail), field("since", &HealthIssue::since),
                       field("raised_at", &HealthIssue::raisedAt),
                       field("severity", &HealthIssue::severity));

template <>
inline constexpr auto JSON_TABLE<FeedView> = table<FeedView>(
    "feed_view", field("topic", &FeedView::topic), field("is_connected", &FeedView::isConnected),
    field("is_silent", &FeedView::isSilent), field("last_message", &FeedView::lastMessage),
    field("messages", &FeedView::messages), field("gaps", &FeedView::gaps),
    field("renewals", &FeedView::renewals));

template <>
inline constexpr auto JSON_TABLE<NodeView> =
    table<NodeView>("node_view", field("host", &NodeView::host), field("state", &NodeView::state),
                    field("detail", &NodeView::detail), field("network", &NodeView::network),
                    field("height", &NodeView::height), field("is_active", &NodeView::isActive),
                    field("is_initial_download", &NodeView::isInitialDownload),
                    field("is_pruned", &NodeView::isPruned), field("tip_time", &NodeView::tipTime),
                    field("feeds", &NodeView::feeds), field("headers", &NodeView::headers),
                    field("verified_permille", &NodeView::verifiedPermille));

template <>
inline constexpr auto JSON_TABLE<ProgramView> = table<ProgramView>(
    "program_view", field("version", &ProgramView::version),
    field("profile", &ProgramView::profile), field("started_at", &ProgramView::startedAt),
    field("boot_id", &ProgramView::bootId), field("authority_key", &ProgramView::authorityKey));

template <>
inline constexpr auto JSON_TABLE<util::DurationHistogram> =
    table<util::DurationHistogram>("duration_histogram",
                                   field("counts", &util::DurationHistogram::counts),
                                   field("sum", &util::DurationHistogram::sum));

template <>
inline constexpr auto JSON_TABLE<RpcLatency> = table<RpcLatency>(
    "rpc_latency", field("kind", &RpcLatency::kind), field("answers", &RpcLatency::answers));

template <>
inline constexpr auto JSON_TABLE<LatencyView> =
    table<LatencyView>("latency_view", field("format", &LatencyView::format),
                       field("share_reply", &LatencyView::shareReply),
                       field("tip_delivery", &LatencyView::tipDelivery),
                       field("block_submit", &LatencyView::blockSubmit),
                       field("rpc", &LatencyView::rpc));

template <>
inline constexpr auto JSON_TABLE<RunCounts> =
    table<RunCounts>("run_counts", field("authorizations", &RunCounts::authorizations),
                     field("disconnections", &RunCounts::disconnections),
                     field("blocks_found", &RunCounts::blocksFound),
                     field("blocks_rejected", &RunCounts::blocksRejected));

template <>
inline constexpr auto JSON_TABLE<PoolSnapshot> = table<PoolSnapshot>(
    "pool_snapshot", field("version", &PoolSnapshot::version),
    field("taken_at", &PoolSnapshot::takenAt), field("taken_at_wall", &PoolSnapshot::takenAtWall),
    field("program", &PoolSnapshot::program), field("state", &PoolSnapshot::state),
    field("network", &PoolSnapshot::network), field("tip_height", &PoolSnapshot::tipHeight),
    field("tip_hash", &PoolSnapshot::tipHash), field("jobs_made", &PoolSnapshot::jobsMade),
    field("miners", &PoolSnapshot::miners), field("shares", &PoolSnapshot::shares),
    field("delivery", &PoolSnapshot::delivery), field("run", &PoolSnapshot::run),
    field("blocks", &PoolSnapshot::blocks), field("issues", &PoolSnapshot::issues),
    field("listening", &PoolSnapshot::listening), field("listeners", &PoolSnapshot::listeners),
    field("workers", &PoolSnapshot::workers),
    field("workers_dropped", &PoolSnapshot::workersDropped),
    field("sessions", &PoolSnapshot::sessions), field("bests", &PoolSnapshot::bests),
    field("nodes", &PoolSnapshot::nodes), field("work", &PoolSnapshot::work),
    field("luck", &PoolSnapshot::luck), field("latency", &PoolSnapshot::latency));

template <>
inline constexpr auto JSON_TABLE<PoolEvent> =
    table<PoolEvent>("pool_event", field("id", &PoolEvent::id), field("cause", &PoolEvent::cause),
                     field("at", &PoolEvent::at), field("kind", &PoolEvent::kind),
                     field("severity", &PoolEvent::severity), field("state", &PoolEvent::state),
                     field("issue", &PoolEvent::issue), field("block", &PoolEvent::block));

template <>
inline constexpr auto JSON_TABLE<BestShare> =
    table<BestShare>("best_share", field("worker", &BestShare::worker),
                     field("found_at", &BestShare::foundAt), field("height", &BestShare::height),
                     field("difficulty", &BestShare::difficulty),
                     field("network_difficulty", &BestShare::networkDifficulty),
                     field("hash", &BestShare::hash), field("header", &BestShare::header),
                     field("coinbase", &BestShare::coinbase), field("branch", &BestShare::branch));

} // namespace warp::interfaces
