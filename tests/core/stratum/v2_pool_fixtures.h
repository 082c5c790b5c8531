// The pool behind Stratum V2 servers: its work, its policy, its extranonces and its clock. Test
// code; one thread.
#pragma once

#include "core/mining/extranonce_allocator.h"
#include "core/mining/payout_jobs.h"
#include "core/stratum/authorize.h"
#include "core/stratum/v2/server_context.h"

#include "tests/core/stratum/stratum_fixtures.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace warp::test {

struct V2PoolOptions
{
    stratum::ServerOptions server = easyOptions();
    std::uint32_t bits = DIFFICULTY_ONE_BITS;
    /// Whether each miner brings the address that its blocks pay.
    mining::KeyUse keys = mining::KeyUse::Shared;
    std::uint32_t versionMask = stratum::v2::VERSION_MASK;
};

class V2Pool final
{
    // The context refers to them.
    TestPolicy m_single;
    stratum::PerMinerPolicy m_perMiner{bitcoin::Network::Regtest};
    mining::PayoutJobs m_payoutJobs;

public:
    explicit V2Pool(const V2PoolOptions& options = {})
        : context{.options = options.server,
                  .policy = options.keys == mining::KeyUse::Separate
                                ? static_cast<stratum::AuthorizePolicy&>(m_perMiner)
                                : m_single,
                  .extranonces = extranonces,
                  .payoutJobs = options.keys == mining::KeyUse::Separate ? &m_payoutJobs : nullptr,
                  .versionMask = options.versionMask}
        , bits(options.bits)
        , m_factory({.tag = "/WarpPool test/",
                     .payout = payoutOf(options.keys),
                     .instance = 7,
                     .firstJobId = 0x1000})
    {}

    /// A new job: of the same tip, or of another one where `previous` differs.
    void makeJob(std::string_view previous = "tip", std::size_t transactions = 0,
                 mining::TemplateOrigin origin = mining::TemplateOrigin::Node)
    {
        if (previous != m_previous) {
            ++m_tip;
            m_previous = previous;
        }
        auto source = makeTemplate(
            {.transactions = transactions, .bits = bits, .previous = std::string(previous)});
        source.received = now;
        source.origin = origin;
        jobs = m_book.add(
            *m_factory.make(std::make_shared<const mining::BlockTemplate>(std::move(source)), m_tip,
                            now),
            now);
    }

    /// The next job replaces all before it, though its tip may be the same.
    void startAfresh() { ++m_tip; }
    [[nodiscard]] const mining::Job& job() const { return *jobs->current(); }

    util::BootTime now = at({});
    mining::ExtranonceAllocator extranonces{3};
    stratum::v2::ServerContext context;
    std::uint32_t bits; ///< of the next job
    std::shared_ptr<const mining::JobSet> jobs;

private:
    static std::shared_ptr<const mining::PayoutPolicy> payoutOf(mining::KeyUse keys)
    {
        if (keys == mining::KeyUse::Separate) {
            return std::make_shared<mining::PerMinerPayout>(std::vector<mining::PayoutCut>{});
        }
        return std::make_shared<mining::SinglePayout>(payoutScript(),
                                                      std::vector<mining::PayoutCut>{});
    }

    mining::JobFactory m_factory;
    mining::JobBook m_book;
    std::string m_previous;
    std::uint32_t m_tip = 0;
};

} // namespace warp::test
