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
        return "bad_shares";
    case CloseCause::OtherProtocol:
        return "other_protocol";
    case CloseCause::NotAuthentic:
        return "not_authentic";
    case CloseCause::BadMessage:
        return "bad_message";
    case CloseCause::SetupRefused:
        return "setup_refused";
    case CloseCause::NoRoom:
        break;
    }
    return "no_room";
}

} // namespace warp::stratum
