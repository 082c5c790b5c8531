#include "core/util/log_file.h"

#include "core/util/system_files.h"
#include "tests/core/util/fake_clock.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace warp::util;
using namespace std::chrono_literals;

/// A disk that can be full: what is left of it is shared by all files.
class SmallDisk
{
public:
    std::size_t room = SIZE_MAX;
    int opened = 0;

    AppendFileOpener opener()
    {
        return [this](const std::filesystem::path& path)
                   -> Result<std::unique_ptr<AppendFile>, FileError> {
            auto file = openAppendFile(path);
            if (!file) {
                return Unexpected(file.error());
            }
            ++opened;
            return std::unique_ptr<AppendFile>(std::make_unique<File>(*this, std::move(*file)));
        };
    }

private:
    class File final : public AppendFile
    {
    public:
        File(SmallDisk& disk, std::unique_ptr<AppendFile> file)
            : m_disk(disk)
            , m_file(std::move(file))
        {}
        [[nodiscard]] Result<void, FileError> append(ByteView bytes) override
        {
            const std::size_t part = std::min(bytes.size(), m_disk.room);
            m_disk.room -= part;
            WARP_CHECK(m_file->append(bytes.first(part)));
            return part < bytes.size() ? Result<void, FileError>(Unexpected(FileError::NoSpace))
                                       : Result<void, FileError>();
        }
        [[nodiscard]] std::uint64_t size() const override { return m_file->size(); }

    private:
        SmallDisk& m_disk;
        std::unique_ptr<AppendFile> m_file;
    };
};

/// Real files on a disk whose space the test sets.
class Shelf final : public Files
{
public:
    Files* real = nullptr;
    std::uint64_t free = 1'000'000'000;
    std::uint64_t freedByRemoval = 0;

