// JSON as raw text: checks it against RFC 8259 and cuts it into views, so that an id can be echoed
// byte for byte and nothing is copied or allocated. Without recursion; depth and keys are bounded.
// UTF-8 is not checked: user names in other encodings are no reason to refuse a miner.
// Pure; safe on any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace warp::stratum::v1 {

inline constexpr unsigned MAX_JSON_DEPTH = 8;
inline constexpr unsigned MAX_JSON_KEYS = 64;

/// Walks over a text. A function that fails leaves the position undefined: give up then.
class JsonScanner final
{
public:
    explicit JsonScanner(std::string_view text)
        : m_text(text)
    {}

    /// Skips blanks, then one value of any kind.
    /// @param outerDepth arrays and objects that the caller has entered.
    /// @return its text without blanks around it; nothing where it is no JSON or breaks a bound.
    [[nodiscard]] std::optional<std::string_view> value(unsigned outerDepth);
    /// Skips blanks, then a key and its colon.
    /// @return the key's text between its quotes, escapes as they are.
    [[nodiscard]] std::optional<std::string_view> key();
    /// Skips blanks, then `wanted`, if it is what comes.
    [[nodiscard]] bool consume(char wanted);
    /// Whether only blanks remain.
    [[nodiscard]] bool isAtEnd();

private:
    void skipBlanks();
    [[nodiscard]] bool skipScalar();
    [[nodiscard]] bool skipString();
    [[nodiscard]] bool skipEscape();
    [[nodiscard]] bool skipNumber();
    [[nodiscard]] bool skipDigits();
    [[nodiscard]] bool skipWord(std::string_view word);
    [[nodiscard]] char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }

    std::string_view m_text;
    std::size_t m_at = 0;
    unsigned m_keys = 0;
};

/// Elements of an array's text. Not an array: no element.
class JsonArrayReader final
{
public:
    explicit JsonArrayReader(std::string_view text);

    /// The next element's text; nothing at the end.
    [[nodiscard]] std::optional<std::string_view> next();

private:
    JsonScanner m_scanner;
    bool m_isDone = false;
    bool m_isFirst = true;
};

struct JsonField
{
    std::string_view key; ///< between its quotes, escapes as they are
    std::string_view value;
};

/// Fields of an object's text. Not an object: no field.
class JsonObjectReader final
{
public:
    explicit JsonObjectReader(std::string_view text);

    [[nodiscard]] std::optional<JsonField> next();

private:
    JsonScanner m_scanner;
    bool m_isDone = false;
    bool m_isFirst = true;
};

/// What a string's checked text, quotes included, stands for; nothing where it is no string.
/// A lone surrogate becomes U+FFFD.
/// @param buffer holds the result where the text has escapes.
[[nodiscard]] std::optional<std::string_view> jsonString(std::string_view text,
                                                         std::string& buffer);

} // namespace warp::stratum::v1
