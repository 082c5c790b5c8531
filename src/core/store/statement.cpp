#include "core/store/statement.h"

#include <QByteArray>
#include <QSqlError>
#include <QSqlQuery>
#include <QString>
#include <QVariant>

#include <utility>

namespace warp::store {

Statement::Statement(std::unique_ptr<QSqlQuery> query, Dialect dialect)
    : m_query(std::move(query))
    , m_dialect(dialect)
{}

Statement::~Statement() = default;
Statement::Statement(Statement&& other) noexcept = default;
Statement& Statement::operator=(Statement&& other) noexcept = default;

Statement& Statement::integer(std::int64_t value)
{
    m_query->bindValue(m_next++, static_cast<qlonglong>(value));
    return *this;
}

Statement& Statement::real(double value)
{
    m_query->bindValue(m_next++, value);
    return *this;
}

Statement& Statement::text(std::string_view value)
{
    // Without a character of its own an empty text would be NULL to Qt.
    QString converted = value.empty()
                            ? QStringLiteral("")
                            : QString::fromUtf8(value.data(), static_cast<qsizetype>(value.size()));
    converted.replace(QChar(u'\0'), QChar(QChar::ReplacementCharacter));
    m_query->bindValue(m_next++, converted);
    return *this;
}

Statement& Statement::bytes(util::ByteView value)
{
    // As with text, no bytes are not NULL.
    const char* const data = value.empty() ? "" : reinterpret_cast<const char*>(value.data());
    m_query->bindValue(m_next++, QByteArray(data, static_cast<qsizetype>(value.size())));
    return *this;
}

StoreError Statement::lastError() const
{
    const QSqlError error = m_query->lastError();
    return {.fault = faultOf(m_dialect, error.nativeErrorCode().toStdString()),
            .detail = error.text().toStdString()};
}

StoreResult<std::int64_t> Statement::run()
{
    m_next = 0;
    if (!m_query->exec()) {
        return util::Unexpected(lastError());
    }
    const auto changed = static_cast<std::int64_t>(m_query->numRowsAffected());
    m_query->finish();
    return changed;
}

StoreResult<void> Statement::forEach(const std::function<void(const Statement&)>& onRow)
{
    m_next = 0;
    if (!m_query->exec()) {
        return util::Unexpected(lastError());
    }
    while (m_query->next()) {
        onRow(*this);
    }
    // A damaged page shows only when the cursor comes to it.
    if (m_query->lastError().isValid()) {
        return util::Unexpected(lastError());
    }
    m_query->finish();
    return {};
}

std::int64_t Statement::integerAt(int column) const
{
    return m_query->value(column).toLongLong();
}

double Statement::realAt(int column) const
{
    return m_query->value(column).toDouble();
}

std::string Statement::textAt(int column) const
{
    return m_query->value(column).toString().toStdString();
}

util::Bytes Statement::bytesAt(int column) const
{
    const QByteArray value = m_query->value(column).toByteArray();
    const auto view =
        util::asBytes(std::string_view(value.constData(), static_cast<std::size_t>(value.size())));
    return {view.begin(), view.end()};
}

} // namespace warp::store
