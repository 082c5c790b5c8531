// The two books of a service: questions and commands. Owned by a PoolService; any thread may call.
#pragma once

#include "core/interfaces/command.h"
#include "core/interfaces/query.h"
#include "core/interfaces/request_book.h"

namespace warp::interfaces {

using QueryBook = RequestBook<Query, QueryReply>;
using CommandBook = RequestBook<Command, CommandReply>;

struct RequestDesk
{
    QueryBook queries;
    CommandBook commands;

    void stop()
    {
        queries.stop();
        commands.stop();
    }
};

} // namespace warp::interfaces
