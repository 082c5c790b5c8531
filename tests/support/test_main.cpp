#include "tests/support/test_registry.h"

#include <QCoreApplication>
#include <QTest>

#include <cstdio>
#include <string>
#include <vector>

namespace warp::test {

namespace {

struct Registration
{
    std::string name;
    TestFactory factory;
};

std::vector<Registration>& registrations()
{
    static std::vector<Registration> list;
    return list;
}

} // namespace

bool registerTest(const char* name, TestFactory factory)
{
    registrations().push_back({name, std::move(factory)});
    return true;
}

} // namespace warp::test

// Arguments: names of classes to run (all without one); what begins with '-' goes to Qt Test.
int main(int argc, char** argv)
{
    // Qt Test ends a function after five minutes; sanitizers on a busy machine need longer, and
    // ctest has a time limit of its own.
    if (!qEnvironmentVariableIsSet("QTEST_FUNCTION_TIMEOUT")) {
        qputenv("QTEST_FUNCTION_TIMEOUT", "1800000");
    }
    const QCoreApplication application(argc, argv);
    std::vector<std::string> wanted;
    // Qt Test's own handler of crashes starts a debugger and can go on for ever; a sanitizer's
    // report or the signal itself says enough.
    QStringList testArguments{QString::fromLocal8Bit(argv[0]), QStringLiteral("-nocrashhandler")};
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument.starts_with("-")) {
            testArguments << QString::fromStdString(argument);
        } else {
            wanted.push_back(argument);
        }
    }
    int failures = 0;
    int ran = 0;
    for (const auto& [name, factory] : warp::test::registrations()) {
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end()) {
            continue;
        }
        const auto object = factory();
        failures += QTest::qExec(object.get(), testArguments);
        ++ran;
    }
    if (ran == 0) {
        static_cast<void>(std::fprintf(stderr, "no test class of that name\n"));
        return 1;
    }
    return failures == 0 ? 0 : 1;
}
