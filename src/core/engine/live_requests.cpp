#include "core/engine/live_requests.h"

#include <utility>

namespace warp::engine {

namespace {

using interfaces::CommandBook;
using interfaces::QueryBook;

interfaces::WorkersReply findWorkers(const interfaces::PoolSnapshot& snapshot,
                                     const interfaces::WorkersQuery& query)
{
    interfaces::WorkersReply reply;
    for (const interfaces::WorkerView& worker : snapshot.workers) {
        if (query.hasHidden || !worker.isHidden) {
            reply.workers.push_back(worker);
        }
    }
    return reply;
}

} // namespace

void serveLiveRequests(interfaces::RequestDesk& desk, const LiveParts& parts)
{
    desk.queries.serve<interfaces::EventsQuery>(
        [statistics = &parts.statistics](const interfaces::EventsQuery& query,
                                         const QueryBook::Answer& answer) {
            statistics->post([query, answer](Statistics& owner) {
                answer(interfaces::QueryAnswer(owner.events().find(query)));
            });
        });
    desk.queries.serve<interfaces::WorkersQuery>(
        [snapshots = &parts.snapshots](const interfaces::WorkersQuery& query,
                                       const QueryBook::Answer& answer) {
            answer(interfaces::QueryAnswer(findWorkers(*snapshots->load(), query)));
        });
    desk.commands.serve<interfaces::DisconnectMiner>(
        [workers = parts.workers](const interfaces::DisconnectMiner& command,
                                  const CommandBook::Answer& answer) {
            const std::size_t thread = IoWorker::threadOf(command.session);
            if (thread >= workers.size()) {
                answer(CommandBook::failure(interfaces::RequestFault::NotFound));
                return;
            }
            workers[thread]->post([id = command.session, answer](IoWorker& worker) {
                if (worker.disconnect(id)) {
                    answer(interfaces::CommandAnswer(interfaces::Done{}));
                } else {
                    answer(CommandBook::failure(interfaces::RequestFault::NotFound));
                }
            });
        });
}

} // namespace warp::engine
