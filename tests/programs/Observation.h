#pragma once

// What a victim program sees of its world, as name -> value. The same observation is made before
// and after the world is moved; whatever differs was lost on the way.

#include <cstdint>
#include <cstdio>
#include <map>
#include <span>
#include <string>

namespace victim {

class Observation {
public:
    void note(const std::string& name, const std::string& value) { m_values[name] = value; }
    void note(const std::string& name, std::int64_t value) { note(name, std::to_string(value)); }

    // A picture or a block of memory: its size and FNV-1a hash.
    void noteBytes(const std::string& name, std::span<const std::uint8_t> bytes) {
        std::uint64_t hash = 0xcbf29ce484222325u;
        for (const auto byte : bytes)
            hash = (hash ^ byte) * 0x100000001b3u;
        note(name, std::to_string(bytes.size()) + " bytes, hash " + std::to_string(hash));
    }

    // Prints every difference to stdout; the number of them.
    int compare(const Observation& before) const {
        int differences = 0;
        for (const auto& [name, value] : before.m_values) {
            const auto found = m_values.find(name);
            const auto now = found == m_values.end() ? std::string("(gone)") : found->second;
            if (now != value) {
                std::printf("LOST %s: was %s, is %s\n", name.c_str(), value.c_str(), now.c_str());
                ++differences;
            }
        }
        return differences;
    }
    std::size_t size() const { return m_values.size(); }

private:
    std::map<std::string, std::string> m_values;
};

} // namespace victim
