// Lets a peer authorise only so often; whoever it lets through, another policy judges. Lives on one
// io thread, with that policy.
#pragma once

#include "core/stratum/v1/authorize.h"

#include <functional>
#include <utility>

namespace warp::engine {

class AuthorizeLimiter final : public stratum::v1::AuthorizePolicy
{
public:
    /// @param mayTry  whether the peer that is being served may authorise once more
    explicit AuthorizeLimiter(std::function<bool()> mayTry)
        : m_mayTry(std::move(mayTry))
    {}

    /// Who judges; outlives the limiter. Before any other call.
    void setJudge(stratum::v1::AuthorizePolicy& judge) { m_judge = &judge; }

    [[nodiscard]] util::Result<stratum::v1::WorkerName, stratum::v1::AuthorizeRefusal>
    authorize(std::string_view user, std::string_view password) override
    {
        if (!m_mayTry()) {
            return util::Unexpected(stratum::v1::AuthorizeRefusal::TooOften);
        }
        return m_judge->authorize(user, password);
    }

private:
    std::function<bool()> m_mayTry;
    stratum::v1::AuthorizePolicy* m_judge = nullptr;
};

} // namespace warp::engine
