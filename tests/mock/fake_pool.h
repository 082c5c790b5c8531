// A PoolService without a pool, for tests of whoever stands on one: its snapshot is set, its events
// are published and its answers are scripted. Handles, replies and stopping are the engine's own.
// Test code; one thread plays all executors.
#pragma once

#include "core/interfaces/pool_service.h"
#include "core/interfaces/request_desk.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace warp::test {

class FakePool final : public interfaces::PoolService
{
public:
    /// @param events  where subscribers are called
    explicit FakePool(util::Executor& events)
        : m_events(events)
    {}

    /// Gets the next version, as each snapshot of a pool.
    void setSnapshot(interfaces::PoolSnapshot snapshot)
    {
        snapshot.version = m_snapshot->version + 1;
        m_snapshot = std::make_shared<const interfaces::PoolSnapshot>(std::move(snapshot));
    }
    /// Gets the next id, and is its own cause where it names none.
    void publish(interfaces::PoolEvent event)
    {
        event.id = m_nextEvent++;
        if (event.cause == 0) {
            event.cause = event.id;
        }
        m_past.push_back(event);
        m_events.post([subscribers = m_subscribers, event] {
            std::vector<std::shared_ptr<interfaces::EventFn>> receivers;
            for (const auto& [id, receiver] : *subscribers) {
                receivers.push_back(receiver);
            }
            for (const auto& receiver : receivers) {
                if (*receiver) {
                    (*receiver)(event);
                }
            }
        });
    }
    /// Answers each question of a kind so from now on. Kinds without a script are NotAvailable.
    template <class Kind>
    void answer(std::function<interfaces::QueryReply(const Kind&)> script)
    {
        m_desk.queries.serve<Kind>(
            [script = std::move(script)](const Kind& query,
                                         const interfaces::QueryBook::Answer& reply) {
                reply(script(query));
            });
    }
    template <class Kind>
    void obey(std::function<interfaces::CommandReply(const Kind&)> script)
    {
        m_desk.commands.serve<Kind>(
            [script = std::move(script)](const Kind& command,
                                         const interfaces::CommandBook::Answer& reply) {
                reply(script(command));
            });
    }
    /// For answers that come later, or never.
    [[nodiscard]] interfaces::RequestDesk& desk() { return m_desk; }
    /// All that it was asked and told, oldest first.
    [[nodiscard]] const std::vector<interfaces::Query>& queries() const { return m_queries; }
    [[nodiscard]] const std::vector<interfaces::Command>& commands() const { return m_commands; }
    void stop() { m_desk.stop(); }

    [[nodiscard]] std::shared_ptr<const interfaces::PoolSnapshot> snapshot() const override
    {
        return m_snapshot;
    }
    [[nodiscard]] std::unique_ptr<util::Subscription>
    subscribe(interfaces::EventFn onEvent) override
    {
        const std::uint64_t id = m_nextSubscriber++;
        m_subscribers->emplace(id, std::make_shared<interfaces::EventFn>(std::move(onEvent)));
        return std::make_unique<Registration>(m_subscribers, id);
    }
    [[nodiscard]] util::RequestHandle query(const interfaces::Query& query, util::Executor& replyOn,
                                            util::Reply<interfaces::QueryReply> reply) override
    {
        m_queries.push_back(query);
        return m_desk.queries.ask(query, replyOn, std::move(reply));
    }
    [[nodiscard]] util::RequestHandle execute(const interfaces::Command& command,
                                              util::Executor& replyOn,
                                              util::Reply<interfaces::CommandReply> reply) override
    {
        m_commands.push_back(command);
        return m_desk.commands.ask(command, replyOn, std::move(reply));
    }

    /// Scripts what a pool without a store can answer.
    void answerAsAPool()
    {
        answer<interfaces::EventsQuery>([this](const interfaces::EventsQuery& query) {
            interfaces::EventsReply reply;
            for (const interfaces::PoolEvent& event : m_past) {
                if (event.id > query.after && reply.events.size() < query.limit) {
                    reply.events.push_back(event);
                }
            }
            return interfaces::QueryAnswer(std::move(reply));
        });
        answer<interfaces::WorkersQuery>([this](const interfaces::WorkersQuery& query) {
            interfaces::WorkersReply reply;
            for (const interfaces::WorkerView& worker : m_snapshot->workers) {
                if (query.hasHidden || !worker.isHidden) {
                    reply.workers.push_back(worker);
                }
            }
            return interfaces::QueryAnswer(std::move(reply));
        });
        obey<interfaces::DisconnectMiner>([this](const interfaces::DisconnectMiner& command) {
            const auto& sessions = m_snapshot->sessions;
            const bool isThere =
                std::any_of(sessions.begin(), sessions.end(),
                            [&](const auto& session) { return session.id == command.session; });
            return isThere ? interfaces::CommandReply(interfaces::CommandAnswer(interfaces::Done{}))
                           : interfaces::CommandBook::failure(interfaces::RequestFault::NotFound);
        });
    }

private:
    using Subscribers = std::map<std::uint64_t, std::shared_ptr<interfaces::EventFn>>;

    class Registration final : public util::Subscription
    {
    public:
        Registration(std::shared_ptr<Subscribers> subscribers, std::uint64_t id)
            : m_subscribers(std::move(subscribers))
            , m_id(id)
        {}
        ~Registration() override
        {
            *m_subscribers->at(m_id) = nullptr; // also for an event that is under way
            m_subscribers->erase(m_id);
        }
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;

    private:
        std::shared_ptr<Subscribers> m_subscribers;
        std::uint64_t m_id;
    };

    util::Executor& m_events;
    std::shared_ptr<const interfaces::PoolSnapshot> m_snapshot =
        std::make_shared<const interfaces::PoolSnapshot>();
    std::shared_ptr<Subscribers> m_subscribers = std::make_shared<Subscribers>();
    interfaces::RequestDesk m_desk;
    std::vector<interfaces::PoolEvent> m_past;
    std::vector<interfaces::Query> m_queries;
    std::vector<interfaces::Command> m_commands;
    std::uint64_t m_nextEvent = 1;
    std::uint64_t m_nextSubscriber = 1;
};

} // namespace warp::test
