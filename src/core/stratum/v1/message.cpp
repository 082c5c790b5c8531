#include "core/stratum/v1/message.h"

#include "core/stratum/v1/json_text.h"

namespace warp::stratum::v1 {

namespace {

void forgetParameters(Message& message)
{
    if (message.parameterCount > 0) {
        message.parameterCount = 0;
        message.parameters.fill({});
    }
}

bool readParameters(JsonScanner& scanner, Message& message)
{
    forgetParameters(message);
    if (scanner.consume(']')) {
        return true;
    }
    while (true) {
        const auto element = scanner.value(2);
        if (!element) {
            return false;
        }
        if (message.parameterCount < MAX_KEPT_PARAMETERS) {
            message.parameters[message.parameterCount] = *element;
        }
        ++message.parameterCount;
        if (!scanner.consume(',')) {
            return scanner.consume(']');
        }
    }
}

std::string_view* fieldOf(Message& message, std::string_view key)
{
    if (key == "id") {
        return &message.id;
    }
    if (key == "method") {
        return &message.method;
    }
    if (key == "result") {
        return &message.result;
    }
    if (key == "error") {
        return &message.error;
    }
    return nullptr;
}

bool readField(JsonScanner& scanner, Message& message)
{
    const auto key = scanner.key();
    if (!key) {
        return false;
    }
    if (*key == "params" && scanner.consume('[')) {
        return readParameters(scanner, message);
    }
    const auto value = scanner.value(1);
    if (!value) {
        return false;
    }
    if (std::string_view* field = fieldOf(message, *key)) {
        *field = *value;
    } else if (*key == "params") {
        forgetParameters(message);
    }
    return true;
}

} // namespace

std::optional<Message> parseMessage(std::string_view line)
{
    std::optional<Message> message(std::in_place);
    JsonScanner scanner(line);
    if (!scanner.consume('{')) {
        return std::nullopt;
    }
    if (!scanner.consume('}')) {
        do {
            if (!readField(scanner, *message)) {
                return std::nullopt;
            }
        } while (scanner.consume(','));
        if (!scanner.consume('}')) {
            return std::nullopt;
        }
    }
    if (!scanner.isAtEnd()) {
        return std::nullopt;
    }
    return message;
}

} // namespace warp::stratum::v1
