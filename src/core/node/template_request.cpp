#include "core/node/template_request.h"

#include "core/node/json_text.h"
#include "core/node/template_parser.h"

#include <utility>

namespace warp::node {

std::string templateParams(bitcoin::Network network, std::string_view longpollId)
{
    std::string params = network == bitcoin::Network::Signet ? R"([{"rules":["segwit","signet"])"
                                                             : R"([{"rules":["segwit"])";
    params += R"(,"capabilities":["longpoll","coinbasevalue"])";
    if (!longpollId.empty()) {
        params += R"(,"longpollid":)";
        appendJsonString(params, longpollId);
    }
    params += "}]";
    return params;
}

util::RequestHandle requestTemplate(RpcClient& client, util::Clock& clock,
                                    const std::string& params, util::Duration timeout,
                                    util::Reply<TemplateResult> reply)
{
    return client.call({.method = "getblocktemplate", .params = toBody(params)}, timeout,
                       [&clock, reply = std::move(reply)](const RpcReply& answer) {
                           if (!answer) {
                               reply(util::Unexpected(answer.error()));
                               return;
                           }
                           reply(parseBlockTemplate(*answer, clock.boot()));
                       });
}

} // namespace warp::node
