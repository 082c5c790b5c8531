// Lets a peer authorise only so often; whoever it lets through, another policy judges. Lives on one
// io thread, with that policy.
#pragma once

#include "core/stratum/authorize.h"

#include <functional>
#include <utility>

namespace warp::engine {

class AuthorizeLimiter final : public stratum::AuthorizePolicy
{
public:
    /// @param mayTry  whether the peer that is being served may authorise once more
    explicit AuthorizeLimiter(std::function<bool()> mayTry)
        : m_mayTry(std::move(mayTry))
    {}

    /// Who judges; outlives the limiter. Before any other call.
    void setJudge(stratum::AuthorizePolicy& judge) { m_judge = &judge; }

    [[nodiscard]] util::Result<stratum::WorkerName, stratum::AuthorizeRefusal>
    authorize(std::string_view user, std::string_view password) override
    {
        if (!m_mayTry()) {
            return util::Unexpected(stratum::AuthorizeRefusal::TooOften);
        }
        return m_judge->authorize(user, password);
    }

private:
    std::function<bool()> m_mayTry;
    stratum::AuthorizePolicy* m_judge = nullptr;
};

} // namespace warp::engine
