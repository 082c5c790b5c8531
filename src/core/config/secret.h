// A password or token. It has no formatter and no stream operator, so that it cannot reach a log
// or an answer by accident. Value type; no thread affinity.
#pragma once

#include <string>
#include <utility>

namespace warp::config {

class Secret
{
public:
    Secret() = default;
    explicit Secret(std::string text)
        : m_text(std::move(text))
    {}

    [[nodiscard]] bool isEmpty() const { return m_text.empty(); }
    /// The text itself, for the one place that sends it.
    [[nodiscard]] const std::string& reveal() const { return m_text; }

    friend bool operator==(const Secret&, const Secret&) = default;

private:
    std::string m_text;
};

} // namespace warp::config
