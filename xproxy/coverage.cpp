// entracte-x-coverage: docs/x-coverage.md, written from the table that the proxy dispatches on. Run
// by the target x-coverage; a test fails when the committed file says something else.

#include "xproxy/state/RequestTable.h"

#include <fmt/format.h>

#include <cstdio>
#include <map>

namespace {

using namespace entracte::xproxy;

constexpr const char* kHead =
    R"(# What becomes of each X request

Written by `ninja x-coverage` from `xproxy/state/RequestTable*.cpp`, the table that the proxy dispatches on: what
stands here as passed has no code that remembers it, what stands here as answered is answered nowhere else.

| Word | Meaning |
|---|---|
| recorded | changes the record; the last column says how a replay makes it again |
| kept | the latest for each setting is kept as it was sent, and sent again |
| recorded when granted | only if the server's reply grants it |
| draws | changes pixels: those of pixmaps are captured, windows are exposed |
| answered by the proxy | in the case that the last column names; recorded besides, when it says so |
| passed | the server answers, nothing is remembered; identifiers, atoms, times and numbers are translated like everywhere |
| passed, nothing lasts | done when it is done |
| passed, the screen's | changes the screen for everybody on it; it is not taken to another screen |
| passed, **not carried** | lasts on its server, but a replay does not make it again |

Extensions that are not listed (DRI2, DRI3, Present, XVideo, RECORD, SECURITY, DPMS, ...) are hidden:
QueryExtension says that they are not there, and their requests are refused with BadRequest.
)";

void printExtension(Ext ext) {
    fmt::print("\n## {}\n\n| Request | | Replay |\n|---|---|---|\n",
               ext == Ext::Core ? "The core protocol" : extensionName(ext));
    for (unsigned opcode = 0; opcode < 256; ++opcode) {
        const auto number = static_cast<std::uint8_t>(opcode);
        const auto* schema = requestSchema(ext, number);
        if (!schema)
            continue;
        const RequestRule* rule = ruleOf(ext, number);
        fmt::print("| {} | {} | {} |\n", schema->name, rule ? fateName(rule->fate) : "refused",
                   rule ? rule->replay : "");
    }
}

void printSums() {
    std::map<Fate, unsigned> sums;
    unsigned all = 0;
    for (std::size_t i = 0; i < kExtCount; ++i)
        for (unsigned opcode = 0; opcode < 256; ++opcode)
            if (requestSchema(static_cast<Ext>(i), static_cast<std::uint8_t>(opcode)))
                if (const auto* rule =
                        ruleOf(static_cast<Ext>(i), static_cast<std::uint8_t>(opcode))) {
                    ++sums[rule->fate];
                    ++all;
                }
    fmt::print("\n{} requests:", all);
    const char* separator = "";
    for (const auto& [fate, count] : sums) {
        fmt::print("{} {} {}", separator, count, fateName(fate));
        separator = ";";
    }
    fmt::print(".\n");
}

} // namespace

int main() {
    std::fputs(kHead, stdout);
    printSums();
    for (std::size_t i = 0; i < kExtCount; ++i)
        printExtension(static_cast<Ext>(i));
}
