#include "core/stratum/v1/client_session.h"

#include "core/bitcoin/difficulty_text.h"
#include "core/stratum/v1/client_messages.h"
#include "core/stratum/v1/json_text.h"
#include "core/stratum/v1/message.h"
#include "core/stratum/v1/reply.h"
#include "core/util/hex.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace warp::stratum::v1 {

namespace {

/// The whole text as one of our ids, which are numbers; some servers return them as strings.
std::uint64_t ownId(std::string_view text)
{
    if (text.size() >= 2 && text.front() == '"') {
        text = text.substr(1, text.size() - 2);
    }
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return error == std::errc() && end == text.data() + text.size() ? id : 0;
}

void appendRequest(std::string& out, std::uint64_t id, std::string_view method)
{
    out.append("{\"id\":").append(std::to_string(id)).append(",\"method\":\"");
    out.append(method).append("\",\"params\":[");
}

} // namespace

std::string_view name(ClientFailure failure)
{
    switch (failure) {
    case ClientFailure::LineTooLong:
        return "line_too_long";
    case ClientFailure::NotJson:
        return "not_json";
    case ClientFailure::BadSubscribeReply:
        break;
    }
    return "bad_subscribe_reply";
}

ClientSession::ClientSession(ClientOptions options)
    : m_options(std::move(options))
{}

std::string ClientSession::start()
{
    std::string out;
    if (m_options.versionRolling == ClientOptions::VersionRolling::On) {
        m_configureId = m_nextId++;
        appendRequest(out, m_configureId, "mining.configure");
        out.append("[\"version-rolling\"],{\"version-rolling.mask\":\"ffffffff\","
                   "\"version-rolling.min-bit-count\":2}]}\n");
    }
    m_subscribeId = m_nextId++;
    appendRequest(out, m_subscribeId, "mining.subscribe");
    appendJsonString(out, m_options.userAgent);
    out.append("]}\n");
    return out;
}

void ClientSession::onBytes(util::ByteView bytes, ClientActions& actions)
{
    if (m_hasFailed) {
        return;
    }
    m_lines.feed(bytes);
    std::string_view line;
    LineStatus status = m_lines.next(line);
    while (status == LineStatus::Line) {
        onLine(line, actions);
        if (m_hasFailed) {
            return;
        }
        status = m_lines.next(line);
    }
    if (status == LineStatus::TooLong) {
        fail(ClientFailure::LineTooLong, actions);
    }
}

std::string ClientSession::submit(const ClientShare& share, std::uint64_t tag)
{
    std::string out;
    submit(share, tag, out);
    return out;
}

void ClientSession::submit(const ClientShare& share, std::uint64_t tag, std::string& out)
{
    const std::uint64_t id = m_nextId++;
    if (m_pending.size() == MAX_PENDING_SHARES) {
        m_pending.erase(m_pending.begin());
    }
    m_pending.push_back({.id = id, .tag = tag});
    appendRequest(out, id, "mining.submit");
    appendJsonString(out, m_options.user);
    out.push_back(',');
    appendJsonString(out, share.jobId);
    out.append(",\"");
    util::appendHex(out, share.extranonce2);
    out.append("\",\"");
    appendHexUint32(out, share.time);
    out.append("\",\"");
    appendHexUint32(out, share.nonce);
    if (share.versionBits) {
        out.append("\",\"");
        appendHexUint32(out, *share.versionBits);
    }
    out.append("\"]}\n");
}

void ClientSession::onLine(std::string_view line, ClientActions& actions)
{
    const auto message = parseMessage(line);
    if (!message) {
        fail(ClientFailure::NotJson, actions);
        return;
    }
    std::string buffer;
    if (const auto method = jsonString(message->method, buffer)) {
        onNotification(*method, *message, actions);
        return;
    }
    if (const std::uint64_t id = ownId(message->id); id != 0) {
        onReply(id, *message, actions);
    }
}

void ClientSession::onNotification(std::string_view method, const Message& message,
                                   ClientActions& actions)
{
    if (method == "mining.notify") {
        if (auto job = parseNotify(message)) {
            actions.events.emplace_back(
                JobReceived{std::make_shared<const ClientJob>(std::move(*job))});
        }
    } else if (method == "mining.set_difficulty") {
        if (const auto difficulty = parseSetDifficulty(message)) {
            actions.events.emplace_back(DifficultyChanged{*difficulty});
        }
    } else if (method == "mining.set_extranonce") {
        if (auto change = parseSetExtranonce(message)) {
            actions.events.emplace_back(std::move(*change));
        }
    } else if (method == "mining.set_version_mask") {
        std::string buffer;
        const auto text = jsonString(message.parameters[0], buffer);
        if (const auto mask = util::parseHexUint32(text.value_or(std::string_view()))) {
            actions.events.emplace_back(VersionMaskChanged{*mask});
        }
    } else if (method == "mining.ping" && message.hasId()) {
        appendResult(actions.output, message.id, "\"pong\"");
    } else if (method == "client.get_version" && message.hasId()) {
        std::string version;
        appendJsonString(version, m_options.userAgent);
        appendResult(actions.output, message.id, version);
    }
}

void ClientSession::onReply(std::uint64_t id, const Message& message, ClientActions& actions)
{
    if (id == m_subscribeId) {
        onSubscribeReply(message, actions);
    } else if (id == m_configureId) {
        actions.events.emplace_back(VersionMaskChanged{parseConfigureResult(message.result)});
    } else if (id == m_authorizeId) {
        if (message.result == "true") {
            actions.events.emplace_back(Authorized{});
        } else {
            auto error = parseServerError(message.error).value_or(ServerError{});
            actions.events.emplace_back(
                AuthorizationRefused{.code = error.code, .message = std::move(error.message)});
        }
    } else {
        onShareReply(id, message, actions);
    }
}

void ClientSession::onSubscribeReply(const Message& message, ClientActions& actions)
{
    auto subscribed = parseSubscribeResult(message.result);
    if (!subscribed) {
        fail(ClientFailure::BadSubscribeReply, actions);
        return;
    }
    m_subscribeId = 0;
    actions.events.emplace_back(std::move(*subscribed));
    if (m_options.suggestDifficulty) {
        appendRequest(actions.output, m_nextId++, "mining.suggest_difficulty");
        actions.output.append(bitcoin::toPlainDecimal(*m_options.suggestDifficulty));
        actions.output.append("]}\n");
    }
    m_authorizeId = m_nextId++;
    appendRequest(actions.output, m_authorizeId, "mining.authorize");
    appendJsonString(actions.output, m_options.user);
    actions.output.push_back(',');
    appendJsonString(actions.output, m_options.password);
    actions.output.append("]}\n");
}

void ClientSession::onShareReply(std::uint64_t id, const Message& message, ClientActions& actions)
{
    const auto pending = std::find_if(m_pending.begin(), m_pending.end(),
                                      [id](const PendingShare& share) { return share.id == id; });
    if (pending == m_pending.end()) {
        return;
    }
    auto error = parseServerError(message.error);
    ShareAnswered answer{.tag = pending->tag,
                         .isAccepted = !error && message.result == "true",
                         .code = 0,
                         .message = {}};
    if (error) {
        answer.code = error->code;
        answer.message = std::move(error->message);
    }
    m_pending.erase(pending);
    actions.events.emplace_back(std::move(answer));
}

void ClientSession::fail(ClientFailure reason, ClientActions& actions)
{
    m_hasFailed = true;
    m_lines.reset();
    actions.events.emplace_back(Failed{reason});
}

} // namespace warp::stratum::v1
