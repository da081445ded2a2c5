#include "xproxy/replay/AuditReport.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace entracte::xproxy {

namespace {
constexpr std::size_t kMaxLines = 1000;
constexpr std::size_t kMaxExamples = 5;

std::uint32_t sum(const std::map<std::string, std::uint32_t>& counts) {
    return std::accumulate(
        counts.begin(), counts.end(), std::uint32_t{0},
        [](std::uint32_t so_far, const auto& entry) { return so_far + entry.second; });
}
} // namespace

void AuditReport::differs(std::string line) {
    ++m_differences;
    if (m_lines.size() < kMaxLines)
        m_lines.push_back(std::move(line));
}

void AuditReport::allowed(std::string_view rule, std::string line) {
    ++m_rules[std::string(rule)];
    auto& examples = m_examples[std::string(rule)];
    if (examples.size() < kMaxExamples)
        examples.push_back(std::move(line));
}

void AuditReport::confirm(const AuditReport& earlier) {
    if (m_differences > m_lines.size())
        return; // too many to have come by chance
    const std::set<std::string> known(earlier.m_lines.begin(), earlier.m_lines.end());
    std::erase_if(m_lines, [&](const std::string& line) { return !known.contains(line); });
    m_differences = static_cast<std::uint32_t>(m_lines.size());
}

std::uint32_t AuditReport::allowedCount() const {
    return sum(m_rules);
}

std::uint32_t AuditReport::unaskedCount() const {
    return sum(m_unasked);
}

std::string AuditReport::summary() const {
    return fmt::format("{}{} facts compared, {} differ, {} differ by a rule, {} cannot be asked, "
                       "{}.{:03} ms",
                       complete ? "" : "incomplete: ", m_compared, m_differences, allowedCount(),
                       unaskedCount(), micros / 1000, micros % 1000);
}

std::string AuditReport::text() const {
    std::string text = summary() + "\n";
    for (const auto& line : m_lines)
        text += "differs: " + line + "\n";
    for (const auto& [rule, count] : m_rules) {
        text += fmt::format("by rule ({}): {}\n", count, rule);
        for (const auto& example : m_examples.at(rule))
            text += "    " + example + "\n";
    }
    for (const auto& [kind, count] : m_unasked)
        text += fmt::format("cannot be asked ({}): {}\n", count, kind);
    return text;
}

} // namespace entracte::xproxy
