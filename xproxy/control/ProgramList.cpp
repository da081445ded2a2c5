#include "xproxy/control/ProgramList.h"

#include "xproxy/state/Holdings.h"

#include <fmt/format.h>

#include <cctype>
#include <fstream>

namespace entracte::xproxy {

namespace {

std::string nameOf(std::int32_t pid) {
    std::string name;
    std::getline(std::ifstream(fmt::format("/proc/{}/comm", pid)), name);
    for (char& letter : name) // any program may call itself anything
        if (!std::isprint(static_cast<unsigned char>(letter)))
            letter = '?';
    return name.empty() ? "(unknown)" : name;
}

std::string inKib(std::uint64_t bytes) {
    return fmt::format("{} KiB", (bytes + 1023) / 1024);
}

const char* nameOf(xcontrol::State state) {
    switch (state) {
    case xcontrol::State::Waiting:
        return "waiting for an X server";
    case xcontrol::State::Rebuilding:
        return "building everything again on another X server";
    case xcontrol::State::Attached:
        return "attached to an X server";
    case xcontrol::State::Prepared:
        return "still, for a snapshot";
    }
    return "";
}

std::string line(std::string_view program, std::string_view process, const Holdings& its) {
    return fmt::format("{:<20}{:>9}{:>9}{:>9}{:>9}{:>14}\n", program, process, its.windows,
                       its.pixmaps, its.others, inKib(its.bytes));
}

} // namespace

std::string programList(Proxy& proxy) {
    const Core& core = proxy.core();
    const auto holdings = holdingsOf(core.record);
    const auto of = [&](ClientId id) {
        const auto found = holdings.find(id);
        return found == holdings.end() ? Holdings{} : found->second;
    };
    std::uint64_t bytes = 0;
    for (const auto& [id, its] : holdings)
        bytes += its.bytes;
    std::string text =
        fmt::format("{}; {} connections, {} recorded\n\n{:<20}{:>9}{:>9}{:>9}{:>9}{:>14}\n",
                    nameOf(proxy.state()), core.clients.size(), inKib(bytes), "program", "process",
                    "windows", "pixmaps", "others", "recorded");
    for (const auto& [id, client] : core.clients)
        text += client->retired ? line("(ended)", "", of(id))
                                : line(nameOf(client->pid), fmt::format("{}", client->pid), of(id));
    return text + line("(the screen)", "", of(kNobody));
}

} // namespace entracte::xproxy
