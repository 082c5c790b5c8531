#include "tools/sim/options.h"

#include "core/sim/pool_url.h"
#include "tools/sim/console.h"

#include <fmt/format.h>

#include <charconv>

namespace warp::tools {

namespace {

QString toQt(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

template <class T>
std::optional<T> parseWhole(const std::string& text)
{
    T value{};
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    return error == std::errc() && end == last ? std::optional(value) : std::nullopt;
}

} // namespace

Options::Options(std::string_view command, std::string_view summary)
    : m_command(command)
    , m_manual({.name = std::string(command),
                .operands = {},
                .summary = std::string(summary.substr(0, summary.find_last_not_of('.') + 1)),
                .text = {},
                .options = {}})
{
    m_parser.setApplicationDescription(toQt(summary));
    m_parser.addOption(
        {{QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Show this text.")});
}

Options& Options::addValue(std::string_view name, std::string_view valueName,
                           std::string_view description, std::string_view fallback)
{
    QString help = toQt(description);
    if (!fallback.empty()) {
        help += QStringLiteral(" [") + toQt(fallback) + QStringLiteral("]");
    }
    m_parser.addOption({toQt(name), help, toQt(valueName), toQt(fallback)});
    m_manual.options.push_back({.name = std::string(name),
                                .valueName = std::string(valueName),
                                .help = help.toStdString()});
    return *this;
}

Options& Options::addFlag(std::string_view name, std::string_view description)
{
    m_parser.addOption({toQt(name), toQt(description)});
    m_manual.options.push_back(
        {.name = std::string(name), .valueName = {}, .help = std::string(description)});
    return *this;
}

Options& Options::addArgument(std::string_view name, std::string_view description)
{
    m_parser.addPositionalArgument(toQt(name), toQt(description));
    m_manual.operands += (m_manual.operands.empty() ? "" : " ") + std::string(name);
    m_manual.text +=
        (m_manual.text.empty() ? "" : "\n\n") + fmt::format("{}: {}", name, description);
    return *this;
}

std::optional<int> Options::parse(const QStringList& arguments)
{
    if (arguments == QStringList{toQt(MANUAL_SECTION)}) {
        const std::string section = config::renderManualSection(m_manual);
        printLine(std::string_view(section).substr(0, section.size() - 1));
        return EXIT_GOOD;
    }
    // The parser takes the first one for the name of the program.
    const QString program = QStringLiteral("warppool-sim ") + toQt(m_command);
    if (!m_parser.parse(QStringList{program} + arguments)) {
        printError(
            fmt::format("{}: {}", program.toStdString(), m_parser.errorText().toStdString()));
        return EXIT_USAGE;
    }
    if (m_parser.isSet(QStringLiteral("help"))) {
        const std::string help = m_parser.helpText().toStdString();
        // Qt writes the path of the executable, without the subcommand.
        const std::size_t lineEnd = help.find('\n');
        const std::size_t tail = help.find(" [", 0);
        printLine("Usage: " + program.toStdString() +
                  (tail < lineEnd ? help.substr(tail) : help.substr(lineEnd)));
        return EXIT_GOOD;
    }
    return std::nullopt;
}

bool Options::isSet(std::string_view name) const
{
    return m_parser.isSet(toQt(name));
}

QStringList Options::arguments() const
{
    return m_parser.positionalArguments();
}

std::string Options::text(std::string_view name) const
{
    return m_parser.value(toQt(name)).toStdString();
}

std::int64_t Options::integer(std::string_view name, std::int64_t least, std::int64_t most)
{
    const auto value = parseWhole<std::int64_t>(text(name));
    if (!value || *value < least || *value > most) {
        fault(name, fmt::format("a whole number from {} to {} is needed", least, most));
        return least;
    }
    return *value;
}

double Options::number(std::string_view name, double least, double most)
{
    const auto value = parseWhole<double>(text(name));
    if (!value || !(*value >= least && *value <= most)) {
        fault(name, fmt::format("a number from {} to {} is needed", least, most));
        return least;
    }
    return *value;
}

net::Endpoint Options::endpoint(std::string_view name)
{
    return parseEndpoint(name, text(name));
}

net::Endpoint Options::poolUrl(std::string_view name)
{
    const auto url = sim::parsePoolUrl(text(name));
    if (!url) {
        fault(name, describe(url.error()));
        return {};
    }
    return parseEndpoint(name, url->address);
}

Options& Options::addV2Options()
{
    return addValue("channel", "kind",
                    "With stratum2+tcp, the channel to open: extended or standard.", "extended")
        .addFlag("esp-miner", "With stratum2+tcp, the ways of Bitaxe's firmware ESP-Miner.");
}

std::optional<sim::V2MinerOptions> Options::v2Miner(std::string_view urlName)
{
    const auto url = sim::parsePoolUrl(text(urlName));
    const std::string channel = text("channel");
    if (channel != "extended" && channel != "standard") {
        fault("channel", "it is extended or standard");
    }
    if (!url || !url->v2) {
        return std::nullopt;
    }
    sim::V2MinerOptions options = *url->v2;
    if (channel == "standard") {
        options.channel = stratum::v2::ChannelKind::Standard;
    }
    if (isSet("esp-miner")) {
        options.habits = stratum::v2::ClientHabits::EspMiner;
    }
    return options;
}

net::AsioNetwork Options::poolNetwork(std::string_view name) const
{
    const auto url = sim::parsePoolUrl(text(name));
    if (!url || url->way != sim::PoolUrl::Way::Tls) {
        return net::AsioNetwork();
    }
    return net::AsioNetwork({}, std::make_shared<const net::TlsClient>(text("fingerprint")));
}

net::Endpoint Options::parseEndpoint(std::string_view name, std::string_view text)
{
    const std::size_t colon = text.rfind(':');
    const auto port = colon == std::string_view::npos
                          ? std::nullopt
                          : parseWhole<std::uint16_t>(std::string(text.substr(colon + 1)));
    if (!port) {
        fault(name, "host:port is needed");
        return {};
    }
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    return {.host = std::string(host), .port = *port};
}

void Options::fault(std::string_view name, std::string_view reason)
{
    printError(fmt::format("warppool-sim {}: --{}: {}", m_command, name, reason));
    m_hasFault = true;
}

} // namespace warp::tools
