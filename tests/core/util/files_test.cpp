#include "core/util/system_files.h"

#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace warp::util;
namespace fs = std::filesystem;

// The real files with a record of what was asked, and one call that fails.
class FailingFiles final : public Files
{
public:
    static constexpr std::size_t NEVER = 1000;

    explicit FailingFiles(std::size_t failingCall = NEVER)
        : m_failingCall(failingCall)
    {}

    [[nodiscard]] const std::vector<std::string>& calls() const { return m_calls; }

    [[nodiscard]] Result<std::string, FileError> read(const fs::path& path,
                                                      std::size_t maxBytes) override
    {
        return m_real.read(path, maxBytes);
    }
    Result<void, FileError> write(const fs::path& path, ByteView bytes, FileAccess access) override
    {
        return isFailing("write " + path.filename().string())
                   ? Result<void, FileError>(Unexpected(FileError::NoSpace))
                   : m_real.write(path, bytes, access);
    }
    Result<void, FileError> sync(const fs::path& path) override
    {
        return isFailing("sync " + path.filename().string())
                   ? Result<void, FileError>(Unexpected(FileError::Io))
                   : m_real.sync(path);
    }
    Result<void, FileError> rename(const fs::path& from, const fs::path& to) override
    {
        return isFailing("rename " + from.filename().string() + " " + to.filename().string())
                   ? Result<void, FileError>(Unexpected(FileError::NoPermission))
                   : m_real.rename(from, to);
    }
    Result<void, FileError> remove(const fs::path& path) override { return m_real.remove(path); }
    Result<void, FileError> makeDirectories(const fs::path& path) override
    {
        return m_real.makeDirectories(path);
    }
    [[nodiscard]] Result<std::vector<std::string>, FileError>
    list(const fs::path& directory) override
    {
        return m_real.list(directory);
    }
    [[nodiscard]] Result<std::unique_ptr<Handle>, LockFailure> lock(const fs::path& path) override
    {
        return m_real.lock(path);
    }

private:
    bool isFailing(std::string call)
    {
        m_calls.push_back(std::move(call));
        return m_calls.size() - 1 == m_failingCall;
    }

    SystemFiles m_real;
    std::size_t m_failingCall;
    std::vector<std::string> m_calls;
};

