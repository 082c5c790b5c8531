#!/usr/bin/env python3
"""Fails when a file, a function or a class outgrows the limits of the style.

--list prints the largest of each kind.
"""

import math
import statistics
import sys

from cpp_shape import shape
from sources import ROOT, Report, expect, files_under

FILE_MEDIAN = 120
FILE_P95 = 450
FILE_CAP = 700
HEADER_CAP = 250
FUNCTION_P95 = 50
FUNCTION_CAP = 80
MEMBERS_CAP = 25
METHODS_CAP = 30


def percentile95(values):
    ordered = sorted(values)
    return ordered[math.ceil(0.95 * len(ordered)) - 1]


def lines_in(text):
    return len(text.splitlines())


def check_source(report, path, text, functions_seen):
    count = lines_in(text)
    if count > FILE_CAP:
        report.add(path, count, f"{count} lines in a file; the cap is {FILE_CAP}")
    if path.name.endswith(".h") and count > HEADER_CAP:
        report.add(path, count, f"{count} lines in a header; the cap is {HEADER_CAP}")
    functions, classes = shape(text)
    for function in functions:
        functions_seen.append((function.length, path, function))
        if function.length > FUNCTION_CAP:
            report.add(path, function.line, f"{function.name} has {function.length} lines; "
                                            f"the cap is {FUNCTION_CAP}")
    for found in classes:
        if found.members > MEMBERS_CAP:
            report.add(path, found.line, f"{found.name} has {found.members} members; "
                                         f"the cap is {MEMBERS_CAP}")
        if found.methods > METHODS_CAP:
            report.add(path, found.line, f"{found.name} has {found.methods} methods; "
                                         f"the cap is {METHODS_CAP}")
    return count


def check_distribution(report, name, values, limits):
    """`limits` are (figure, limit, value) rows."""
    for figure, limit in limits:
        value = statistics.median(values) if figure == "median" else percentile95(values)
        if value > limit:
            report.add(ROOT / "src", 0, f"{name}: {figure} is {value:g} lines; limit {limit}")


SAMPLE = '''
#define OPEN {
namespace warp::x {
namespace {
constexpr std::array<int, 2> TABLE = {1, 2};
const std::map<int, int> MAP{{1, 2}, {3, 4}};
enum class Kind : std::uint8_t { A, B };
struct Plain
{
    int a = 0;
    std::vector<int> b{1, 2};
    std::function<void(int)> c;
    std::map<int, std::function<int(int)>> d;
};
class WARP_THREAD_ANNOTATION(capability("mutex")) Guard final : public Base<int>
{
    Q_OBJECT
public:
    static constexpr int LIMIT = 5;
    using Value = int;
    explicit Guard(int a) : m_a(a), m_b{a} { run(); }
    Guard(const Guard&) = delete;
    ~Guard() override = default;
    [[nodiscard]] virtual int get(int x = 5) const = 0;
    template <class T>
    void set(T value)
    {
        if (value) { m_a = 1; }
    }
    [[nodiscard]] std::function<void()> task() const;
    auto operator<=>(const Guard&) const = default;
private:
    int m_a = 0;
    int m_b{0};
    std::deque<int> m_ring GUARDED_BY(m_mutex);
    const char* m_text = call(1, 2);
};
int
two(int x)
{
    return [x] {
        return x;
    }();
}
} // namespace
template <class T>
    requires std::is_same_v<T, int>
auto Name<T>::member(std::function<int(int)> f) const noexcept -> std::vector<int>
{
    for (int i = 0; i < 3; ++i) {
        call({.a = 1, .b = "}"});
    }
    return {};
}
Guard::Guard(int a)
    : m_a{a}
    , m_b(a)
{
}
} // namespace warp::x
template <>
struct std::hash<Key>
{
    std::size_t operator()(const Key& key) const noexcept { return 1; }
};
'''


def self_test():
    functions, classes = shape(SAMPLE)
    found = {function.name: function.length for function in functions}
    expect(found == {"Guard": 1, "set": 5, "two": 7, "Name<T>::member": 9, "Guard::Guard": 5,
                     "operator()": 1}, f"functions: {found}")
    counts = {item.name: (item.members, item.methods) for item in classes}
    expect(counts == {"Plain": (4, 0), "Guard": (4, 4), "std::hash": (0, 1)},
           f"classes: {counts}")
    report = Report("self-test")
    long = "void f()\n{\n" + "    x();\n" * 78 + "}\n"
    check_source(report, ROOT / "a.cpp", long, [])
    expect(len(report.findings) == 1, "a function of 81 lines")
    check_source(report, ROOT / "a.h", "\n" * 251, [])
    expect(len(report.findings) == 2, "a header of 251 lines")
    check_source(report, ROOT / "a.cpp", "\n" * 701, [])
    expect(len(report.findings) == 3, "a file of 701 lines")
    check_source(report, ROOT / "a.h", "class A\n{\n" + "".join(
        f"    int m_{i} = 0;\n" for i in range(26)) + "};\n", [])
    expect(len(report.findings) == 4, "a class of 26 members")
    check_source(report, ROOT / "a.h", "class A\n{\n" + "".join(
        f"    void f{i}();\n" for i in range(31)) + "};\n", [])
    expect(len(report.findings) == 5, "a class of 31 methods")
    check_distribution(report, "files", [121] * 3, [("median", FILE_MEDIAN)])
    check_distribution(report, "files", [10] * 90 + [451] * 10, [("p95", FILE_P95)])
    expect(len(report.findings) == 7, "median and p95")


def main():
    if "--self-test" in sys.argv:
        self_test()
        print("check_sizes: self-test passed")
        return 0
    report = Report("check_sizes")
    functions, sizes = [], []
    files = files_under("src")
    for path in files:
        count = check_source(report, path, path.read_text(encoding="utf-8"), functions)
        sizes.append((count, path))
    others = files_under("tests", "scripts", endings=(".cpp", ".h", ".py", ".sh"))
    for path in others:
        count = lines_in(path.read_text(encoding="utf-8"))
        if count > FILE_CAP:
            report.add(path, count, f"{count} lines in a file; the cap is {FILE_CAP}")
    counts = [count for count, _ in sizes]
    lengths = [length for length, _, _ in functions]
    if counts and lengths:
        check_distribution(report, "files", counts, [("median", FILE_MEDIAN), ("p95", FILE_P95)])
        check_distribution(report, "functions", lengths, [("p95", FUNCTION_P95)])
        print(f"files: median {statistics.median(counts):g}, p95 {percentile95(counts)}, "
              f"largest {max(counts)}; functions: p95 {percentile95(lengths)}, "
              f"longest {max(lengths)}")
    if "--list" in sys.argv:
        for count, path in sorted(sizes, reverse=True)[:15]:
            print(f"{count:5} lines  {path.relative_to(ROOT)}")
        for length, path, function in sorted(functions, key=lambda row: -row[0])[:15]:
            print(f"{length:5} lines  {path.relative_to(ROOT)}:{function.line} {function.name}")
    return report.finish(f"{len(files) + len(others)} files")


if __name__ == "__main__":
    sys.exit(main())