    Result<std::string, FileError> read(const std::filesystem::path& path,
                                        std::size_t maxBytes) override
    {
        return real->read(path, maxBytes);
    }
    Result<void, FileError> write(const std::filesystem::path& path, ByteView bytes,
                                  FileAccess access) override
    {
        return real->write(path, bytes, access);
    }
    Result<void, FileError> sync(const std::filesystem::path& path) override
    {
        return real->sync(path);
    }
    Result<void, FileError> rename(const std::filesystem::path& from,
                                   const std::filesystem::path& to) override
    {
        return real->rename(from, to);
    }
    Result<void, FileError> remove(const std::filesystem::path& path) override
    {
        free += freedByRemoval;
        return real->remove(path);
    }
    Result<void, FileError> makeDirectories(const std::filesystem::path& path) override
    {
        return real->makeDirectories(path);
    }
    Result<std::vector<std::string>, FileError> list(const std::filesystem::path& folder) override
    {
        return real->list(folder);
    }
    Result<DiskSpace, FileError> space(const std::filesystem::path& /*path*/) override
    {
        return DiskSpace{.free = free, .total = 32'000'000'000};
    }
    Result<std::unique_ptr<Handle>, LockFailure> lock(const std::filesystem::path& path) override
    {
        return real->lock(path);
    }
};

class LogFileTest final : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->path().toStdString() + "/logs/pool.log";
        m_disk = SmallDisk();
    }

    // R262
    void keepsWhatIsThereAndAddsToIt()
    {
        LogFile(m_clock, m_files, m_disk.opener(), {.path = m_path}).write("one");
        LogFile(m_clock, m_files, m_disk.opener(), {.path = m_path}).write("two");
        QCOMPARE(read(0), std::string("one\ntwo\n"));
    }

    // B44
    void allFilesTogetherStayWithinTheQuota()
    {
        constexpr std::uint64_t QUOTA = 5000;
        LogFile file = make(QUOTA);
        for (int i = 0; i < 1000; ++i) {
            file.write("line " + std::to_string(i) + " of the log");
            QVERIFY(total() <= QUOTA);
        }
        QVERIFY(total() > QUOTA / 2);
        QVERIFY(read(0).ends_with("line 999 of the log\n"));
        QVERIFY(read(1).ends_with(" of the log\n"));
        QVERIFY(!read(LogFile::FILE_COUNT - 1).empty());
        QVERIFY(read(LogFile::FILE_COUNT).empty());
    }

    // B44
    void aFullDiskStopsTheFileUntilThereIsRoom()
    {
        LogFile file = make(100'000);
        file.write("before");
        m_disk.room = 3;
        file.write("cut off");
        for (int i = 0; i < 10; ++i) {
            file.write("missing");
        }
        const int opened = m_disk.opened;
        m_disk.room = SIZE_MAX;
        file.write("still missing");
        QCOMPARE(m_disk.opened, opened);
        m_clock.advance(LogFile::RETRY_INTERVAL);
        file.write("after");
        QCOMPARE(read(0), std::string("before\ncut\n(12 lines are missing here: they could not be "
                                      "written)\nafter\n"));
    }

    void aFolderThatCannotBeMadeIsTriedAgain()
    {
        const std::filesystem::path folder = m_path.parent_path();
        QVERIFY(m_files.write(folder, asBytes("in the way"), FileAccess::Shared));
        LogFile file = make(100'000);
        file.write("one");
        QVERIFY(m_files.remove(folder));
        m_clock.advance(LogFile::RETRY_INTERVAL);
        file.write("two");
        QVERIFY(read(0).ends_with("two\n"));
    }

    // B44: below the free-space floor the oldest files go first, and then nothing is added.
    void leavesTheLastOfADiskAlone()
    {
        m_shelf.real = &m_files;
        const AppendFileOpener opener = m_disk.opener();
        LogFile file(m_clock, m_shelf, opener, {.path = m_path, .quotaBytes = 5000});
        for (int i = 0; i < 320; ++i) {
            file.write("line " + std::to_string(i) + " of the log");
        }
        QVERIFY(!read(4).empty());
        m_shelf.free = 199'000'000;
        m_shelf.freedByRemoval = 600'000;
        m_clock.advance(LogFile::SPACE_INTERVAL);
        file.write("after two are gone");
        QVERIFY(read(4).empty() && read(3).empty() && !read(2).empty());
        QVERIFY(read(0).ends_with("after two are gone\n"));
        m_shelf.free = 1'000'000;
        m_clock.advance(LogFile::SPACE_INTERVAL);
        file.write("missing");
        m_clock.advance(LogFile::RETRY_INTERVAL);
        file.write("missing");
        QVERIFY(read(1).empty() && read(2).empty());
        QVERIFY(read(0).find("missing") == std::string::npos);
        m_shelf.free = 900'000'000;
        m_clock.advance(LogFile::RETRY_INTERVAL);
        file.write("there is room again");
        QVERIFY(read(0).find("2 lines are missing here") != std::string::npos);
        QVERIFY(read(0).ends_with("there is room again\n"));
    }

    // R262: as logrotate and its like move a file away.
    void opensTheFileAnewWhenAsked()
    {
        LogFile file = make(100'000);
        file.write("one");
        QVERIFY(m_files.rename(m_path, m_path.string() + ".moved"));
        file.write("two");
        file.reopen();
        file.write("three");
        QCOMPARE(read(0), std::string("three\n"));
    }

private:
    LogFile make(std::uint64_t quota)
    {
        return {m_clock, m_files, m_disk.opener(), {.path = m_path, .quotaBytes = quota}};
    }
    std::string read(unsigned number)
    {
        const std::string path =
            m_path.string() + (number == 0 ? "" : "." + std::to_string(number));
        return m_files.read(path, 1 << 20).valueOr(std::string());
    }
    std::uint64_t total()
    {
        std::uint64_t sum = 0;
        const auto names = m_files.list(m_path.parent_path());
        for (const std::string& name : *names) {
            sum += m_files.read(m_path.parent_path() / name, 1 << 20)->size();
        }
        return sum;
    }

    test::FakeClock m_clock;
    SystemFiles m_files;
    Shelf m_shelf;
    SmallDisk m_disk;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::filesystem::path m_path;
};

WARP_TEST_CLASS(LogFileTest);

} // namespace

#include "log_file_test.moc"
