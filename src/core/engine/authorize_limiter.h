// Lets a peer authorise, or be refused, only so often; another policy judges whom to take. Lives on
// one io thread, with that policy.
#pragma once

#include "core/stratum/authorize.h"

#include <cstdint>
#include <functional>
#include <utility>

namespace warp::engine {

class AuthorizeLimiter final : public stratum::AuthorizePolicy
{
public:
    enum class Outcome : std::uint8_t { Good, Refused };

    /// @param mayTry  whether the peer that is being served may have such an answer once more
    explicit AuthorizeLimiter(std::function<bool(Outcome)> mayTry)
        : m_mayTry(std::move(mayTry))
    {}

    /// Who judges; outlives the limiter. Before any other call.
    void setJudge(stratum::AuthorizePolicy& judge) { m_judge = &judge; }

    [[nodiscard]] util::Result<stratum::WorkerName, stratum::AuthorizeRefusal>
    authorize(std::string_view user, std::string_view password) override
    {
        auto judged = m_judge->authorize(user, password);
        if (!m_mayTry(judged ? Outcome::Good : Outcome::Refused)) {
            return util::Unexpected(stratum::AuthorizeRefusal::TooOften);
        }
        return judged;
    }

private:
    std::function<bool(Outcome)> m_mayTry;
    stratum::AuthorizePolicy* m_judge = nullptr;
};

} // namespace warp::engine
