#include "core/stratum/session.h"

namespace warp::stratum {

std::string_view name(CloseCause cause)
{
    switch (cause) {
    case CloseCause::LineTooLong:
        return "line_too_long";
    case CloseCause::NotJson:
        return "not_json";
    case CloseCause::HandshakeTimeout:
        return "handshake_timeout";
    case CloseCause::Flood:
        return "flood";
    case CloseCause::BadShares:
        break;
    }
    return "bad_shares";
}

} // namespace warp::stratum
