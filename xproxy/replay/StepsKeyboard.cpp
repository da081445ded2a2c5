// The keyboard of another server: programs are told what of it is different, and nothing else.

#include "xproxy/proxy/Keyboard.h"
#include "xproxy/replay/EventBuilder.h"
#include "xproxy/replay/Steps.h"
#include "xproxy/state/XkbSelections.h"

namespace entracte::xproxy {

namespace core = wire::core;
namespace xkb = wire::xkb;

namespace {

constexpr std::uint8_t kCoreKeyboard = 3;
constexpr std::uint16_t kKeycodes = 1; // XkbNKNDetail

void tellMapping(Client& client, std::uint8_t what, const Keyboard& now) {
    using namespace core::MappingNotifyEvent;
    client.stream.queue(
        EventBuilder(client, core::kMappingNotifyEvent)
            .set(request, what)
            .set(first_keycode, now.minKeycode)
            .set(count, static_cast<std::uint8_t>(now.maxKeycode - now.minKeycode + 1))
            .bytes());
}

void tellNewKeyboard(ReplayContext& c, Client& client, const Keyboard& before,
                     const Keyboard& now) {
    using namespace xkb::NewKeyboardNotifyEvent;
    client.stream.queue(EventBuilder(client, c.core.face->extensions.of(Ext::Xkb).firstEvent)
                            .set(xkbType, xkb::kNewKeyboardNotifyEvent)
                            .set(time, c.core.link->translator->time.latestClient())
                            .set(deviceID, kCoreKeyboard)
                            .set(oldDeviceID, kCoreKeyboard)
                            .set(minKeyCode, now.minKeycode)
                            .set(maxKeyCode, now.maxKeycode)
                            .set(oldMinKeyCode, before.minKeycode)
                            .set(oldMaxKeyCode, before.maxKeycode)
                            .set(changed, kKeycodes)
                            .bytes());
}

void tellMap(ReplayContext& c, Client& client, std::uint16_t parts, const Keyboard& now) {
    using namespace xkb::MapNotifyEvent;
    constexpr std::uint16_t kAllVirtual = 0xffff;
    const auto keys = static_cast<std::uint8_t>(now.maxKeycode - now.minKeycode + 1);
    const auto types = MessageView(now.map, wire::kHostOrder)
                           .u8(xkb::GetMapReply::nTypes.offset - kKeyboardHeader);
    client.stream.queue(EventBuilder(client, c.core.face->extensions.of(Ext::Xkb).firstEvent)
                            .set(xkbType, xkb::kMapNotifyEvent)
                            .set(time, c.core.link->translator->time.latestClient())
                            .set(deviceID, kCoreKeyboard)
                            .set(changed, parts)
                            .set(minKeyCode, now.minKeycode)
                            .set(maxKeyCode, now.maxKeycode)
                            .set(nTypes, types)
                            .set(firstKeySym, now.minKeycode)
                            .set(nKeySyms, keys)
                            .set(firstKeyAct, now.minKeycode)
                            .set(nKeyActs, keys)
                            .set(firstKeyBehavior, now.minKeycode)
                            .set(nKeyBehavior, keys)
                            .set(firstKeyExplicit, now.minKeycode)
                            .set(nKeyExplicit, keys)
                            .set(firstModMapKey, now.minKeycode)
                            .set(nModMapKeys, keys)
                            .set(firstVModMapKey, now.minKeycode)
                            .set(nVModMapKeys, keys)
                            .set(virtualMods, kAllVirtual)
                            .bytes());
}

void tellState(ReplayContext& c, Client& client, const KeyboardState& now, std::uint16_t changes) {
    using namespace xkb::StateNotifyEvent;
    const ExtensionNumbers& numbers = c.core.face->extensions.of(Ext::Xkb);
    client.stream.queue(EventBuilder(client, numbers.firstEvent)
                            .set(xkbType, xkb::kStateNotifyEvent)
                            .set(time, c.core.link->translator->time.latestClient())
                            .set(deviceID, kCoreKeyboard)
                            .set(mods, now.mods)
                            .set(baseMods, now.baseMods)
                            .set(latchedMods, now.latchedMods)
                            .set(lockedMods, now.lockedMods)
                            .set(group, now.group)
                            .set(baseGroup, now.baseGroup)
                            .set(latchedGroup, now.latchedGroup)
                            .set(lockedGroup, now.lockedGroup)
                            .set(compatState, now.compatState)
                            .set(grabMods, now.grabMods)
                            .set(compatGrabMods, now.compatGrabMods)
                            .set(lookupMods, now.lookupMods)
                            .set(compatLoockupMods, now.compatLookupMods)
                            .set(ptrBtnState, now.buttons)
                            .set(changed, changes)
                            .set(requestMajor, numbers.major) // no key has done it
                            .set(requestMinor, xkb::kLatchLockState)
                            .bytes());
}

} // namespace

void findKeyboard(ReplayContext& c) {
    askKeyboard(c.core, [&c](Keyboard found) { c.keyboard = std::move(found); });
}

void announceKeyboard(ReplayContext& c) {
    // Where it is not known what programs were told, all may be different.
    const Keyboard before = c.core.keyboard.value_or(Keyboard{});
    const Keyboard& now = c.keyboard;
    const bool otherRange =
        before.minKeycode != now.minKeycode || before.maxKeycode != now.maxKeycode;
    const bool otherSymbols = otherRange || before.symbols != now.symbols;
    const bool otherModifiers = before.modifiers != now.modifiers;
    const bool otherMap = otherRange || before.map != now.map;
    const std::uint16_t changed = now.state.changedSince(before.state);
    for (const auto& [id, selection] : xkbSelections(c.record)) {
        Client* client = c.client(id);
        if (!client)
            continue;
        if (otherMap && (selection.newKeyboard & kKeycodes) != 0)
            tellNewKeyboard(c, *client, before, now);
        else if (otherMap && selection.map != 0)
            tellMap(c, *client, selection.map, now);
        if ((changed & selection.state) != 0)
            tellState(c, *client, now.state, changed);
    }
    for (const auto& [id, client] : c.core.clients) {
        if (!client->upstream)
            continue;
        if (otherSymbols)
            tellMapping(*client, core::Mapping::Keyboard, now);
        if (otherModifiers)
            tellMapping(*client, core::Mapping::Modifier, now);
    }
    c.core.keyboard = now;
    watchKeyboard(c.core);
}

} // namespace entracte::xproxy
