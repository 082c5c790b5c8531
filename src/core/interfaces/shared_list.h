// SharedList<T>: an immutable list whose elements are shared with the lists before and after it, so
// that a snapshot with ten thousand workers costs no more than what has changed in it. Equal
// addresses of elements mean equal values, which makes differences cheap. Value type; any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace warp::interfaces {

template <class T>
class SharedList
{
public:
    using ValueType = T;
    using Items = std::vector<std::shared_ptr<const T>>; ///< none is nullptr

    /// Walks over values.
    class Iterator
    {
    public:
        // Names that iterators have to have (std::iterator_traits).
        // NOLINTBEGIN(readability-identifier-naming)
        using iterator_category = std::forward_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = const T*;
        using reference = const T&;
        // NOLINTEND(readability-identifier-naming)

        Iterator() = default;
        explicit Iterator(typename Items::const_iterator at)
            : m_at(at)
        {}
        reference operator*() const { return **m_at; }
        pointer operator->() const { return m_at->get(); }
        Iterator& operator++()
        {
            ++m_at;
            return *this;
        }
        Iterator operator++(int) { return Iterator(m_at++); }
        friend bool operator==(const Iterator&, const Iterator&) = default;

    private:
        typename Items::const_iterator m_at{};
    };

    SharedList() = default;
    explicit SharedList(Items items)
        : m_items(std::make_shared<const Items>(std::move(items)))
    {}
    /// Copies each value once.
    explicit SharedList(const std::vector<T>& values)
    {
        Items items;
        items.reserve(values.size());
        for (const T& value : values) {
            items.push_back(std::make_shared<const T>(value));
        }
        m_items = std::make_shared<const Items>(std::move(items));
    }

    [[nodiscard]] std::size_t size() const { return items().size(); }
    [[nodiscard]] bool empty() const { return items().empty(); }
    [[nodiscard]] Iterator begin() const { return Iterator(items().begin()); }
    [[nodiscard]] Iterator end() const { return Iterator(items().end()); }
    /// Below size().
    [[nodiscard]] const T& operator[](std::size_t index) const { return *items()[index]; }
    [[nodiscard]] const Items& items() const
    {
        static const Items NOTHING;
        return m_items ? *m_items : NOTHING;
    }

    friend bool operator==(const SharedList& left, const SharedList& right)
    {
        const auto isSame = [](const auto& one, const auto& other) {
            return one == other || *one == *other;
        };
        return left.m_items == right.m_items ||
               std::ranges::equal(left.items(), right.items(), isSame);
    }

private:
    std::shared_ptr<const Items> m_items; ///< nullptr: empty
};

} // namespace warp::interfaces
