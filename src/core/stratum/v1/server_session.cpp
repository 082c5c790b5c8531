#include "core/stratum/v1/server_session.h"

#include "core/bitcoin/difficulty_text.h"
#include "core/bitcoin/target.h"
#include "core/stratum/v1/configure.h"
#include "core/stratum/v1/json_text.h"
#include "core/stratum/v1/submit.h"
#include "core/util/assert.h"
#include "core/util/hex.h"
#include "core/util/log.h"

#include <algorithm>
#include <array>
#include <utility>

namespace warp::stratum::v1 {

namespace {

/// Methods that need no more than a fixed result.
struct FixedReply
{
    std::string_view method;
    std::string_view result;
};
constexpr std::array FIXED_REPLIES{
    FixedReply{"mining.extranonce.subscribe", "true"},
    FixedReply{"mining.ping", "\"pong\""},
    FixedReply{"mining.multi_version", "true"},
    FixedReply{"mining.capabilities", "true"}, // BFGMiner
    FixedReply{"client.get_version", "\"WarpPool\""},
};

constexpr ReplyError INVALID_JSON{.code = ErrorCode::Other, .text = "Invalid JSON"};
constexpr ReplyError ID_TOO_LONG{.code = ErrorCode::Other, .text = "Id too long"};
constexpr ReplyError NO_METHOD{.code = ErrorCode::Other, .text = "Method missing"};
constexpr ReplyError UNKNOWN_METHOD{.code = ErrorCode::Other, .text = "Unknown method"};
constexpr ReplyError TOO_MANY_TRANSACTIONS{.code = ErrorCode::Other,
                                           .text = "Too many transactions"};
constexpr ReplyError INVALID_PARAMETERS{.code = ErrorCode::Other, .text = "Invalid parameters"};

constexpr std::string_view GET_TRANSACTION_IDS = "mining.get_txnhashes";

/// A list of texts; nothing where it would be too long.
template <class TextFn>
std::optional<std::string> listOf(std::size_t count, const TextFn& textOf)
{
    std::string list = "[";
    for (std::size_t i = 0; i < count; ++i) {
        list.append(i == 0 ? "\"" : ",\"").append(textOf(i)).push_back('"');
        if (list.size() > MAX_LIST_BYTES) {
            return std::nullopt;
        }
    }
    return list + ']';
}

std::optional<std::string> idsOf(const mining::Job& job)
{
    return listOf(job.transactionCount, [&](std::size_t i) {
        return bitcoin::toDisplayHex(job.source->transactions[i].txid);
    });
}

/// Whole transactions in hexadecimal.
std::optional<std::string> transactionsOf(const mining::Job& job)
{
    const auto& transactions = job.source->transactions;
    const mining::HexText& parts = *job.source->transactionsHex;
    const bool isApart = parts.size() == transactions.size();
    std::size_t offset = 0;
    return listOf(job.transactionCount, [&](std::size_t i) {
        const std::size_t length = transactions[i].hexLength;
        const std::string_view all = isApart ? *parts[i] : *parts.front();
        const auto text = all.substr(isApart ? 0 : offset, length);
        offset += length;
        return text;
    });
}

/// A difficulty as a number or as a string with a number.
std::optional<util::Difficulty> difficultyOf(std::string_view text)
{
    std::string buffer;
    return bitcoin::parseDifficulty(jsonString(text, buffer).value_or(text));
}

std::optional<util::Difficulty> difficultyOfTarget(std::string_view text)
{
    std::string buffer;
    const auto digits = jsonString(text, buffer).value_or(std::string_view());
    const auto number = bitcoin::Uint256::fromBigEndianHex(digits);
    return number ? std::optional(bitcoin::Target(*number).toDifficulty()) : std::nullopt;
}

/// The newest is the likeliest.
bool isAmong(const std::vector<std::string>& workers, std::string_view name)
{
    return std::find(workers.rbegin(), workers.rend(), name) != workers.rend();
}

std::string quotedExtranonce1(const mining::Extranonce1& extranonce1)
{
    return '"' + util::toHex(extranonce1) + '"';
}

} // namespace

ServerSession::ServerSession(ServerContext& context, const mining::Extranonce1& extranonce1,
                             util::BootTime now, std::uint64_t origin)
    : m_context(context)
    , m_validator(extranonce1)
    , m_difficulty(context.options, now)
    , m_work(context)
    , m_created(now)
    , m_lastOutput(now)
    , m_origin(origin)
{}

void ServerSession::onBytes(util::ByteView bytes, util::BootTime now, Actions& out)
{
    if (m_isClosed) {
        return;
    }
    const std::size_t before = out.output.size();
    m_lines.feed(bytes);
    std::string_view line;
    LineStatus status = m_lines.next(line);
    while (status == LineStatus::Line && !m_isClosed) {
        onLine(line, now, out);
        status = m_isClosed ? LineStatus::NeedMore : m_lines.next(line);
    }
    if (status == LineStatus::TooLong) {
        close(CloseCause::LineTooLong, out);
    }
    if (out.output.size() != before) {
        m_lastOutput = now;
    }
}

void ServerSession::takeJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now,
                             Actions& /*out*/)
{
    WARP_ASSERT(jobs != nullptr && !jobs->jobs.empty());
    const bool isFirst = !m_work.hasJobs();
    if (!m_work.set(jobs)) {
        return;
    }
    if (isFirst && m_hasBegun) {
        m_difficulty.begin(now); // silence without work says nothing about the miner
    }
    m_networkDifficulty = m_context.notifications.networkDifficulty(m_work.current());
    m_validator.onJobs(*m_work.jobs());
}

