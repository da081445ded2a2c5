#include "xproxy/proxy/PersonInput.h"

namespace entracte::xproxy {

namespace core = wire::core;
namespace xinput = wire::xinput;

bool isPersonInput(const MessageView& event, const ExtensionTable& extensions) {
    const std::uint8_t code = event.u8(0); // with the bit of SendEvent it is none of these
    if (code >= core::kKeyPressEvent && code <= core::kMotionNotifyEvent)
        return true;
    const ExtensionNumbers& input = extensions.of(Ext::XInput);
    if (!input.present())
        return false;
    if (code == kGenericEvent) {
        const std::uint16_t type = event.get(wire::header::geEvtype);
        return event.u8(1) == input.major &&
               ((type >= xinput::kKeyPressEvtype && type <= xinput::kMotionEvtype) ||
                (type >= xinput::kTouchBeginEvtype && type <= xinput::kTouchEndEvtype));
    }
    return code >= input.firstEvent + xinput::kDeviceKeyPressEvent &&
           code <= input.firstEvent + xinput::kDeviceMotionNotifyEvent;
}

} // namespace entracte::xproxy
