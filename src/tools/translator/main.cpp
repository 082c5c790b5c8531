// warppool-translator: the program that will carry Stratum V1 miners to a Stratum V2 pool. It
// answers what it is; without a protocol to translate to it refuses to start.

#include <cstdio>
#include <string_view>

int main(int argc, char** argv)
{
    constexpr int EXIT_USAGE = 2;
    const std::string_view first = argc > 1 ? argv[1] : "";
    if (first == "--version" || first == "-v") {
        std::puts("warppool-translator " WARP_VERSION);
        return 0;
    }
    const bool isHelp = first == "--help" || first == "-h";
    static_cast<void>(std::fputs("Usage: warppool-translator [--help] [--version]\n"
                                 "\n"
                                 "Bridges Stratum V1 miners to a Stratum V2 pool. This version has "
                                 "no Stratum V2 yet\nand cannot bridge.\n",
                                 isHelp ? stdout : stderr));
    return isHelp ? 0 : EXIT_USAGE;
}