class FilesTest final : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void readsBackWhatWasWritten()
    {
        const std::string content("a\0b\n\xFF", 5);
        QVERIFY(m_files.write(path("a"), asBytes(content), FileAccess::Shared));
        QCOMPARE(*m_files.read(path("a"), 5), content);
        QVERIFY(m_files.write(path("a"), asBytes("x"), FileAccess::Shared));
        QCOMPARE(*m_files.read(path("a"), 5), std::string("x"));
        QVERIFY(m_files.write(path("a"), {}, FileAccess::Shared));
        QCOMPARE(*m_files.read(path("a"), 0), std::string());
    }

    void readsFilesOfSeveralChunksUpToTheLimit()
    {
        const std::string content(100'000, 'x');
        QVERIFY(m_files.write(path("a"), asBytes(content), FileAccess::Shared));
        QCOMPARE(m_files.read(path("a"), content.size())->size(), content.size());
        QCOMPARE(m_files.read(path("a"), content.size() - 1).error(), FileError::TooLarge);
    }

    void saysWhyNot()
    {
        QCOMPARE(m_files.read(path("none"), 10).error(), FileError::NotFound);
        QCOMPARE(m_files.write(path("none/a"), {}, FileAccess::Shared).error(),
                 FileError::NotFound);
        QCOMPARE(m_files.remove(path("none")).error(), FileError::NotFound);
        QCOMPARE(m_files.rename(path("none"), path("a")).error(), FileError::NotFound);
        QCOMPARE(m_files.sync(path("none")).error(), FileError::NotFound);
        QCOMPARE(m_files.list(path("none")).error(), FileError::NotFound);
        QVERIFY(m_files.write(path("file"), {}, FileAccess::Shared));
        QCOMPARE(m_files.read(path("file/a"), 10).error(), FileError::NotDirectory);
        QCOMPARE(m_files.list(path("file")).error(), FileError::NotDirectory);
        QCOMPARE(m_files.makeDirectories(path("file/a")).error(), FileError::NotDirectory);
    }

    void reportsAFullDisk()
    {
        // The kernel's always-full device (full(4)).
        if (::access("/dev/full", W_OK) != 0) {
            QSKIP("no /dev/full");
        }
        QCOMPARE(m_files.write("/dev/full", asBytes("x"), FileAccess::Shared).error(),
                 FileError::NoSpace);
    }

    // Somebody in whose folder we write as another user must not choose where it goes.
    void writesNothingPrivateThroughALink()
    {
        QVERIFY(m_files.write(path("victim"), asBytes("old"), FileAccess::Shared));
        std::filesystem::create_symlink(path("victim"), path("linked.new"));
        QVERIFY(!m_files.write(path("linked.new"), asBytes("secret"), FileAccess::Private));
        QVERIFY(!m_files.replaceDurably(path("linked"), asBytes("secret"), FileAccess::Private));
        QCOMPARE(*m_files.read(path("victim"), 100), std::string("old"));
        QVERIFY(m_files.write(path("linked.new"), asBytes("new"), FileAccess::Shared));
        QCOMPARE(*m_files.read(path("victim"), 100), std::string("new"));
    }

    void readsWhatFitsAndNoMore()
    {
        for (const std::size_t size : {0UL, 1UL, 16383UL, 16384UL, 16385UL, 50'000UL}) {
            const std::string content(size, 'x');
            QVERIFY(m_files.write(path("sized"), asBytes(content), FileAccess::Shared));
            QCOMPARE(*m_files.read(path("sized"), size), content);
            QCOMPARE(*m_files.read(path("sized"), size + 1), content);
            QCOMPARE(*m_files.read(path("sized"), SIZE_MAX), content);
            if (size > 0) {
                const auto refused = m_files.read(path("sized"), size - 1);
                QVERIFY(!refused && refused.error() == FileError::TooLarge);
            }
        }
    }

    void keepsPrivateFilesPrivate()
    {
        const mode_t mask = ::umask(0);
        QVERIFY(m_files.write(path("new"), {}, FileAccess::Private));
        QVERIFY(m_files.write(path("open"), {}, FileAccess::Shared));
        ::umask(mask);
        QCOMPARE(mode("new"), mode_t{0600});
        QCOMPARE(mode("open"), mode_t{0644});
        // Also one that was readable before.
        QVERIFY(m_files.write(path("open"), {}, FileAccess::Private));
        QCOMPARE(mode("open"), mode_t{0600});
    }

    // R148
    void makesFoldersForTheirOwnerAlone()
    {
        const mode_t mask = ::umask(0);
        QVERIFY(m_files.makeDirectories(path("outer/inner")));
        ::umask(mask);
        QCOMPARE(mode("outer"), mode_t{0700});
        QCOMPARE(mode("outer/inner"), mode_t{0700});
        QVERIFY(m_files.write(path("file"), {}, FileAccess::Shared));
        QCOMPARE(m_files.makeDirectories(path("file/below")).error(), FileError::NotDirectory);
    }

    void listsNamesInOrder()
    {
        QVERIFY(m_files.makeDirectories(path("d/e/f")));
        QVERIFY(m_files.makeDirectories(path("d/e/f")));
        for (const char* name : {"d/b", "d/a", "d/.hidden"}) {
            QVERIFY(m_files.write(path(name), {}, FileAccess::Shared));
        }
        QVERIFY(*m_files.list(path("d")) == std::vector<std::string>({".hidden", "a", "b", "e"}));
        QVERIFY(m_files.remove(path("d/a")));
        QCOMPARE(m_files.list(path("d"))->size(), std::size_t{3});
    }

    void syncsFilesAndFolders()
    {
        QVERIFY(m_files.write(path("a"), asBytes("x"), FileAccess::Shared));
        QVERIFY(m_files.sync(path("a")));
        QVERIFY(m_files.sync(path(".")));
    }

    void locksOnceAndNamesTheHolder()
    {
        auto lock = m_files.lock(path("lock"));
        QVERIFY(lock);
        QCOMPARE(*m_files.read(path("lock"), 100), std::to_string(::getpid()) + "\n");
        const auto second = m_files.lock(path("lock"));
        QVERIFY(!second);
        QCOMPARE(second.error().error, FileError::Exists);
        QCOMPARE(second.error().holderPid, std::int64_t{::getpid()});
        lock.value().reset();
        QVERIFY(m_files.lock(path("lock")));
    }

    void takesOverTheLockFileOfADeadProcess()
    {
        QVERIFY(m_files.write(path("lock"), asBytes("999999999999\n"), FileAccess::Shared));
        const auto lock = m_files.lock(path("lock"));
        QVERIFY(lock);
        QCOMPARE(m_files.lock(path("lock")).error().holderPid, std::int64_t{::getpid()});
        QCOMPARE(m_files.lock(path("none/lock")).error().error, FileError::NotFound);
    }

    void replacesInTheOrderThatSurvivesACrash()
    {
        FailingFiles files;
        QVERIFY(files.replaceDurably(path("a"), asBytes("new"), FileAccess::Private));
        const std::string folder = path("a").parent_path().filename().string();
        QVERIFY(files.calls() == std::vector<std::string>({"write a.new", "sync a.new",
                                                           "rename a.new a", "sync " + folder}));
        QCOMPARE(*m_files.read(path("a"), 10), std::string("new"));
        QCOMPARE(mode("a"), mode_t{0600});
    }

    void leavesTheOldContentWhereAStepFails_data()
    {
        QTest::addColumn<quint64>("failingCall");
        QTest::addColumn<int>("error");
        QTest::newRow("write") << quint64{0} << static_cast<int>(FileError::NoSpace);
        QTest::newRow("sync") << quint64{1} << static_cast<int>(FileError::Io);
        QTest::newRow("rename") << quint64{2} << static_cast<int>(FileError::NoPermission);
    }

    void leavesTheOldContentWhereAStepFails()
    {
        QFETCH(const quint64, failingCall);
        QFETCH(const int, error);
        QVERIFY(m_files.write(path("a"), asBytes("old"), FileAccess::Shared));
        FailingFiles files(failingCall);
        const auto result = files.replaceDurably(path("a"), asBytes("new"), FileAccess::Shared);
        QCOMPARE(static_cast<int>(result.error()), error);
        QCOMPARE(*m_files.read(path("a"), 10), std::string("old"));
        QCOMPARE(files.calls().size(), failingCall + 1);
    }

    void reportsThatTheFolderWasNotSynced()
    {
        FailingFiles files(3);
        const auto result = files.replaceDurably(path("a"), asBytes("new"), FileAccess::Shared);
        QCOMPARE(result.error(), FileError::Io);
        QCOMPARE(*m_files.read(path("a"), 10), std::string("new"));
    }

    void everyErrorHasWordsOfItsOwn()
    {
        std::vector<std::string_view> words;
        for (const FileError error :
             {FileError::NotFound, FileError::NoPermission, FileError::NoSpace,
              FileError::NotDirectory, FileError::TooLarge, FileError::Exists, FileError::Io}) {
            const std::string_view text = describe(error);
            QVERIFY(!text.empty());
            QVERIFY(std::find(words.begin(), words.end(), text) == words.end());
            words.push_back(text);
        }
    }

private:
    [[nodiscard]] fs::path path(const char* name) const
    {
        return fs::path(m_folder->path().toStdString()) / name;
    }

    [[nodiscard]] mode_t mode(const char* name) const
    {
        struct stat status{};
        return ::stat(path(name).c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    SystemFiles m_files;
};

WARP_TEST_CLASS(FilesTest);

} // namespace

#include "files_test.moc"
