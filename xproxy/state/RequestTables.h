#pragma once

// The parts of RequestTable, by extension.

#include "xproxy/state/RequestTable.h"

namespace entracte::xproxy::requesttables {

std::span<const RequestRule> core();
std::span<const RequestRule> render();
std::span<const RequestRule> shm();
std::span<const RequestRule> xfixes();
std::span<const RequestRule> shape();
std::span<const RequestRule> sync();
std::span<const RequestRule> randr();
std::span<const RequestRule> xkb();
std::span<const RequestRule> xinput();
std::span<const RequestRule> damage();
std::span<const RequestRule> composite();
std::span<const RequestRule> screensaver();
std::span<const RequestRule> xtest();
std::span<const RequestRule> bigrequests();
std::span<const RequestRule> xcmisc();
std::span<const RequestRule> genericevent();
std::span<const RequestRule> glx();
std::span<const RequestRule> doublebuffer();
std::span<const RequestRule> res();

// The keyboard and the pointer are the screen's.
inline constexpr const char* kOnOwnScreen =
    "sent again where the screen is the session's own; elsewhere the new one is announced";

} // namespace entracte::xproxy::requesttables
