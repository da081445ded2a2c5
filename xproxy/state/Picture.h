#pragma once

// A RENDER picture: of a drawable, or a source without one (solid fill, gradients).

#include "xproxy/state/Pixmap.h"
#include "xproxy/state/SmallResources.h"
#include "xproxy/state/ValueList.h"

#include <optional>

namespace entracte::xproxy {

struct Picture : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Picture;
    Picture(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}

    ClientXid drawable = ClientXid::None; // None: a source picture
    PixmapRef pixmap;                     // when the drawable is one
    std::uint32_t format = 0;
    Bytes sourceRequest; // CreateSolidFill or a gradient, whole, in the owner's byte order
    ValueList values;    // by CP bit
    PixmapRef clipMask;
    std::shared_ptr<Picture> alphaMap; // has none itself, so that there is no ring
    // Latest of each, whole, in its sender's byte order; empty: never.
    struct Latest {
        ClientId client = kNobody;
        Bytes request;
    };
    Latest clip; // SetPictureClipRectangles
    RegionClip clipRegion;
    Latest transform;
    Latest filter;
};

} // namespace entracte::xproxy
