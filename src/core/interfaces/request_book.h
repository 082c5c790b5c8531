// RequestBook: the questions that a service was asked and has not answered yet.
// It keeps what PoolService promises whatever the parts that answer do: one
// reply at most, none after the handle, and one for certain otherwise. Owned by
// a service; any thread may call.
#pragma once

#include "core/interfaces/query.h"
#include "core/util/executor.h"
#include "core/util/mutex.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <variant>

namespace warp::interfaces {

/// @tparam Question  a variant; each alternative has a handler of its own
/// @tparam Outcome  a util::Result with RequestError
template <class Question, class Outcome>
class RequestBook final
{
private:
    /// One question on its way. The executor is touched under the lock alone, so
    /// that it may end as soon as the handle has gone.
    struct Ticket
    {
        util::Mutex mutex;
        util::Executor* executor GUARDED_BY(mutex) = nullptr; ///< nullptr: answered or given up
        util::Reply<Outcome> reply GUARDED_BY(mutex);

        void resolve(Outcome outcome, const std::shared_ptr<Ticket>& self)
        {
            // The lock is held while posting, which only queues: else the executor
            // could end between the look at it and its use.
            const util::MutexLock lock(mutex);
            if (util::Executor* const target = std::exchange(executor, nullptr)) {
                target->post([self, outcome = std::move(outcome)]() mutable {
                    util::Reply<Outcome> receiver;
                    {
                        const util::MutexLock inner(self->mutex);
                        receiver = std::exchange(self->reply, nullptr);
                    }
                    if (receiver) {
                        receiver(std::move(outcome));
                    }
                });
            }
        }
    };

    /// Answers for whoever forgot to, or is gone.
    struct Duty
    {
        explicit Duty(std::shared_ptr<Ticket> held)
            : ticket(std::move(held))
        {}
        ~Duty() { ticket->resolve(failure(RequestFault::NotAvailable, "not_answered"), ticket); }
        Duty(const Duty&) = delete;
        Duty& operator=(const Duty&) = delete;

        std::shared_ptr<Ticket> ticket;
    };

    class Handle final : public util::Handle
    {
    public:
        explicit Handle(std::shared_ptr<Ticket> ticket)
            : m_ticket(std::move(ticket))
        {}
        ~Handle() override
        {
            util::Reply<Outcome> ended; // goes after the lock: it may own anything
            const util::MutexLock lock(m_ticket->mutex);
            m_ticket->executor = nullptr;
            ended = std::exchange(m_ticket->reply, nullptr);
        }
        Handle(const Handle&) = delete;
        Handle& operator=(const Handle&) = delete;

    private:
        std::shared_ptr<Ticket> m_ticket;
    };

public:
    /// Questions without an answer at one time; more are refused.
    static constexpr std::size_t MAX_OPEN = 1000;

    /// The answer to one question. Copies answer the same question, the first one
    /// counts; where all copies go without a word, the answer is NotAvailable.
    /// Any thread.
    class Answer
    {
    public:
        explicit Answer(std::shared_ptr<const Duty> duty)
            : m_duty(std::move(duty))
        {}
        void operator()(Outcome outcome) const
        {
            m_duty->ticket->resolve(std::move(outcome), m_duty->ticket);
        }

    private:
        std::shared_ptr<const Duty> m_duty;
    };
    /// Called on the thread of whoever asks: it posts to where the answer is
    /// known.
    using Handler = std::function<void(const Question&, Answer)>;

    [[nodiscard]] static Outcome failure(RequestFault fault, std::string code = {},
                                         std::string detail = {})
    {
        return util::Unexpected(
            RequestError{.fault = fault, .code = std::move(code), .detail = std::move(detail)});
    }

    /// Answers questions of one kind from now on; replaces the handler before.
    /// The handler must hold as long as the book is asked.
    template <class Kind>
    void serve(std::function<void(const Kind&, Answer)> handler)
    {
        auto shared = std::make_shared<const Handler>(
            [handler = std::move(handler)](const Question& question, Answer answer) {
                handler(std::get<Kind>(question), std::move(answer));
            });
        const util::MutexLock lock(m_mutex);
        m_handlers[Question(Kind{}).index()] = std::move(shared);
    }

    [[nodiscard]] util::RequestHandle ask(const Question& question, util::Executor& replyOn,
                                          util::Reply<Outcome> reply)
    {
        auto ticket = std::make_shared<Ticket>();
        {
            const util::MutexLock lock(ticket->mutex);
            ticket->executor = &replyOn;
            ticket->reply = std::move(reply);
        }
        auto handle = std::make_unique<Handle>(ticket);
        std::shared_ptr<const Handler> handler;
        Outcome refusal = failure(RequestFault::NotAvailable, "not_served");
        {
            const util::MutexLock lock(m_mutex);
            if (m_isStopped) {
                refusal = failure(RequestFault::Stopping);
            } else if (!enter(ticket)) {
                refusal = failure(RequestFault::NotAvailable, "too_many_requests");
            } else {
                handler = m_handlers[question.index()];
            }
        }
        if (handler) {
            (*handler)(question, Answer(std::make_shared<const Duty>(std::move(ticket))));
        } else {
            ticket->resolve(std::move(refusal), ticket);
        }
        return handle;
    }

    /// All open questions are answered with Stopping, and so are those that come
    /// after.
    void stop()
    {
        std::map<std::uint64_t, std::weak_ptr<Ticket>> open;
        {
            const util::MutexLock lock(m_mutex);
            m_isStopped = true;
            open.swap(m_open);
        }
        for (const auto& [number, weak] : open) {
            if (const auto ticket = weak.lock()) {
                ticket->resolve(failure(RequestFault::Stopping), ticket);
            }
        }
    }

private:
    [[nodiscard]] bool enter(const std::shared_ptr<Ticket>& ticket)
        WARP_THREAD_ANNOTATION(requires_capability(m_mutex))
    {
        if (m_open.size() >= MAX_OPEN) {
            std::erase_if(m_open, [](const auto& entry) { return !isOpen(entry.second.lock()); });
        }
        if (m_open.size() >= MAX_OPEN) {
            return false;
        }
        m_open.emplace(m_nextTicket++, ticket);
        return true;
    }

    [[nodiscard]] static bool isOpen(const std::shared_ptr<Ticket>& ticket)
    {
        if (!ticket) {
            return false;
        }
        const util::MutexLock lock(ticket->mutex);
        return ticket->executor != nullptr;
    }

    util::Mutex m_mutex;
    std::array<std::shared_ptr<const Handler>, std::variant_size_v<Question>>
        m_handlers GUARDED_BY(m_mutex);
    /// In the order of asking; some are answered already.
    std::map<std::uint64_t, std::weak_ptr<Ticket>> m_open GUARDED_BY(m_mutex);
    std::uint64_t m_nextTicket GUARDED_BY(m_mutex) = 1;
    bool m_isStopped GUARDED_BY(m_mutex) = false;
};

} // namespace warp::interfaces
