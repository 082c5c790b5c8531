#include "tools/cli/node_question.h"

#include "core/bitcoin/address.h"
#include "core/bitcoin/network.h"
#include "core/config/paths.h"
#include "core/util/log.h"
#include "core/util/system_environment.h"
#include "tools/cli/http_fetch.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace warp::cli {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds PATIENCE{5};
constexpr std::size_t MAX_COOKIE = 4096;
constexpr int UNAUTHORIZED = 401;

/// RFC 4648, for the header of RFC 7617.
std::string base64(std::string_view text)
{
    constexpr std::string_view DIGITS =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            bits =
                (bits << 8U) | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out += i + k <= text.size() ? DIGITS[(bits >> (18U - 6U * k)) & 63U] : '=';
        }
    }
    return out;
}

std::string loginOf(util::Files& files, const NodeQuestion& question)
{
    if (!question.login.empty()) {
        return question.login;
    }
    const auto path = config::expandHome(question.cookie, util::systemEnvironment());
    std::string cookie =
        path ? files.read(*path, MAX_COOKIE).valueOr(std::string()) : std::string();
    return cookie.substr(0, cookie.find_first_of("\r\n"));
}

/// What is wrong with chain or address on this node; empty for nothing.
std::string conflictOf(const NodeQuestion& question, std::string_view chain)
{
    if (question.chain != "auto" && question.chain != chain) {
        return fmt::format(" But chain = \"{}\" is not its chain.", question.chain);
    }
    const auto network = bitcoin::networkFromChainName(chain);
    if (network && !bitcoin::parseAddress(question.address, *network)) {
        return " But the payout address is of another network: no work will be served.";
    }
    return {};
}

} // namespace

std::string askNode(util::Files& files, const NodeQuestion& question)
{
    const std::string login = loginOf(files, question);
    net::HttpRequest request{.method = "POST",
                             .target = "/",
                             .headers = {{"Content-Type", "application/json"},
                                         {"Authorization", "Basic " + base64(login)}},
                             .body = {std::make_shared<const std::string>(
                                 R"({"id":1,"method":"getblockchaininfo","params":[]})")}};
    const auto response = fetch(question.url, std::move(request), PATIENCE);
    if (!response) {
        return fmt::format("Your node does not answer yet ({}); the pool will wait for it.",
                           describe(response.error()));
    }
    if (response->status == UNAUTHORIZED || login.empty()) {
        return "Your node refuses the login; check user and password, or the cookie file.";
    }
    boost::system::error_code fault;
    const json::value answer = json::parse(response->body, fault);
    const json::object* const whole = fault ? nullptr : answer.if_object();
    const json::value* const result = whole != nullptr ? whole->if_contains("result") : nullptr;
    const json::object* const info = result != nullptr ? result->if_object() : nullptr;
    const json::value* const chain = info != nullptr ? info->if_contains("chain") : nullptr;
    const json::value* const height = info != nullptr ? info->if_contains("blocks") : nullptr;
    if (chain == nullptr || !chain->is_string() || height == nullptr || !height->is_int64()) {
        return fmt::format("What answers there is no Bitcoin node (status {}).", response->status);
    }
    const std::string name = util::sanitize(std::string_view(chain->get_string()));
    return fmt::format("Your node answers: chain {}, height {}.{}", name, height->get_int64(),
                       conflictOf(question, name));
}

} // namespace warp::cli
