// What becomes of the requests of the extensions for input, screens, time and the protocol itself.

#include "xproxy/state/Recorder.h"
#include "xproxy/state/RequestTables.h"

namespace entracte::xproxy::requesttables {

namespace {

constexpr RequestRule kSync[] = {
    {wire::sync::kInitialize, Fate::Kept, recordSyncRequest, "sent again"},
    {wire::sync::kListSystemCounters, Fate::Answered, nullptr, "the counters of the first server"},
    {wire::sync::kCreateCounter, Fate::Recorded, recordSyncRequest, "CreateCounter with the value"},
    {wire::sync::kSetCounter, Fate::Recorded, recordSyncRequest, "CreateCounter with the value"},
    {wire::sync::kChangeCounter, Fate::Recorded, recordSyncRequest, "CreateCounter with the value"},
    {wire::sync::kDestroyCounter, Fate::Recorded, recordSyncRequest,
     "CreateCounter with the value"},
    {wire::sync::kAwait, Fate::Momentary, nullptr, "a program that waits is not waited for"},
    {wire::sync::kAwaitFence, Fate::Momentary, nullptr, "a program that waits is not waited for"},
    {wire::sync::kCreateAlarm, Fate::Recorded, recordSyncRequest, "CreateAlarm"},
    {wire::sync::kChangeAlarm, Fate::Recorded, recordSyncRequest, "CreateAlarm"},
    {wire::sync::kDestroyAlarm, Fate::Recorded, recordSyncRequest, "CreateAlarm"},
    {wire::sync::kSetPriority, Fate::Recorded, recordSyncRequest, "SetPriority"},
    {wire::sync::kCreateFence, Fate::Recorded, recordSyncRequest, "CreateFence, triggered or not"},
    {wire::sync::kTriggerFence, Fate::Recorded, recordSyncRequest, "CreateFence, triggered or not"},
    {wire::sync::kResetFence, Fate::Recorded, recordSyncRequest, "CreateFence, triggered or not"},
    {wire::sync::kDestroyFence, Fate::Recorded, recordSyncRequest, "CreateFence, triggered or not"},
};

constexpr RequestRule kRandR[] = {
    {wire::randr::kQueryVersion, Fate::Kept, recordOtherRequest, "sent again"},
    {wire::randr::kSelectInput, Fate::Kept, recordOtherRequest,
     "sent again; the new screen is announced"},
    {wire::randr::kSetScreenConfig, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kSetScreenSize, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kConfigureOutputProperty, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kChangeOutputProperty, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kDeleteOutputProperty, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kCreateMode, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kDestroyMode, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kAddOutputMode, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kDeleteOutputMode, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kSetCrtcConfig, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kSetCrtcGamma, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kSetCrtcTransform, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kSetPanning, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kSetOutputPrimary, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kSetProviderOffloadSink, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kSetProviderOutputSource, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kConfigureProviderProperty, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kChangeProviderProperty, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kDeleteProviderProperty, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kSetMonitor, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kDeleteMonitor, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kCreateLease, Fate::ScreenWide, nullptr, ""},
    {wire::randr::kFreeLease, Fate::ScreenWide, nullptr, ""},
};

constexpr RequestRule kXkb[] = {
    {wire::xkb::kUseExtension, Fate::Kept, recordOtherRequest, "sent again"},
    {wire::xkb::kSelectEvents, Fate::Kept, recordOtherRequest, "sent again"},
    {wire::xkb::kPerClientFlags, Fate::Kept, recordOtherRequest, "sent again"},
    {wire::xkb::kBell, Fate::Momentary, nullptr, ""},
    {wire::xkb::kLatchLockState, Fate::Momentary, nullptr, ""},
    {wire::xkb::kSetControls, Fate::Recorded, recordDeviceRequest, kOnOwnScreen},
    {wire::xkb::kSetMap, Fate::Recorded, recordDeviceRequest, kOnOwnScreen},
    {wire::xkb::kSetCompatMap, Fate::Recorded, recordDeviceRequest, kOnOwnScreen},
    {wire::xkb::kSetIndicatorMap, Fate::Recorded, recordDeviceRequest, kOnOwnScreen},
    {wire::xkb::kSetNamedIndicator, Fate::ScreenWide, nullptr,
     "the keyboard is the screen's; the new one is announced"},
    {wire::xkb::kSetNames, Fate::Recorded, recordDeviceRequest, kOnOwnScreen},
    {wire::xkb::kSetDeviceInfo, Fate::ScreenWide, nullptr,
     "the keyboard is the screen's; the new one is announced"},
    {wire::xkb::kGetKbdByName, Fate::Recorded, recordDeviceRequest, kOnOwnScreen},
    {wire::xkb::kSetDebuggingFlags, Fate::ScreenWide, nullptr,
     "the keyboard is the screen's; the new one is announced"},
};

constexpr RequestRule kXInput[] = {
    {wire::xinput::kGetExtensionVersion, Fate::Kept, recordXInputRequest, "sent again"},
    {wire::xinput::kXIQueryVersion, Fate::Kept, recordXInputRequest, "sent again"},
    {wire::xinput::kOpenDevice, Fate::Kept, recordXInputRequest, "sent again"},
    {wire::xinput::kCloseDevice, Fate::Kept, recordXInputRequest, "sent again"},
    {wire::xinput::kSelectExtensionEvent, Fate::Kept, recordXInputRequest, "sent again"},
    {wire::xinput::kChangeDeviceDontPropagateList, Fate::Kept, recordXInputRequest, "sent again"},
    {wire::xinput::kXISelectEvents, Fate::Kept, recordXInputRequest, "sent again"},
    {wire::xinput::kXIChangeCursor, Fate::Kept, recordXInputRequest, "sent again"},
    {wire::xinput::kXISetClientPointer, Fate::Kept, recordXInputRequest, "sent again"},
    {wire::xinput::kGrabDevice, Fate::NotCarried, nullptr, "an active grab by XI1"},
    {wire::xinput::kUngrabDevice, Fate::NotCarried, nullptr, "an active grab by XI1"},
    {wire::xinput::kGrabDeviceKey, Fate::Kept, recordXInputRequest, "sent again as its program"},
    {wire::xinput::kUngrabDeviceKey, Fate::Kept, recordXInputRequest, "sent again as its program"},
    {wire::xinput::kGrabDeviceButton, Fate::Kept, recordXInputRequest, "sent again as its program"},
    {wire::xinput::kUngrabDeviceButton, Fate::Kept, recordXInputRequest,
     "sent again as its program"},
    {wire::xinput::kXIPassiveGrabDevice, Fate::Kept, recordXInputRequest,
     "sent again as its program"},
    {wire::xinput::kXIPassiveUngrabDevice, Fate::Kept, recordXInputRequest,
     "sent again as its program"},
    {wire::xinput::kXIGrabDevice, Fate::Granted, nullptr, "taken again as its program"},
    {wire::xinput::kXIUngrabDevice, Fate::Recorded, recordXInputRequest, "left out"},
    {wire::xinput::kAllowDeviceEvents, Fate::Momentary, nullptr, ""},
    {wire::xinput::kXIAllowEvents, Fate::Momentary, nullptr, ""},
    {wire::xinput::kSendExtensionEvent, Fate::Momentary, nullptr, ""},
    {wire::xinput::kDeviceBell, Fate::Momentary, nullptr, ""},
    {wire::xinput::kXIWarpPointer, Fate::Momentary, nullptr, ""},
    {wire::xinput::kXIBarrierReleasePointer, Fate::Momentary, nullptr, ""},
    {wire::xinput::kSetDeviceFocus, Fate::NotCarried, nullptr,
     "the focus of a device follows that of the keyboard"},
    {wire::xinput::kXISetFocus, Fate::NotCarried, nullptr,
     "the focus of a device follows that of the keyboard"},
    {wire::xinput::kSetDeviceMode, Fate::ScreenWide, nullptr, "devices are the screen's"},
    {wire::xinput::kChangeKeyboardDevice, Fate::ScreenWide, nullptr, "devices are the screen's"},
    {wire::xinput::kChangePointerDevice, Fate::ScreenWide, nullptr, "devices are the screen's"},
    {wire::xinput::kChangeFeedbackControl, Fate::ScreenWide, nullptr, "devices are the screen's"},
    {wire::xinput::kChangeDeviceKeyMapping, Fate::ScreenWide, nullptr, "devices are the screen's"},
    {wire::xinput::kSetDeviceModifierMapping, Fate::ScreenWide, nullptr,
     "devices are the screen's"},
    {wire::xinput::kSetDeviceButtonMapping, Fate::ScreenWide, nullptr, "devices are the screen's"},
    {wire::xinput::kSetDeviceValuators, Fate::ScreenWide, nullptr, "devices are the screen's"},
    {wire::xinput::kChangeDeviceControl, Fate::ScreenWide, nullptr, "devices are the screen's"},
    {wire::xinput::kChangeDeviceProperty, Fate::ScreenWide, nullptr, "devices are the screen's"},
    {wire::xinput::kDeleteDeviceProperty, Fate::ScreenWide, nullptr, "devices are the screen's"},
    {wire::xinput::kXIChangeHierarchy, Fate::ScreenWide, nullptr, "devices are the screen's"},
    {wire::xinput::kXIChangeProperty, Fate::ScreenWide, nullptr, "devices are the screen's"},
    {wire::xinput::kXIDeleteProperty, Fate::ScreenWide, nullptr, "devices are the screen's"},
};

constexpr RequestRule kScreenSaver[] = {
    {wire::screensaver::kSelectInput, Fate::Kept, recordOtherRequest, "sent again"},
    {wire::screensaver::kSuspend, Fate::Kept, recordOtherRequest, "sent again"},
    {wire::screensaver::kSetAttributes, Fate::NotCarried, nullptr,
     "the look of a screen saver's window"},
    {wire::screensaver::kUnsetAttributes, Fate::NotCarried, nullptr,
     "the look of a screen saver's window"},
};

constexpr RequestRule kXTest[] = {
    {wire::xtest::kFakeInput, Fate::Momentary, nullptr, ""},
    {wire::xtest::kGrabControl, Fate::Kept, recordOtherRequest, "sent again"},
};

constexpr RequestRule kBigRequests[] = {
    {wire::bigrequests::kEnable, Fate::Kept, recordOtherRequest, "sent again"},
};

constexpr RequestRule kXcMisc[] = {
    {wire::xcmisc::kGetXIDRange, Fate::Answered, nullptr,
     "from the record, within the program's own range"},
    {wire::xcmisc::kGetXIDList, Fate::Answered, nullptr,
     "from the record, within the program's own range"},
};

constexpr const char* kCounted = "where the server lacks it, from the record";

constexpr RequestRule kRes[] = {
    {wire::res::kQueryVersion, Fate::Answered, nullptr, "also where the server lacks it"},
    {wire::res::kQueryClients, Fate::Answered, nullptr, "the session's programs"},
    {wire::res::kQueryClientIds, Fate::Answered, nullptr,
     "the session's programs, with their numbers as they know them"},
    {wire::res::kQueryClientResources, Fate::Asked, nullptr, kCounted},
    {wire::res::kQueryClientPixmapBytes, Fate::Asked, nullptr, kCounted},
    {wire::res::kQueryResourceBytes, Fate::Asked, nullptr, "where the server lacks it, nothing"},
};

constexpr RequestRule kGenericEvent[] = {
    {wire::ge::kQueryVersion, Fate::Kept, recordOtherRequest, "sent again"},
};

} // namespace

std::span<const RequestRule> sync() {
    return kSync;
}
std::span<const RequestRule> randr() {
    return kRandR;
}
std::span<const RequestRule> xkb() {
    return kXkb;
}
std::span<const RequestRule> xinput() {
    return kXInput;
}
std::span<const RequestRule> screensaver() {
    return kScreenSaver;
}
std::span<const RequestRule> xtest() {
    return kXTest;
}
std::span<const RequestRule> bigrequests() {
    return kBigRequests;
}
std::span<const RequestRule> xcmisc() {
    return kXcMisc;
}
std::span<const RequestRule> genericevent() {
    return kGenericEvent;
}
std::span<const RequestRule> res() {
    return kRes;
}

} // namespace entracte::xproxy::requesttables
