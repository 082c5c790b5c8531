#include "core/util/log_file.h"

#include "core/util/system_files.h"
#include "tests/core/util/fake_clock.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cstdint>
#include <string>

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
    SmallDisk m_disk;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::filesystem::path m_path;
};

WARP_TEST_CLASS(LogFileTest);

} // namespace

#include "log_file_test.moc"
