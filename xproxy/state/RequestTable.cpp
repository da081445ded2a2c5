#include "xproxy/state/RequestTable.h"

#include "xproxy/state/RequestTables.h"

#include <array>

namespace entracte::xproxy {

namespace {

constexpr RequestRule kAsked{0, Fate::Asked, nullptr, ""};

using Index = std::array<const RequestRule*, 256>;

Index indexOf(Ext ext) {
    Index index{};
    for (unsigned opcode = 0; opcode < index.size(); ++opcode)
        if (const auto* schema = requestSchema(ext, static_cast<std::uint8_t>(opcode));
            schema && schema->hasReply)
            index[opcode] = &kAsked;
    for (const RequestRule& rule : rulesOf(ext))
        index[rule.opcode] = &rule;
    return index;
}

} // namespace

std::span<const RequestRule> rulesOf(Ext ext) {
    switch (ext) {
    case Ext::Core:
        return requesttables::core();
    case Ext::Render:
        return requesttables::render();
    case Ext::Shm:
        return requesttables::shm();
    case Ext::XFixes:
        return requesttables::xfixes();
    case Ext::Shape:
        return requesttables::shape();
    case Ext::Sync:
        return requesttables::sync();
    case Ext::RandR:
        return requesttables::randr();
    case Ext::Xkb:
        return requesttables::xkb();
    case Ext::XInput:
        return requesttables::xinput();
    case Ext::Damage:
        return requesttables::damage();
    case Ext::Composite:
        return requesttables::composite();
    case Ext::ScreenSaver:
        return requesttables::screensaver();
    case Ext::XTest:
        return requesttables::xtest();
    case Ext::BigRequests:
        return requesttables::bigrequests();
    case Ext::XcMisc:
        return requesttables::xcmisc();
    case Ext::GenericEvent:
        return requesttables::genericevent();
    case Ext::Glx:
        return requesttables::glx();
    case Ext::DoubleBuffer:
        return requesttables::doublebuffer();
    case Ext::Res:
        return requesttables::res();
    default:
        return {};
    }
}

const RequestRule* ruleOf(Ext ext, std::uint8_t opcode) {
    static const auto kIndex = [] {
        std::array<Index, kExtCount> all{};
        for (std::size_t i = 0; i < kExtCount; ++i)
            all[i] = indexOf(static_cast<Ext>(i));
        return all;
    }();
    return kIndex[static_cast<std::size_t>(ext)][opcode];
}

std::string_view fateName(Fate fate) {
    switch (fate) {
    case Fate::Recorded:
        return "recorded";
    case Fate::Kept:
        return "kept";
    case Fate::Granted:
        return "recorded when granted";
    case Fate::Draws:
        return "draws";
    case Fate::Answered:
        return "answered by the proxy";
    case Fate::Asked:
        return "passed";
    case Fate::Momentary:
        return "passed, nothing lasts";
    case Fate::ScreenWide:
        return "passed, the screen's";
    case Fate::NotCarried:
        return "passed, **not carried**";
    }
    return "";
}

} // namespace entracte::xproxy
