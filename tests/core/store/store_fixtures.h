// What tests of the store share: places for a database, and things to put into it. Test code; one
// thread.
#pragma once

#include "core/store/archive.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>

namespace warp::test {

inline constexpr util::WallTime EPOCH_2026{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
inline constexpr std::uint64_t BOOT_ID = 0xF000'0000'0000'0001;

inline util::WallTime at(std::chrono::milliseconds time)
{
    return EPOCH_2026 + time;
}

/// The rows of a test that runs on every database there is: a file, memory, and the server that
/// WARP_TEST_PG names.
inline void addPlaces()
{
    QTest::addColumn<QString>("kind");
    QTest::newRow("sqlite") << QStringLiteral("sqlite");
    QTest::newRow("memory") << QStringLiteral("memory");
    if (std::getenv("WARP_TEST_PG") != nullptr) {
        QTest::newRow("postgres") << QStringLiteral("postgres");
    }
}

/// A new place of the current row's kind; empty of everything.
class Place
{
public:
    explicit Place(const QString& kind)
    {
        if (kind == QStringLiteral("memory")) {
            m_place = store::Database::IN_MEMORY;
        } else if (kind == QStringLiteral("postgres")) {
            m_place = std::getenv("WARP_TEST_PG");
            const auto database = store::Database::open(m_place);
            if (!database) {
                qFatal("%s", database.error().detail.c_str());
            }
            for (const auto* sql : {"DROP SCHEMA public CASCADE", "CREATE SCHEMA public"}) {
                if (const auto done = (*database)->execute(sql); !done) {
                    qFatal("%s", done.error().detail.c_str());
                }
            }
        } else {
            m_place = m_folder.filePath(QStringLiteral("pool.db")).toStdString();
        }
    }

    [[nodiscard]] const std::string& text() const { return m_place; }
    [[nodiscard]] store::StoreOptions options() const
    {
        store::StoreOptions options;
        options.place = m_place;
        options.bootId = BOOT_ID;
        return options;
    }

private:
    QTemporaryDir m_folder;
    std::string m_place;
};

inline std::unique_ptr<store::Archive> openArchive(const store::StoreOptions& options,
                                                   util::WallTime now = EPOCH_2026)
{
    auto archive = store::Archive::open(options, now);
    if (!archive) {
        qFatal("the archive does not open: %s", archive.error().detail.c_str());
    }
    return std::move(*archive);
}

/// One minute of so many shares of difficulty 2.
inline interfaces::HistoryBucket minute(util::WallTime start, std::uint64_t shares,
                                        std::uint64_t bootId = BOOT_ID)
{
    return {.start = start,
            .bootId = bootId,
            .covered = std::chrono::seconds(60),
            .acceptedWork = 2.0 * static_cast<double>(shares),
            .accepted = shares,
            .refused = 1,
            .stale = 2,
            .best = util::Difficulty(static_cast<double>(shares) * 10),
            .miners = static_cast<std::uint32_t>(shares)};
}

inline void addMinute(store::HistoryBatch& batch, const std::string& worker,
                      const interfaces::HistoryBucket& bucket)
{
    if (worker.empty()) {
        batch.pool.emplace(bucket.start, bucket);
    } else {
        batch.workers.emplace(std::pair(bucket.start, worker), bucket);
        util::WallTime& last = batch.lastShares[worker];
        last = std::max(last, bucket.start);
    }
}

inline bitcoin::Hash256 hashOf(std::uint32_t number)
{
    bitcoin::Hash256 hash;
    for (std::size_t i = 0; i < 4; ++i) {
        hash.bytes[i] = static_cast<std::byte>((number >> (8 * i)) & 0xFFU);
    }
    hash.bytes[31] = std::byte{0};
    return hash;
}

inline interfaces::BestShare bestShare(std::uint32_t number, const std::string& worker,
                                       double difficulty)
{
    interfaces::BestShare share;
    share.worker = worker;
    share.foundAt = at(std::chrono::seconds(number));
    share.height = 900'000;
    share.difficulty = util::Difficulty(difficulty);
    share.networkDifficulty = util::Difficulty(1e14);
    share.hash = hashOf(number);
    share.header.fill(std::byte{0x5A});
    share.header[0] = static_cast<std::byte>(number);
    share.coinbase = {std::byte{1}, std::byte{0}, std::byte{0xFF}};
    share.branch = {hashOf(1), hashOf(2), hashOf(3)};
    return share;
}

/// The value of a result that has to be good.
template <class T>
T expectValue(store::StoreResult<T> result)
{
    if (!result) {
        qFatal("%s: %s", std::string(code(result.error().fault)).c_str(),
               result.error().detail.c_str());
    }
    return std::move(*result);
}
inline void expectDone(const store::StoreResult<store::Leftover>& result)
{
    static_cast<void>(expectValue(result));
}
inline void expectDone(const store::StoreResult<void>& result)
{
    if (!result) {
        qFatal("%s: %s", std::string(code(result.error().fault)).c_str(),
               result.error().detail.c_str());
    }
}

} // namespace warp::test