void ServerSession::onDrained(util::BootTime now, Actions& out)
{
    if (m_isClosed || !m_hasBegun || !m_work.hasJobs() || m_work.hasSentCurrent() ||
        !m_work.canSend(minerClass())) {
        return;
    }
    sendDifficulty(m_work.current().id, now, out);
    sendJob(m_work.jobs()->current(), m_work.cleanness(), out);
    m_lastOutput = now;
}

void ServerSession::withdrawJobs()
{
    m_work.withdraw();
}

void ServerSession::onTimer(util::BootTime now, Actions& out)
{
    if (m_isClosed) {
        return;
    }
    const util::Duration age = now - m_created;
    if ((!m_hasLine && age >= FIRST_LINE_TIMEOUT) ||
        (m_workers.empty() && age >= AUTHORIZE_TIMEOUT)) {
        close(CloseCause::HandshakeTimeout, out);
        return;
    }
    m_changesSinceTick = 0;
    m_hasListed = false;
    if (m_work.isWorking()) {
        m_difficulty.onTimer(now);
        followDifficulty(now, out);
    } else {
        m_difficulty.pause(now); // who has no work sends no shares
    }
    // A number that it has already, or will be told again with the first job: every client takes
    // it, and few take a ping.
    if (m_hasBegun && now - m_lastOutput >= LONGEST_SILENCE) {
        const bool hasOne = m_difficulty.inForce().value() > 0;
        const auto number = hasOne ? m_difficulty.inForce() : m_difficulty.wanted();
        appendSetDifficulty(out.output, bitcoin::toPlainDecimal(number));
        m_lastOutput = now;
    }
}

std::optional<mining::Extranonce1> ServerSession::leave(util::BootTime now)
{
    if (m_context.memory != nullptr && m_difficulty.provenRate().value() > 0) {
        m_context.memory->remember(m_workers.front(), minerClass(), m_difficulty.provenRate());
    }
    const mining::Extranonce1 extranonce1 = m_validator.extranonce1();
    if (m_context.parked == nullptr || !m_hasBegun || m_isClosed || !m_work.hasSent()) {
        return extranonce1;
    }
    m_isClosed = true;
    m_validator.rest();
    m_context.parked->park({.validator = std::move(m_validator),
                            .work = m_work.leave(),
                            .origin = m_origin,
                            .since = now});
    return std::nullopt;
}

void ServerSession::resume(std::string_view sessionId, util::BootTime now)
{
    auto session = m_context.parked->take(sessionId, m_origin, now);
    if (!session) {
        return;
    }
    m_context.parked->release(m_validator.extranonce1());
    m_validator = std::move(session->validator);
    m_work.resume(std::move(session->work));
    if (m_work.hasJobs()) {
        m_validator.onJobs(*m_work.jobs());
    }
}

SessionInfo ServerSession::info() const
{
    return {.userAgent = m_userAgent,
            .worker = m_workers.empty() ? std::string() : m_workers.back(),
            .difficulty = m_difficulty.inForce(),
            .provenRate = m_difficulty.provenRate(),
            .rateWorker = m_workers.empty() ? std::string() : m_workers.front(),
            .isAuthorized = !m_workers.empty()};
}

