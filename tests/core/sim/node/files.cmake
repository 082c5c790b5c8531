set(SIM_NODE_TESTS
    node/bip_rules_test.cpp node/block_rejection_test.cpp node/chain_rules_test.cpp
    node/chain_test.cpp node/mempool_test.cpp node/node_behaviour_test.cpp node/node_rpc_test.cpp
    node/node_server_test.cpp node/node_template_test.cpp
)
