#include "xproxy/proxy/Keyboard.h"

#include "xproxy/proxy/Core.h"
#include "xproxy/proxy/UtilityPath.h"

#include <memory>
#include <utility>

namespace entracte::xproxy {

namespace core_ = wire::core;
namespace xkb = wire::xkb;

namespace {

constexpr std::uint16_t kUseCoreKbd = 0x100;

KeyboardState stateOfReply(const MessageView& v) {
    using namespace xkb::GetStateReply;
    return {v.get(mods),
            v.get(baseMods),
            v.get(latchedMods),
            v.get(lockedMods),
            v.get(group),
            v.get(lockedGroup),
            v.get(baseGroup),
            v.get(latchedGroup),
            v.get(compatState),
            v.get(grabMods),
            v.get(compatGrabMods),
            v.get(lookupMods),
            v.get(compatLookupMods),
            v.get(ptrBtnState)};
}

KeyboardState stateOfEvent(const MessageView& v) {
    using namespace xkb::StateNotifyEvent;
    return {v.get(mods),
            v.get(baseMods),
            v.get(latchedMods),
            v.get(lockedMods),
            v.get(group),
            v.get(lockedGroup),
            v.get(baseGroup),
            v.get(latchedGroup),
            v.get(compatState),
            v.get(grabMods),
            v.get(compatGrabMods),
            v.get(lookupMods),
            v.get(compatLoockupMods),
            v.get(ptrBtnState)};
}

// One question at a time: a program may change the map for every letter that it types.
void refresh(Core& core) {
    if (core.link->asksKeyboard) {
        core.link->asksKeyboardAgain = true;
        return;
    }
    core.link->asksKeyboard = true;
    askKeyboard(core, [&core, link = core.link.get()](Keyboard keyboard) {
        if (core.link.get() != link)
            return;
        core.keyboard = std::move(keyboard);
        link->asksKeyboard = false;
        if (std::exchange(link->asksKeyboardAgain, false))
            refresh(core);
    });
    core.link->utility->stream.flush();
}

} // namespace

std::uint16_t KeyboardState::changedSince(const KeyboardState& before) const {
    const bool differs[] = {mods != before.mods,
                            baseMods != before.baseMods,
                            latchedMods != before.latchedMods,
                            lockedMods != before.lockedMods,
                            group != before.group,
                            baseGroup != before.baseGroup,
                            latchedGroup != before.latchedGroup,
                            lockedGroup != before.lockedGroup,
                            compatState != before.compatState,
                            grabMods != before.grabMods,
                            compatGrabMods != before.compatGrabMods,
                            lookupMods != before.lookupMods,
                            compatLookupMods != before.compatLookupMods,
                            buttons != before.buttons};
    unsigned changed = 0;
    for (std::size_t i = 0; i < std::size(differs); ++i)
        changed |= differs[i] ? 1u << i : 0u;
    return static_cast<std::uint16_t>(changed);
}

void askKeyboard(Core& core, std::function<void(Keyboard)> done) {
    Upstream& utility = *core.link->utility;
    const auto& setup = core.link->face.setup;
    const auto found = std::make_shared<Keyboard>();
    found->minKeycode = setup.minKeycode;
    found->maxKeycode = setup.maxKeycode;
    const auto body = [](Bytes Keyboard::*into, const std::shared_ptr<Keyboard>& keyboard) {
        return [into, keyboard](ByteView reply) {
            const MessageView view(reply, wire::kHostOrder);
            if (view.u8(0) == 1)
                (*keyboard).*into = copyOf(view.tail(kKeyboardHeader));
        };
    };
    const auto count = static_cast<std::uint8_t>(setup.maxKeycode - setup.minKeycode + 1);
    utility.inject(utilityRequest(core_::kGetKeyboardMapping, 0)
                       .u8(setup.minKeycode)
                       .u8(count)
                       .pad(2)
                       .finish(),
                   body(&Keyboard::symbols, found));
    if (const auto major = core.link->translator->server.of(Ext::Xkb).major) {
        // Who has not greeted it is not answered.
        utility.inject(utilityRequest(major, xkb::kUseExtension).u16(1).u16(0).finish());
        constexpr std::uint16_t kEverything = 0xff;
        auto map = utilityRequest(major, xkb::kGetMap).u16(kUseCoreKbd).u16(kEverything);
        utility.inject(map.pad(xkb::GetMap::kFixedSize - 8).finish(), body(&Keyboard::map, found));
        utility.inject(utilityRequest(major, xkb::kGetState).u16(kUseCoreKbd).pad(2).finish(),
                       [found](ByteView reply) {
                           const MessageView view(reply, wire::kHostOrder);
                           if (view.u8(0) == 1)
                               found->state = stateOfReply(view);
                       });
    }
    utility.inject(
        utilityRequest(core_::kGetModifierMapping, 0).finish(),
        [found, take = body(&Keyboard::modifiers, found), done = std::move(done)](ByteView reply) {
            take(reply);
            done(std::move(*found));
        });
}

void watchKeyboard(Core& core) {
    core.link->watchesKeyboard = true;
    if (!core.keyboard)
        refresh(core);
    const auto major = core.link->translator->server.of(Ext::Xkb).major;
    if (!major)
        return;
    constexpr std::uint16_t kNews = 1u << xkb::kNewKeyboardNotifyEvent |
                                    1u << xkb::kMapNotifyEvent | 1u << xkb::kStateNotifyEvent;
    constexpr std::uint16_t kAllParts = 0xff;
    Upstream& utility = *core.link->utility;
    utility.inject(utilityRequest(major, xkb::kSelectEvents)
                       .u16(kUseCoreKbd)
                       .u16(kNews)
                       .u16(0)
                       .u16(kNews)
                       .u16(kAllParts)
                       .u16(kAllParts)
                       .finish());
}

void hearOfKeyboard(Core& core, const MessageView& event) {
    if (!core.link->watchesKeyboard)
        return;
    const ExtensionNumbers& numbers = core.face->extensions.of(Ext::Xkb);
    const bool isXkb = numbers.present() && event.u8(0) == numbers.firstEvent;
    constexpr std::size_t kXkbType = 1;
    if (isXkb && event.u8(kXkbType) == xkb::kStateNotifyEvent) {
        if (core.keyboard)
            core.keyboard->state = stateOfEvent(event);
    } else if (isXkb || event.u8(0) == core_::kMappingNotifyEvent) {
        refresh(core);
    }
}

} // namespace entracte::xproxy