void ServerSession::onLine(std::string_view line, util::BootTime now, Actions& out)
{
    m_hasLine = true;
    if (m_workers.empty() && ++m_handshakeMessages > MAX_HANDSHAKE_MESSAGES) {
        close(CloseCause::Flood, out);
        return;
    }
    const auto message = parseMessage(line);
    if (!message) {
        appendError(out.output, "null", INVALID_JSON);
        if (++m_invalidLines >= MAX_INVALID_LINES) {
            close(CloseCause::NotJson, out);
        }
        return;
    }
    m_invalidLines = 0;
    if (message->id.size() > MAX_ID_BYTES) {
        appendError(out.output, "null", ID_TOO_LONG);
        return;
    }
    onRequest({.message = *message, .now = now, .out = out});
}

void ServerSession::onRequest(const Request& request)
{
    const Message& message = request.message;
    std::string buffer;
    const auto method = jsonString(message.method, buffer);
    if (!method) {
        // A reply to something we asked, as some firmware answers what nobody asked.
        const bool isReply = !message.result.empty() || !message.error.empty();
        if (!isReply && message.hasId()) {
            appendError(request.out.output, message.id, NO_METHOD);
        }
        return;
    }
    if (const Handler handler = handlerOf(*method)) {
        (this->*handler)(request);
        return;
    }
    // ESP-Miner answers a ping with a request of this name.
    if (!message.hasId() || *method == "pong") {
        return;
    }
    const auto* fixed = std::find_if(FIXED_REPLIES.begin(), FIXED_REPLIES.end(),
                                     [&](const auto& entry) { return entry.method == *method; });
    if (fixed != FIXED_REPLIES.end()) {
        appendResult(request.out.output, message.id, fixed->result);
    } else {
        appendError(request.out.output, message.id, UNKNOWN_METHOD);
    }
}

ServerSession::Handler ServerSession::handlerOf(std::string_view method)
{
    static constexpr std::array METHODS{
        Method{"mining.submit", &ServerSession::onSubmit},
        Method{"mining.subscribe", &ServerSession::onSubscribe},
        Method{"mining.authorize", &ServerSession::onAuthorize},
        Method{"mining.configure", &ServerSession::onConfigure},
        Method{"mining.suggest_difficulty", &ServerSession::onSuggest},
        Method{"mining.suggest_target", &ServerSession::onSuggest},
        Method{"mining.get_transactions", &ServerSession::onGetTransactions},
        Method{GET_TRANSACTION_IDS, &ServerSession::onGetTransactions},
        Method{"login", &ServerSession::onAuthorize}, // MiningRigRentals
        Method{"mining.auth", &ServerSession::onAuthorize},
    };
    for (const Method& entry : METHODS) {
        if (entry.name == method) {
            return entry.handler;
        }
    }
    return nullptr;
}

void ServerSession::onSubscribe(const Request& request)
{
    std::string buffer;
    const auto userAgent = jsonString(request.message.parameters[0], buffer);
    if (userAgent && !userAgent->empty()) {
        m_userAgent = userAgent->substr(0, MAX_KEPT_TEXT_BYTES);
        m_difficulty.onUserAgent(m_userAgent);
    }
    if (!m_isSubscribed && m_context.parked != nullptr) {
        std::string idBuffer;
        const auto sessionId = jsonString(request.message.parameters[1], idBuffer);
        resume(sessionId.value_or(std::string_view()), request.now);
    }
    m_isSubscribed = true;
    const std::string extranonce1 = quotedExtranonce1(m_validator.extranonce1());
    std::string result = "[[[\"mining.set_difficulty\",";
    result.append(extranonce1).append("],[\"mining.notify\",").append(extranonce1).append("]],");
    result.append(extranonce1).append(",");
    result.append(std::to_string(mining::EXTRANONCE2_SIZE)).append("]");
    appendResult(request.out.output, request.message.replyId(), result);
    repeatWork(request.now, request.out);
}

void ServerSession::onAuthorize(const Request& request)
{
    const std::string_view id = request.message.replyId();
    const auto refusal = addWorker(request);
    if (refusal) {
        const ReplyError error{.code = ErrorCode::Unauthorized, .text = describe(*refusal)};
        appendDenial(request.out.output, id, error);
        return;
    }
    std::string buffer;
    if (const auto password = jsonString(request.message.parameters[1], buffer)) {
        if (const auto wish = passwordDifficulty(*password)) {
            m_difficulty.onPassword(*wish, request.now);
        }
    }
    appendResult(request.out.output, id, "true");
    if (const auto jobs = m_work.waiting()) {
        onJobs(jobs, request.now, request.out);
    }
    if (m_hasBegun) {
        followDifficulty(request.now, request.out);
    } else {
        repeatWork(request.now, request.out);
    }
}

