#include "core/net/zmq_context.h"

#include "core/util/assert.h"

#include <zmq.h>

namespace warp::net {

ZmqContext::ZmqContext()
    : m_handle(zmq_ctx_new())
{
    WARP_ASSERT(m_handle != nullptr); // out of memory
}

ZmqContext::~ZmqContext()
{
    zmq_ctx_term(m_handle);
}

} // namespace warp::net
