#pragma once

// CRIU's images of the smallest session that is allowed: one process, one file. Tests change one
// thing of it and expect that it is refused.

#include "session/criu/ImageWriter.h"
#include "session/transfer/ImageRules.h"

#include <cstring>
#include <functional>
#include <utility>
#include <variant>

namespace entracte::test {

// Fields of a message in order: a number, or bytes.
using Field = std::pair<std::uint32_t, std::variant<std::uint64_t, std::string>>;
using Fields = std::vector<Field>;

inline std::string message(const Fields& fields) {
    ProtobufWriter writer;
    for (const auto& [number, value] : fields)
        if (const auto* text = std::get_if<std::string>(&value))
            writer.bytes(number, *text);
        else
            writer.number(number, std::get<std::uint64_t>(value));
    return writer.message();
}

inline std::string image(std::uint32_t magic, const std::vector<std::string>& entries) {
    std::string all = beginImage(magic);
    for (const std::string& entry : entries)
        appendEntry(all, entry);
    return all;
}

inline std::string words(std::initializer_list<std::uint32_t> list) {
    std::string bytes;
    for (const std::uint32_t word : list)
        bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
    return bytes;
}

// What a test may change, each as one message.
struct Forged {
    Fields credentials = {{1, 1500u}, {2, 1500u}, {3, 1500u}, {4, 1500u},  {5, 1500u},
                          {6, 1500u}, {7, 1500u}, {8, 1500u}, {9, 0u},     {10, 0u},
                          {11, 0u},   {12, 0u},   {13, 0u},   {14, 1500u}, {18, 1u}};
    Fields thread = {{3, 0u}, {4, 0u}, {11, 2u}, {12, 0u}};
    Fields task = {{1, 1u}, {6, std::string("sleep")}, {14, 0u}};
    std::string filter = "the filter of a session";
    Fields afterFilter = {{3, 1u}};  // of the same message
    std::vector<Fields> moreFilters; // have the numbers 1, 2, …
    Fields inside = {{1, 2u},  {2, 2u},  {3, 2u},  {4, 2u},   {5, 9u},  {6, 10u},
                     {7, 11u}, {8, 12u}, {9, 14u}, {10, 15u}, {11, 8u}, {12, 13u}};
    Fields outside = {{5, 1u}, {6, 2u}, {7, 3u}, {8, 4u}, {9, 6u}, {10, 7u}, {11, 8u}, {12, 5u}};
    Fields users = {{1, 0u}, {2, 0u}, {3, std::uint64_t{UINT32_MAX}}};
    std::vector<Fields> mounts = {
        {{1, 17u}, {2, 209u}, {4, 1u}, {5, 6u}, {6, std::string("/")}, {7, std::string("/")}},
        {{1, 1u},
         {2, 210u},
         {4, 209u},
         {5, 0xeu},
         {6, std::string("/")},
         {7, std::string("/proc")}},
        {{1, 3u},
         {2, 3u},
         {4, 209u},
         {5, 0xau},
         {6, std::string("/null")},
         {7, std::string("/dev/null")},
         {18, std::string("dev_null")}}};
    Fields device = {{1, 1u}, {2, 1u}, {3, 65536u}, {5, std::string("lo")}};
    std::string firewall;
    std::string rules;
    Fields regular = {{1, 1u}, {2, 0u}, {6, std::string("/usr/bin/sleep")}};
    std::vector<Fields> files;
    Fields area = {{1, 0x400000u}, {2, 0x401000u}, {4, 1u}, {5, 5u}, {7, 65u}, {10, 0u}};
    ImageSet more;

    ImageSet images() const {
        Fields core = thread;
        core.emplace_back(10u, message(credentials));
        std::vector<std::string> open = {message({{1, 1u}, {2, 1u}, {3, message(regular)}})};
        for (const Fields& file : files)
            open.push_back(message(file));
        std::vector<std::string> mounted;
        for (const Fields& mount : mounts)
            mounted.push_back(message(mount));
        Fields ours = {{1, filter}};
        ours.insert(ours.end(), afterFilter.begin(), afterFilter.end());
        Fields filters = {{1, message(ours)}};
        for (const Fields& one : moreFilters)
            filters.emplace_back(1, message(one));
        const std::string facts = message({{3, message(outside)}});
        ImageSet set = {
            {"inventory.img",
             words({0x58313116, static_cast<std::uint32_t>(facts.size())}) + facts},
            {"pstree.img",
             image(0x50273030, {message({{1, 1u}, {2, 0u}, {3, 1u}, {4, 1u}, {5, 1u}})})},
            {"core-1.img",
             image(0x55053847, {message({{1, 1u}, {3, message(task)}, {5, message(core)}})})},
            {"seccomp.img", image(0x64413049, {message(filters)})},
            {"ids-1.img", image(0x54432030, {message(inside)})},
            {"userns-15.img",
             image(0x55474906, {message({{1, message(users)}, {2, message(users)}})})},
            {"mountpoints-14.img", image(0x55563928, mounted)},
            {"netdev-10.img", image(0x57373951, {message(device)})},
            {"netns-10.img", image(0x55933752, {message({})})},
            {"nftables-10.img", firewall},
            {"rule-10.img", rules},
            {"files.img", image(0x56303138, open)},
            {"fdinfo-2.img", image(0x56213732, {message({{1, 1u}, {2, 0u}, {3, 1u}, {4, 3u}})})},
            {"fs-1.img", image(0x51403912, {message({{1, 1u}, {2, 1u}})})},
            {"mm-1.img", image(0x57492820, {message({{12, 1u}, {14, message(area)}})})}};
        for (const auto& [name, content] : more)
            set[name] = content;
        return set;
    }
};

inline void set(Fields& fields, std::uint32_t number,
                std::variant<std::uint64_t, std::string> value) {
    for (auto& field : fields)
        if (field.first == number) {
            field.second = std::move(value);
            return;
        }
    fields.emplace_back(number, std::move(value));
}

inline ImageRules rulesOfAnn() {
    return {1500, 1500, {27}, "the filter of a session"};
}

} // namespace entracte::test