std::optional<AuthorizeRefusal> ServerSession::addWorker(const Request& request)
{
    std::string userBuffer;
    std::string passwordBuffer;
    const auto user = jsonString(request.message.parameters[0], userBuffer);
    if (!user || user->find_first_not_of(' ') == std::string_view::npos) {
        return AuthorizeRefusal::NameMissing;
    }
    if (user->size() > MAX_USER_NAME_BYTES) {
        return AuthorizeRefusal::NameTooLong;
    }
    if (isAmong(m_workers, *user)) {
        return std::nullopt;
    }
    if (m_workers.size() >= MAX_WORKERS) {
        return AuthorizeRefusal::TooManyWorkers;
    }
    const auto password = jsonString(request.message.parameters[1], passwordBuffer);
    const auto worker = m_context.policy.authorize(*user, password.value_or(std::string_view()));
    if (!worker) {
        return worker.error();
    }
    if (!m_work.setKey(worker->payoutKey)) {
        return AuthorizeRefusal::OtherPayout;
    }
    LOG_DEBUG(Stratum, "worker {} authorized", util::sanitize(*user));
    m_workers.emplace_back(*user);
    return std::nullopt;
}

void ServerSession::onConfigure(const Request& request)
{
    const auto outcome = negotiate(request.message);
    const std::string_view id = request.message.replyId();
    if (!outcome) {
        appendError(request.out.output, id, INVALID_PARAMETERS);
        return;
    }
    appendResult(request.out.output, id, outcome->result);
    if (outcome->versionMask) {
        m_versionMask = *outcome->versionMask;
        m_isVersionMaskDue = true;
    }
    if (outcome->minimumDifficulty) {
        m_difficulty.onMinimum(*outcome->minimumDifficulty, request.now);
    }
    if (m_hasBegun) {
        sendVersionMask(request.out);
        followDifficulty(request.now, request.out);
    }
}

void ServerSession::onSubmit(const Request& request)
{
    std::string buffer;
    const Submission submission = parseSubmission(request.message, buffer);
    mining::ShareVerdict verdict;
    if (!m_isSubscribed) {
        verdict = refuse(mining::ShareCode::NotSubscribed,
                         submission.isHashable ? &submission.share : nullptr, request.now);
    } else if (submission.fault != SubmitFault::None) {
        verdict = refuse(mining::ShareCode::Malformed,
                         submission.isHashable ? &submission.share : nullptr, request.now);
    } else {
        verdict = judge(submission.share, submission.worker, request.now);
    }
    const mining::ShareCode code = verdict.code;
    if (mining::isGood(code)) {
        appendResult(request.out.output, request.message.replyId(), "true");
    } else {
        ReplyError error = errorOf(code);
        if (code == mining::ShareCode::Malformed) {
            error.text = describe(submission.fault);
        }
        appendError(request.out.output, request.message.replyId(), error);
    }
    if (code == mining::ShareCode::Accepted && m_work.isWorking()) {
        m_difficulty.onAcceptedShare(verdict.credited, request.now);
    }
    request.out.shares.push_back(
        {.verdict = std::move(verdict),
         .worker = std::string(submission.worker.substr(0, MAX_USER_NAME_BYTES))});
    if (code == mining::ShareCode::Accepted) {
        followDifficulty(request.now, request.out);
    }
}

mining::ShareVerdict ServerSession::judge(const mining::Share& share, std::string_view worker,
                                          util::BootTime now)
{
    if (!isAmong(m_workers, worker)) {
        return refuse(mining::ShareCode::Unauthorized, &share, now);
    }
    if (!m_work.hasJobs()) {
        return refuse(mining::ShareCode::UnknownJob, &share, now);
    }
    auto verdict = m_validator.judge(
        share, *m_work.jobs(), {.versionMask = m_versionMask, .now = now, .pace = m_searches});
    if (!verdict.block && m_work.hasFormer()) {
        verdict.block = m_work.findBlock(
            m_validator, share, {.versionMask = m_versionMask, .now = now, .pace = m_searches});
    }
    return verdict;
}

mining::ShareVerdict ServerSession::refuse(mining::ShareCode code, const mining::Share* hashable,
                                           util::BootTime now)
{
    mining::ShareVerdict verdict;
    verdict.code = code;
    if (hashable != nullptr) {
        verdict.block = m_work.findBlock(
            m_validator, *hashable, {.versionMask = m_versionMask, .now = now, .pace = m_searches});
    }
    return verdict;
}

