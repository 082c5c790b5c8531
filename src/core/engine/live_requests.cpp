#include "core/engine/live_requests.h"

#include <cstddef>

namespace warp::engine {

namespace {

using interfaces::CommandBook;
using interfaces::QueryBook;

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
    desk.commands.serve<interfaces::DisconnectMiner>(
        [workers = parts.workers](const interfaces::DisconnectMiner& command,
                                  const CommandBook::Answer& answer) {
            const std::size_t thread = ioThreadOf(command.session);
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
