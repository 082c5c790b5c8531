// Metrics in the making, and their text (Prometheus exposition format 0.0.4). Every name gets the
// prefix "warppool_". Value type; no thread affinity. The library stays behind this header.
#pragma once

#include "core/util/duration_histogram.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warp::api {

using MetricLabels = std::vector<std::pair<std::string_view, std::string>>;

struct MetricSample
{
    MetricLabels labels;
    double value = 0;
};

struct HistogramSample
{
    MetricLabels labels;
    util::DurationHistogram histogram;
};

class MetricList final
{
public:
    MetricList();
    ~MetricList();
    MetricList(const MetricList&) = delete;
    MetricList& operator=(const MetricList&) = delete;

    void counter(std::string_view name, std::string_view help,
                 const std::vector<MetricSample>& samples);
    void gauge(std::string_view name, std::string_view help,
               const std::vector<MetricSample>& samples);
    /// A gauge whose name ends as only a counter's should.
    void untyped(std::string_view name, std::string_view help, double value);
    void histogram(std::string_view name, std::string_view help,
                   const std::vector<HistogramSample>& samples);

    void counter(std::string_view name, std::string_view help, double value);
    void gauge(std::string_view name, std::string_view help, double value);

    [[nodiscard]] std::string text() const;

private:
    struct Families;
    std::unique_ptr<Families> m_families;
};

} // namespace warp::api