void ServerSession::onGetTransactions(const Request& request)
{
    const Message& message = request.message;
    if (!message.hasId()) {
        return;
    }
    const mining::Job* const named = m_work.find(message.parameters[0]);
    if (named == nullptr) {
        appendError(request.out.output, message.id, errorOf(mining::ShareCode::UnknownJob));
        return;
    }
    std::string buffer;
    const bool wantsIds = jsonString(message.method, buffer) == GET_TRANSACTION_IDS;
    const auto list = wantsIds ? idsOf(*named) : transactionsOf(*named);
    if (!list || std::exchange(m_hasListed, true)) {
        appendError(request.out.output, message.id, TOO_MANY_TRANSACTIONS);
        return;
    }
    appendResult(request.out.output, message.id, *list);
}

void ServerSession::onSuggest(const Request& request)
{
    std::string buffer;
    const bool isTarget = jsonString(request.message.method, buffer) == "mining.suggest_target";
    const std::string_view parameter = request.message.parameters[0];
    const auto wish = isTarget ? difficultyOfTarget(parameter) : difficultyOf(parameter);
    if (wish) {
        m_difficulty.onSuggestion(*wish, request.now);
    }
    if (request.message.hasId() && wish) {
        appendResult(request.out.output, request.message.id, "true");
    } else if (request.message.hasId()) {
        appendError(request.out.output, request.message.id, INVALID_PARAMETERS);
    }
    followDifficulty(request.now, request.out);
}

void ServerSession::repeatWork(util::BootTime now, Actions& out)
{
    if (!m_isSubscribed || m_workers.empty()) {
        return;
    }
    if (!m_hasBegun) {
        m_hasBegun = true;
        if (m_context.memory != nullptr) {
            if (const auto known = m_context.memory->recall(m_workers.front(), minerClass())) {
                m_difficulty.onKnownRate(*known);
            }
        }
        m_difficulty.begin(now);
        sendVersionMask(out);
    }
    if (!m_work.hasJobs() || !m_work.canSend(minerClass())) {
        return; // the difficulty comes with the job
    }
    // Never what it was sent before: it would begin that again, and find all of it twice.
    auto job = m_work.next();
    if (job == nullptr) {
        job = m_work.jobs()->current();
    }
    if (m_difficulty.inForce().value() > 0) {
        // Whoever subscribes again may have lost what it was told, too.
        appendSetDifficulty(out.output, bitcoin::toPlainDecimal(m_difficulty.inForce()));
    } else {
        sendDifficulty(job->id, now, out);
    }
    sendJob(job, mining::CleanJobs::Yes, out);
    m_lastOutput = now;
}

void ServerSession::sendJob(const std::shared_ptr<const mining::Job>& job, mining::CleanJobs clean,
                            Actions& out)
{
    m_work.send(job, clean, out.output);
    if (job->id != m_work.current().id) {
        m_validator.addVariant(job);
    }
}

void ServerSession::sendVersionMask(Actions& out)
{
    if (m_isVersionMaskDue) {
        appendSetVersionMask(out.output, m_versionMask);
        m_isVersionMaskDue = false;
    }
}

void ServerSession::sendDifficulty(util::JobId job, util::BootTime now, Actions& out)
{
    const auto change = m_difficulty.takeChange(m_networkDifficulty, now);
    if (!change) {
        return;
    }
    ++m_changesSinceTick;
    const std::string text = bitcoin::toPlainDecimal(*change);
    appendSetDifficulty(out.output, text);
    // Shares are held to what the miner reads, not to what was meant.
    m_validator.setDifficulty(bitcoin::parseDifficulty(text).value_or(*change), job, now);
}

void ServerSession::followDifficulty(util::BootTime now, Actions& out)
{
    if (!m_hasBegun || !m_work.canVary() || m_changesSinceTick >= MAX_CHANGES_PER_TICK ||
        !m_difficulty.hasChange(m_networkDifficulty)) {
        return;
    }
    const auto variant = m_work.next();
    if (variant == nullptr) {
        return; // with the next job
    }
    m_lastOutput = now;
    sendDifficulty(variant->id, now, out);
    sendJob(variant, mining::CleanJobs::No, out);
}

void ServerSession::close(CloseCause cause, Actions& out)
{
    out.close = cause;
    m_isClosed = true;
    m_lines.reset();
}

} // namespace warp::stratum::v1
