#include "core/sim/virtual_files.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <optional>
#include <string>
#include <vector>

namespace {

using warp::sim::FileOperation;
using warp::sim::VirtualFiles;
using warp::util::asBytes;
using warp::util::FileAccess;
using warp::util::FileError;

constexpr std::size_t LIMIT = 1'000;

void put(VirtualFiles& files, const std::string& path, std::string_view text)
{
    QVERIFY(files.write(path, asBytes(text), FileAccess::Shared).hasValue());
}

class VirtualFilesTest final : public QObject
{
    Q_OBJECT

private slots:
    void readsWhatWasWritten()
    {
        VirtualFiles files;
        QVERIFY(files.makeDirectories("/data/spool").hasValue());
        put(files, "/data/spool/one", "hello");
        put(files, "/data/./two", "world");
        QCOMPARE(*files.read("/data/spool/../spool/one", LIMIT), std::string("hello"));
        QCOMPARE(files.read("/data/spool/one", 4).error(), FileError::TooLarge);
        QCOMPARE(*files.list("/data"), (std::vector<std::string>{"spool", "two"}));
        QVERIFY(files.rename("/data/two", "/data/spool/one").hasValue());
        QCOMPARE(*files.read("/data/spool/one", LIMIT), std::string("world"));
        QCOMPARE(files.read("/data/two", LIMIT).error(), FileError::NotFound);
        QVERIFY(files.remove("/data/spool/one").hasValue());
        QVERIFY(files.list("/data/spool")->empty());
    }

    void saysWhyAPathCannotBeUsed()
    {
        VirtualFiles files;
        put(files, "/file", "x");
        QCOMPARE(files.write("/no/file", asBytes("x"), FileAccess::Shared).error(),
                 FileError::NotFound);
        QCOMPARE(files.makeDirectories("/file/below").error(), FileError::NotDirectory);
        QCOMPARE(files.list("/file").error(), FileError::NotDirectory);
        QCOMPARE(files.list("/no").error(), FileError::NotFound);
        QCOMPARE(files.remove("/no").error(), FileError::NotFound);
        QCOMPARE(files.sync("/no").error(), FileError::NotFound);
    }

    void keepsOldOrNewContentWholeThroughACrash()
    {
        VirtualFiles files;
        QVERIFY(files.makeDirectories("/data").hasValue());
        QVERIFY(
            files.replaceDurably("/data/config", asBytes("old"), FileAccess::Private).hasValue());
        files.setFailure(FileOperation::Rename, "/data", FileError::Io);
        QVERIFY(!files.replaceDurably("/data/config", asBytes("new"), FileAccess::Private));
        files.crash();
        QCOMPARE(*files.read("/data/config", LIMIT), std::string("old"));
        files.setFailure(FileOperation::Rename, "/data", std::nullopt);
        QVERIFY(
            files.replaceDurably("/data/config", asBytes("new"), FileAccess::Private).hasValue());
        files.crash();
        QCOMPARE(*files.read("/data/config", LIMIT), std::string("new"));
        QCOMPARE(files.accessOf("/data/config"), std::optional(FileAccess::Private));
    }

    void losesInACrashWhatWasNotSynced()
    {
        VirtualFiles files;
        put(files, "/never", "x");
        put(files, "/content", "x");
        QVERIFY(files.sync("/content").hasValue());
        put(files, "/name", "x");
        QVERIFY(files.sync("/name").hasValue());
        QVERIFY(files.sync("/").hasValue());
        put(files, "/content", "changed");
        put(files, "/later", "x");
        files.crash();
        QCOMPARE(*files.read("/name", LIMIT), std::string("x"));
        QCOMPARE(*files.read("/content", LIMIT), std::string("x"));
        QCOMPARE(*files.read("/never", LIMIT), std::string());
        QCOMPARE(files.read("/later", LIMIT).error(), FileError::NotFound);
    }

    // R266
    void failsAsTold()
    {
        VirtualFiles files;
        files.setCapacity(8);
        put(files, "/a", "12345");
        QCOMPARE(files.write("/b", asBytes("12345"), FileAccess::Shared).error(),
                 FileError::NoSpace);
        QCOMPARE(files.read("/b", LIMIT)->size(), std::size_t{3});
        put(files, "/a", "1");
        put(files, "/b", "1234567");
        files.setFailure(FileOperation::Write, "/b", FileError::NoPermission);
        QCOMPARE(files.write("/b", asBytes("x"), FileAccess::Shared).error(),
                 FileError::NoPermission);
        put(files, "/a", "2");
        files.setFailure(FileOperation::Write, "/b", std::nullopt);
        put(files, "/b", "x");
    }

    void locksOnceAtATime()
    {
        VirtualFiles files;
        auto first = files.lock("/lock");
        QVERIFY(first.hasValue());
        const auto second = files.lock("/lock");
        QVERIFY(!second);
        QCOMPARE(second.error().error, FileError::Exists);
        QVERIFY(second.error().holderPid != 0);
        (*first).reset();
        QVERIFY(files.lock("/lock").hasValue());
        files.setForeignLock("/lock", 4711);
        QCOMPARE(files.lock("/lock").error().holderPid, std::int64_t{4711});
        files.setForeignLock("/lock", 0);
        QVERIFY(files.lock("/lock").hasValue());
    }
};

WARP_TEST_CLASS(VirtualFilesTest);

} // namespace

#include "virtual_files_test.moc"
