// The tables of what is asked of a pool, and of its answers. Private to this module's JSON and its
// tests.
#pragma once

#include "core/interfaces/command.h"
#include "core/interfaces/json_fields.h"
#include "core/interfaces/json_snapshot_fields.h"
#include "core/interfaces/query.h"

#include <cstddef>

namespace warp::interfaces {

template <>
inline constexpr std::size_t JSON_ENUMERATORS<RequestFault> = 6;
template <>
inline constexpr std::size_t JSON_ENUMERATORS<BucketSpan> = 3;
template <>
inline constexpr std::size_t JSON_ENUMERATORS<Visibility> = 2;

template <>
inline constexpr auto JSON_TABLE<config::SettingPlace> =
    table<config::SettingPlace>("setting_place", field("file", &config::SettingPlace::file),
                                field("line", &config::SettingPlace::line),
                                field("column", &config::SettingPlace::column),
                                field("key", &config::SettingPlace::key));

template <>
inline constexpr auto JSON_TABLE<HistoryBucket> = table<HistoryBucket>(
    "history_bucket", field("start", &HistoryBucket::start),
    field("boot_id", &HistoryBucket::bootId), field("covered", &HistoryBucket::covered),
    field("accepted_work", &HistoryBucket::acceptedWork),
    field("accepted", &HistoryBucket::accepted), field("refused", &HistoryBucket::refused),
    field("stale", &HistoryBucket::stale), field("best", &HistoryBucket::best),
    field("miners", &HistoryBucket::miners));

template <>
inline constexpr auto JSON_TABLE<HistoryQuery> =
    table<HistoryQuery>("history_query", field("worker", &HistoryQuery::worker),
                        field("span", &HistoryQuery::span), field("from", &HistoryQuery::from),
                        field("to", &HistoryQuery::to), field("limit", &HistoryQuery::limit));

template <>
inline constexpr auto JSON_TABLE<HistoryReply> =
    table<HistoryReply>("history_reply", field("span", &HistoryReply::span),
                        field("buckets", &HistoryReply::buckets),
                        field("is_cut", &HistoryReply::isCut));

template <>
inline constexpr auto JSON_TABLE<BestSharesQuery> =
    table<BestSharesQuery>("best_shares_query", field("worker", &BestSharesQuery::worker),
                           field("limit", &BestSharesQuery::limit));

template <>
inline constexpr auto JSON_TABLE<BestSharesReply> =
    table<BestSharesReply>("best_shares_reply", field("shares", &BestSharesReply::shares));

template <>
inline constexpr auto JSON_TABLE<RequestError> =
    table<RequestError>("request_error", field("fault", &RequestError::fault),
                        field("code", &RequestError::code), field("detail", &RequestError::detail));

template <>
inline constexpr auto JSON_TABLE<BlocksQuery> = table<BlocksQuery>(
    "blocks_query", field("limit", &BlocksQuery::limit), field("offset", &BlocksQuery::offset));

template <>
inline constexpr auto JSON_TABLE<BlocksReply> = table<BlocksReply>(
    "blocks_reply", field("blocks", &BlocksReply::blocks), field("total", &BlocksReply::total));

template <>
inline constexpr auto JSON_TABLE<WorkersQuery> =
    table<WorkersQuery>("workers_query", field("has_hidden", &WorkersQuery::hasHidden),
                        field("after", &WorkersQuery::after), field("limit", &WorkersQuery::limit));

template <>
inline constexpr auto JSON_TABLE<WorkersReply> =
    table<WorkersReply>("workers_reply", field("workers", &WorkersReply::workers),
                        field("is_cut", &WorkersReply::isCut));

template <>
inline constexpr auto JSON_TABLE<EventsQuery> = table<EventsQuery>(
    "events_query", field("after", &EventsQuery::after), field("limit", &EventsQuery::limit));

template <>
inline constexpr auto JSON_TABLE<EventsReply> =
    table<EventsReply>("events_reply", field("events", &EventsReply::events));

template <>
inline constexpr auto JSON_TABLE<SettingChange> = table<SettingChange>(
    "setting_change", field("key", &SettingChange::key), field("text", &SettingChange::text));

template <>
inline constexpr auto JSON_TABLE<ProbeNode> = table<ProbeNode>(
    "probe_node", field("rpc_url", &ProbeNode::rpcUrl), field("rpc_cookie", &ProbeNode::rpcCookie),
    field("rpc_user", &ProbeNode::rpcUser), field("rpc_password", &ProbeNode::rpcPassword),
    field("zmq_hash_block", &ProbeNode::zmqHashBlock),
    field("zmq_raw_block", &ProbeNode::zmqRawBlock));

template <>
inline constexpr auto JSON_TABLE<PreviewPayout> =
    table<PreviewPayout>("preview_payout", field("changes", &PreviewPayout::changes));

template <>
inline constexpr auto JSON_TABLE<ValidateSettings> =
    table<ValidateSettings>("validate_settings", field("changes", &ValidateSettings::changes));

template <>
inline constexpr auto JSON_TABLE<ApplySettings> =
    table<ApplySettings>("apply_settings", field("changes", &ApplySettings::changes));

template <>
inline constexpr auto JSON_TABLE<ReloadSettings> = table<ReloadSettings>("reload_settings");

template <>
inline constexpr auto JSON_TABLE<StartPool> = table<StartPool>("start_pool");

template <>
inline constexpr auto JSON_TABLE<StopPool> = table<StopPool>("stop_pool");

template <>
inline constexpr auto JSON_TABLE<RetryBlock> =
    table<RetryBlock>("retry_block", field("hash", &RetryBlock::hash));

template <>
inline constexpr auto JSON_TABLE<RenameWorker> = table<RenameWorker>(
    "rename_worker", field("worker", &RenameWorker::worker), field("label", &RenameWorker::label));

template <>
inline constexpr auto JSON_TABLE<HideWorker> =
    table<HideWorker>("hide_worker", field("worker", &HideWorker::worker),
                      field("visibility", &HideWorker::visibility));

template <>
inline constexpr auto JSON_TABLE<ForgetWorker> =
    table<ForgetWorker>("forget_worker", field("worker", &ForgetWorker::worker));

template <>
inline constexpr auto JSON_TABLE<DisconnectMiner> =
    table<DisconnectMiner>("disconnect_miner", field("session", &DisconnectMiner::session));

template <>
inline constexpr auto JSON_TABLE<Done> = table<Done>("done");

template <>
inline constexpr auto JSON_TABLE<NodeProbeReply> = table<NodeProbeReply>(
    "node_probe_reply", field("state", &NodeProbeReply::state),
    field("detail", &NodeProbeReply::detail), field("network", &NodeProbeReply::network),
    field("height", &NodeProbeReply::height), field("version", &NodeProbeReply::version),
    field("has_hash_block", &NodeProbeReply::hasHashBlock),
    field("has_raw_block", &NodeProbeReply::hasRawBlock));

template <>
inline constexpr auto JSON_TABLE<PayoutPreviewReply> =
    table<PayoutPreviewReply>("payout_preview_reply", field("parts", &PayoutPreviewReply::parts),
                              field("is_model", &PayoutPreviewReply::isModel));

template <>
inline constexpr auto JSON_TABLE<SettingFault> =
    table<SettingFault>("setting_fault", field("place", &SettingFault::place),
                        field("code", &SettingFault::code), field("detail", &SettingFault::detail));

template <>
inline constexpr auto JSON_TABLE<SettingsReply> =
    table<SettingsReply>("settings_reply", field("faults", &SettingsReply::faults),
                         field("changed", &SettingsReply::changed),
                         field("needs_restart", &SettingsReply::needsRestart));

} // namespace warp::interfaces
