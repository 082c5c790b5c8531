#include "core/api/metric_list.h"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <cstddef>
#include <limits>
#include <sstream>

namespace warp::api {

namespace {

constexpr std::string_view PREFIX = "warppool_";

double secondsOf(util::Duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

std::vector<prometheus::ClientMetric::Label> toLabels(const MetricLabels& labels)
{
    std::vector<prometheus::ClientMetric::Label> list;
    list.reserve(labels.size());
    for (const auto& [name, value] : labels) {
        list.push_back({.name = std::string(name), .value = value});
    }
    return list;
}

prometheus::ClientMetric::Histogram toHistogram(const util::DurationHistogram& histogram)
{
    prometheus::ClientMetric::Histogram converted;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        below += histogram.counts[i];
        const double bound = i < util::DurationHistogram::BOUNDS.size()
                                 ? secondsOf(util::DurationHistogram::BOUNDS[i])
                                 : std::numeric_limits<double>::infinity();
        converted.bucket.push_back({.cumulative_count = below, .upper_bound = bound});
    }
    converted.sample_count = below;
    converted.sample_sum = secondsOf(histogram.sum);
    return converted;
}

} // namespace

struct MetricList::Families
{
    prometheus::MetricFamily& add(std::string_view name, std::string_view help,
                                  prometheus::MetricType type)
    {
        prometheus::MetricFamily family;
        family.name = std::string(PREFIX) + std::string(name);
        family.help = std::string(help);
        family.type = type;
        list.push_back(std::move(family));
        return list.back();
    }

    std::vector<prometheus::MetricFamily> list;
};

MetricList::MetricList()
    : m_families(std::make_unique<Families>())
{}

MetricList::~MetricList() = default;

void MetricList::counter(std::string_view name, std::string_view help,
                         const std::vector<MetricSample>& samples)
{
    auto& family = m_families->add(name, help, prometheus::MetricType::Counter);
    for (const MetricSample& sample : samples) {
        prometheus::ClientMetric metric;
        metric.label = toLabels(sample.labels);
        metric.counter.value = sample.value;
        family.metric.push_back(std::move(metric));
    }
}

void MetricList::gauge(std::string_view name, std::string_view help,
                       const std::vector<MetricSample>& samples)
{
    auto& family = m_families->add(name, help, prometheus::MetricType::Gauge);
    for (const MetricSample& sample : samples) {
        prometheus::ClientMetric metric;
        metric.label = toLabels(sample.labels);
        metric.gauge.value = sample.value;
        family.metric.push_back(std::move(metric));
    }
}

void MetricList::untyped(std::string_view name, std::string_view help, double value)
{
    auto& family = m_families->add(name, help, prometheus::MetricType::Untyped);
    prometheus::ClientMetric metric;
    metric.untyped.value = value;
    family.metric.push_back(std::move(metric));
}

void MetricList::histogram(std::string_view name, std::string_view help,
                           const std::vector<HistogramSample>& samples)
{
    auto& family = m_families->add(name, help, prometheus::MetricType::Histogram);
    for (const HistogramSample& sample : samples) {
        prometheus::ClientMetric metric;
        metric.label = toLabels(sample.labels);
        metric.histogram = toHistogram(sample.histogram);
        family.metric.push_back(std::move(metric));
    }
}

void MetricList::counter(std::string_view name, std::string_view help, double value)
{
    counter(name, help, std::vector{MetricSample{.labels = {}, .value = value}});
}

void MetricList::gauge(std::string_view name, std::string_view help, double value)
{
    gauge(name, help, std::vector{MetricSample{.labels = {}, .value = value}});
}

std::string MetricList::text() const
{
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, m_families->list);
    return std::move(out).str();
}

} // namespace warp::api
