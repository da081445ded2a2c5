#pragma once

// What an audit found: how much was asked, what differs, what differs for a reason that has a name,
// and what of the record no request of the X protocol can ask about.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace entracte::xproxy {

class AuditReport {
public:
    // A fact of the record was compared with the server's.
    void compared(std::uint32_t facts = 1) { m_compared += facts; }
    // They differ, and should not. `line` names thing, fact and both values.
    void differs(std::string line);
    // They differ as the rule says they may.
    void allowed(std::string_view rule, std::string line);
    // The protocol has no question for it.
    void unasked(std::string_view kind, std::uint32_t count = 1) {
        if (count > 0)
            m_unasked[std::string(kind)] += count;
    }
    // Keeps only what an earlier look saw as well: the rest was a change on its way.
    void confirm(const AuditReport& earlier);

    std::uint32_t comparedFacts() const { return m_compared; }
    std::uint32_t differences() const { return m_differences; }
    std::uint32_t allowedCount() const;
    std::uint32_t unaskedCount() const;
    const std::vector<std::string>& differenceLines() const { return m_lines; }
    const std::map<std::string, std::uint32_t>& byRule() const { return m_rules; }

    // For a person: a summary, the differences, the rules with their counts and first examples, the
    // kinds that cannot be asked.
    std::string text() const;
    // In one line.
    std::string summary() const;

    std::uint32_t micros = 0;
    bool complete = false; // the server answered everything in time

private:
    std::uint32_t m_compared = 0;
    std::uint32_t m_differences = 0;
    std::vector<std::string> m_lines;
    std::map<std::string, std::uint32_t> m_rules;
    std::map<std::string, std::vector<std::string>> m_examples; // of each rule, a few
    std::map<std::string, std::uint32_t> m_unasked;
};

} // namespace entracte::xproxy
