// One HTTP request and its answer, waited for. Main thread; runs a loop of its own meanwhile.
#pragma once

#include "core/net/http.h"
#include "core/util/executor.h"
#include "core/util/result.h"

#include <string>

namespace warp::cli {

/// @param baseUrl "http://host:port"
[[nodiscard]] util::Result<net::HttpResponse, net::HttpError>
fetch(const std::string& baseUrl, net::HttpRequest request, util::Duration timeout);

} // namespace warp::cli
