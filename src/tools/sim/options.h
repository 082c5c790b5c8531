// Options: the command line of one subcommand, with typed values, --help and exit codes.
// Made and used on the main thread.
#pragma once

#include "core/config/program_manual.h"
#include "core/net/asio_network.h"
#include "core/net/endpoint.h"
#include "core/sim/miner_options.h"

#include <QCommandLineParser>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warp::tools {

class Options final
{
public:
    /// As the only argument: write this command's part of the manual page.
    static constexpr std::string_view MANUAL_SECTION = "--manual-section";

    Options(std::string_view command, std::string_view summary);

    Options& addValue(std::string_view name, std::string_view valueName,
                      std::string_view description, std::string_view fallback = {});
    Options& addFlag(std::string_view name, std::string_view description);
    /// Those of miners that speak Stratum V2.
    Options& addV2Options();
    Options& addArgument(std::string_view name, std::string_view description);

    /// @param arguments  what follows the name of the subcommand.
    /// @return the exit code where the program is to end: help or MANUAL_SECTION was asked for, or
    /// a
    ///         name is unknown.
    [[nodiscard]] std::optional<int> parse(const QStringList& arguments);

    [[nodiscard]] bool isSet(std::string_view name) const;
    [[nodiscard]] QStringList arguments() const;
    [[nodiscard]] std::string text(std::string_view name) const;
    // A value that is none of these prints why; hasFault() is then true.
    [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t least,
                                       std::int64_t most);
    [[nodiscard]] double number(std::string_view name, double least, double most);
    /// "host:port"
    [[nodiscard]] net::Endpoint endpoint(std::string_view name);
    /// See sim::parsePoolUrl().
    [[nodiscard]] net::Endpoint poolUrl(std::string_view name);
    /// How to speak Stratum V2 to a pool that poolUrl() named, by the options of addV2Options();
    /// nothing where it is to be Stratum V1.
    [[nodiscard]] std::optional<sim::V2MinerOptions> v2Miner(std::string_view urlName);
    /// The way to a pool that poolUrl() named: by TLS where the scheme says so. The server is the
    /// one with the fingerprint of option "fingerprint", or any where that is empty.
    [[nodiscard]] net::AsioNetwork poolNetwork(std::string_view name) const;

    void fault(std::string_view name, std::string_view reason);
    [[nodiscard]] bool hasFault() const { return m_hasFault; }

private:
    [[nodiscard]] net::Endpoint parseEndpoint(std::string_view name, std::string_view text);

    QCommandLineParser m_parser;
    std::string m_command;
    config::ManualCommand m_manual; ///< the same options, for the manual page
    bool m_hasFault = false;
};

} // namespace warp::tools
