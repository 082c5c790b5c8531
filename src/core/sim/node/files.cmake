set(SIM_NODE_HEADERS
    node/bip_rules.h node/block_check.h node/block_entry.h node/block_maker.h node/chain.h
    node/chain_rules.h node/coin_set.h node/delay_queue.h node/longpoll_queue.h node/mempool.h
    node/node_behaviour.h node/node_core.h node/node_events.h node/node_server.h
    node/node_template.h
    node/pending_replies.h node/rejection.h node/rpc_chain.h node/rpc_http.h node/rpc_mining.h
    node/rpc_params.h node/rpc_types.h node/signal.h node/simulated_node.h
    node/transaction_check.h node/transaction_maker.h node/zmq_publisher.h
)
set(SIM_NODE_SOURCES
    node/bip_rules.cpp node/block_check.cpp node/block_entry.cpp node/block_maker.cpp
    node/chain.cpp node/chain_rules.cpp node/coin_set.cpp node/delay_queue.cpp
    node/longpoll_queue.cpp node/mempool.cpp node/node_core.cpp node/node_server.cpp
    node/node_template.cpp
    node/pending_replies.cpp node/rpc_chain.cpp node/rpc_http.cpp node/rpc_mining.cpp
    node/rpc_params.cpp node/rpc_template.cpp node/simulated_node.cpp node/transaction_check.cpp
    node/transaction_maker.cpp node/zmq_publisher.cpp
)
