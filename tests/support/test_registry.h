// One Qt Test executable a module runs every class that its sources register.
#pragma once

#include <QObject>

#include <functional>
#include <memory>

namespace warp::test {

using TestFactory = std::function<std::unique_ptr<QObject>()>;

/// Adds a class to this executable; called before main.
bool registerTest(const char* name, TestFactory factory);

} // namespace warp::test

/// Beside the class, at namespace scope: runs it in this module's executable.
#define WARP_TEST_CLASS(Class)                                                                     \
    const bool is##Class##Registered =                                                             \
        ::warp::test::registerTest(#Class, [] { return std::make_unique<Class>(); })
