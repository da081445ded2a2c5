#pragma once

// A core font: the server's font is wholly described by the name that it was opened by.

#include "xproxy/state/Resource.h"

#include <string>

namespace entracte::xproxy {

struct Font : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Font;
    Font(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    std::string name;
};
using FontRef = std::shared_ptr<Font>;

} // namespace entracte::xproxy
