// What the tests of the loader share: a configuration in memory and its result. One test owns it.
#pragma once

#include "core/config/loader.h"
#include "tests/mock/memory_files.h"

#include <QTest>

#include <string>
#include <vector>

namespace warp::config::test {

/// A P2WPKH address of regtest: the 20 zero bytes of the example.
inline constexpr const char* REGTEST_ADDRESS = "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202";
/// The P2WPKH example of BIP 173, on mainnet.
inline constexpr const char* MAIN_ADDRESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";

/// Loads texts as if they were files in /etc/warppool.
class Loading
{
public:
    Loading() { m_request.environment["HOME"] = "/home/miner"; }

    Loading& file(std::string text)
    {
        m_request.configPath = "/etc/warppool/config.toml";
        m_files.put(m_request.configPath, std::move(text));
        return *this;
    }
    Loading& secrets(std::string text)
    {
        m_request.configPath = "/etc/warppool/config.toml";
        m_files.put("/etc/warppool/secrets.toml", std::move(text), util::FileAccess::Private);
        return *this;
    }
    Loading& variable(const std::string& name, std::string value)
    {
        m_request.environment[name] = std::move(value);
        return *this;
    }
    Loading& set(std::string text)
    {
        m_request.overrides.push_back(std::move(text));
        return *this;
    }

    [[nodiscard]] LoadRequest& request() { return m_request; }
    [[nodiscard]] warp::test::MemoryFiles& files() { return m_files; }
    [[nodiscard]] auto load() { return config::load(m_request, m_files); }

    /// The settings; where there are faults the test fails with their texts.
    [[nodiscard]] LoadedSettings loaded()
    {
        auto result = load();
        if (result) {
            return std::move(result).value();
        }
        std::string text = "this configuration should be good";
        for (const ConfigFault& fault : result.error()) {
            text += "; " + fault.describe();
        }
        QTest::qFail(text.c_str(), __FILE__, __LINE__);
        return {};
    }

    /// The faults, one at least; where there are none the test fails.
    [[nodiscard]] std::vector<ConfigFault> faults()
    {
        auto result = load();
        if (!result) {
            return std::move(result).error();
        }
        QTest::qFail("this configuration should be refused", __FILE__, __LINE__);
        return {ConfigFault{}};
    }

    /// "code place: detail" of each fault.
    [[nodiscard]] std::vector<std::string> faultTexts()
    {
        std::vector<std::string> texts;
        for (const ConfigFault& fault : faults()) {
            texts.push_back(std::string(code(fault.code)) + " " + fault.describe());
        }
        return texts;
    }

private:
    LoadRequest m_request;
    warp::test::MemoryFiles m_files;
};

} // namespace warp::config::test
