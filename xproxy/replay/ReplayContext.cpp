#include "xproxy/replay/ReplayContext.h"

#include "xproxy/proxy/Log.h"

#include <unistd.h>

#include <algorithm>

namespace entracte::xproxy {

namespace core_ = wire::core;

namespace {
constexpr std::uint8_t kZPixmap = 2;
constexpr std::size_t kStripBytes = 192u << 10; // within the shortest request length of all servers
constexpr std::size_t kIdsAtOnce = 64;

bool isUsable(const ImageRef& image) {
    return image && image->valid;
}
} // namespace

Client* ReplayContext::client(ClientId id) const {
    Client* found = core.client(id);
    return found && found->upstream ? found : nullptr;
}

std::function<void(ByteView)> ReplayContext::reporter(ByteOrder order, ClientId who) {
    return [this, order, who, at = step](ByteView answer) {
        const MessageView view(answer, order);
        if (answer.empty() || view.u8(0) != 0)
            return;
        ++errors;
        logLine("replay, step '{}', client {}: error {} for request {}.{}, value {:#x}", at, who,
                view.get(wire::header::errorCode), view.get(wire::header::errorMajorOpcode),
                view.get(wire::header::errorMinorOpcode), view.get(wire::header::errorValue));
    };
}

void ReplayContext::send(Client& client, Bytes request, bool bigRequest) {
    ++requests;
    m_requests.injectAs(client, std::move(request), bigRequest, reporter(client.order, client.id));
}

void ReplayContext::ask(Client& client, Bytes request,
                        std::function<void(const MessageView&)> answered, bool mayFail) {
    ++requests;
    m_requests.injectAs(client, std::move(request), false,
                        [report = reporter(client.order, client.id), order = client.order, mayFail,
                         answered = std::move(answered)](ByteView answer) {
                            if (!mayFail)
                                report(answer);
                            const MessageView view(answer, order);
                            if (answered && !answer.empty() && view.u8(0) == 1)
                                answered(view);
                        });
}

void ReplayContext::sendWithFd(Client& client, Bytes request, UniqueFd fd) {
    client.upstream->stream.queueFd(std::move(fd));
    send(client, std::move(request));
}

void ReplayContext::sendAsProxy(Bytes request) {
    inject(std::move(request), reporter(wire::kHostOrder, kNobody));
}

void ReplayContext::askAsProxy(Bytes request, std::function<void(const MessageView&)> answered) {
    inject(std::move(request), [answered = std::move(answered)](ByteView reply) {
        if (answered)
            answered(MessageView(reply, wire::kHostOrder));
    });
}

void ReplayContext::inject(Bytes request, std::function<void(ByteView)> answered) {
    ++requests;
    const MessageView view(request, wire::kHostOrder);
    const auto ext = core.face->extensions.byMajor(view.u8(0));
    if (!ext || (*ext != Ext::Core && !core.link->translator->server.of(*ext).present()))
        return;
    const std::uint8_t opcode = *ext == Ext::Core ? view.u8(0) : view.u8(1);
    const bool big = view.get(wire::header::requestLength) == 0;
    core.link->translator->request(requestSchema(*ext, opcode), *ext, request, wire::kHostOrder,
                                   big);
    core.link->utility->inject(request, std::move(answered));
}

ClientXid ReplayContext::temporaryId(const Client& client) {
    auto& ids = m_freeIds[client.id];
    if (ids.empty()) {
        // The record does not change meanwhile, so the list begins the same each time.
        auto& drawn = m_drawnIds[client.id];
        ids = record.unusedIds(client.range, drawn + kIdsAtOnce);
        ids.erase(ids.begin(),
                  ids.begin() + static_cast<std::ptrdiff_t>(std::min(drawn, ids.size())));
        drawn += ids.size();
        std::ranges::reverse(ids);
    }
    if (ids.empty())
        return ClientXid::None;
    const ClientXid id = ids.back();
    ids.pop_back();
    return id;
}

Client* ReplayContext::carrier(ClientId owner) const {
    if (Client* there = client(owner))
        return there;
    for (const auto& [id, other] : core.clients)
        if (Client* there = client(id))
            return there;
    return nullptr;
}

ClientXid ReplayContext::nameOf(const FontRef& font) {
    if (!font)
        return ClientXid::None;
    if (font->named)
        return font->id;
    const auto known = m_names.find(font.get());
    if (known != m_names.end())
        return known->second;
    Client* owner = carrier(font->owner);
    if (!owner)
        return ClientXid::None;
    const ClientXid id = temporaryId(*owner);
    openFont(*owner, *font, id);
    m_temporaries.push_back({owner->id, core_::kCloseFont, id});
    return m_names[font.get()] = id;
}

void ReplayContext::openFont(Client& client, const Font& font, ClientXid id) {
    const auto other = fontNames.find(font.name);
    const std::string& name = other == fontNames.end() ? font.name : other->second;
    send(client, as(client, core_::kOpenFont)
                     .u32(raw(id))
                     .u16(static_cast<std::uint16_t>(name.size()))
                     .pad(2)
                     .bytes(bytesOf(name))
                     .finish());
}

ClientXid ReplayContext::nameOf(const PixmapRef& pixmap) {
    if (!pixmap || !client(pixmap->owner))
        return ClientXid::None;
    if (pixmap->named || pixmap->withheld)
        return pixmap->id;
    const auto [place, isNew] = m_names.try_emplace(pixmap.get(), ClientXid::None);
    if (isNew) {
        place->second = temporaryId(*client(pixmap->owner));
        m_temporaries.push_back({pixmap->owner, core_::kFreePixmap, place->second});
    }
    return place->second;
}

ClientXid ReplayContext::nameOf(const std::shared_ptr<ShmSegment>& segment) {
    Client* owner = segment ? client(segment->owner) : nullptr;
    if (!owner)
        return ClientXid::None;
    const auto [place, isNew] = m_names.try_emplace(segment.get(), segment->id);
    if (!isNew)
        return place->second;
    // A pixmap may outlive the segment that it lies in.
    if (!segment->named) {
        place->second = temporaryId(*owner);
        m_segments.push_back({owner->id, 0, place->second});
    }
    const ClientXid id = place->second;
    attach(*owner, *segment, id);
    return id;
}

void ReplayContext::attach(Client& owner, const ShmSegment& segment, ClientXid id) {
    namespace shm = wire::shm;
    UniqueFd memory;
    if (segment.memory)
        memory.reset(::dup(segment.memory.get()));
    else if (core.segmentsByDescriptor && core.segments)
        memory = core.segments->requestNow(segment.shmid, m_deadline);
    if (memory) {
        sendWithFd(owner,
                   as(owner, Ext::Shm, shm::kAttachFd)
                       .u32(raw(id))
                       .u8(segment.readOnly ? 1 : 0)
                       .pad(3)
                       .finish(),
                   std::move(memory));
    } else if (!core.segmentsByDescriptor && segment.shmid >= 0) {
        send(owner, as(owner, Ext::Shm, shm::kAttach)
                        .u32(raw(id))
                        .u32(static_cast<std::uint32_t>(segment.shmid))
                        .u8(segment.readOnly ? 1 : 0)
                        .pad(3)
                        .finish());
    } else {
        ++errors;
        logLine("shared memory segment {} of client {} could not be attached again", segment.shmid,
                segment.owner);
    }
}

ClientXid ReplayContext::nameOf(const CursorRef& cursor) {
    if (!cursor)
        return ClientXid::None;
    const auto known = m_names.find(cursor.get());
    if (known != m_names.end())
        return known->second;
    Client* owner = carrier(cursor->owner);
    if (!owner)
        return ClientXid::None;
    const ClientXid id = cursor->named ? cursor->id : temporaryId(*owner);
    m_names[cursor.get()] = id; // first: animations cannot contain themselves, but who knows
    makeCursor(*owner, *cursor, id);
    if (!cursor->named)
        m_temporaries.push_back({owner->id, core_::kFreeCursor, id});
    return id;
}

void ReplayContext::freeTemporaries() {
    for (const auto& temporary : m_temporaries)
        if (Client* owner = client(temporary.client))
            send(*owner, as(*owner, temporary.freeOpcode).u32(raw(temporary.id)).finish());
    for (const auto& segment : m_segments)
        if (Client* owner = client(segment.client))
            send(*owner, as(*owner, Ext::Shm, wire::shm::kDetach).u32(raw(segment.id)).finish());
    m_temporaries.clear();
    m_segments.clear();
    m_names.clear();
}

ClientXid ReplayContext::pixmapOfDepth(Client& client, std::uint8_t depth) {
    const auto [place, isNew] = m_pixmapsOfDepth.try_emplace({client.id, depth}, ClientXid::None);
    if (!isNew)
        return place->second;
    place->second = temporaryId(client);
    send(client, as(client, core_::kCreatePixmap, depth)
                     .u32(raw(place->second))
                     .u32(raw(rootOf(client)))
                     .u16(1)
                     .u16(1)
                     .finish());
    m_temporaries.push_back({client.id, core_::kFreePixmap, place->second});
    return place->second;
}

ClientXid ReplayContext::pixmapWith(Client& client, const ImageRef& image) {
    if (!image || !image->valid)
        return ClientXid::None;
    const ClientXid pixmap = temporaryId(client);
    const ClientXid gc = temporaryId(client);
    send(client, as(client, core_::kCreatePixmap, image->depth)
                     .u32(raw(pixmap))
                     .u32(raw(rootOf(client)))
                     .u16(image->width)
                     .u16(image->height)
                     .finish());
    send(client, as(client, core_::kCreateGC).u32(raw(gc)).u32(raw(pixmap)).u32(0).finish());
    forEachStrip(*image, [&](std::uint16_t first, std::uint16_t rows, ByteView data) {
        send(client, as(client, core_::kPutImage, kZPixmap)
                         .u32(raw(pixmap))
                         .u32(raw(gc))
                         .u16(image->width)
                         .u16(rows)
                         .u16(0)
                         .u16(first)
                         .u8(0)
                         .u8(image->depth)
                         .u16(0)
                         .bytes(data)
                         .finish());
    });
    send(client, as(client, core_::kFreeGC).u32(raw(gc)).finish());
    m_freeIds[client.id].push_back(gc);
    return pixmap;
}

void ReplayContext::freePixmap(Client& client, ClientXid pixmap) {
    if (pixmap == ClientXid::None)
        return;
    send(client, as(client, core_::kFreePixmap).u32(raw(pixmap)).finish());
    m_freeIds[client.id].push_back(pixmap);
}

// In place of one whose pixels were lost with their server: its id has to be that of a cursor.
void ReplayContext::makeEmptyCursor(Client& owner, ClientXid id) {
    const ClientXid bitmap = pixmapOfDepth(owner, 1);
    auto request = as(owner, core_::kCreateCursor);
    request.u32(raw(id)).u32(raw(bitmap)).u32(raw(bitmap));
    send(owner, request.pad(12).u16(0).u16(0).finish());
}

void ReplayContext::makeCursor(Client& owner, const Cursor& cursor, ClientXid id) {
    const auto* bitmap = std::get_if<BitmapCursor>(&cursor.source);
    const auto* picture = std::get_if<PictureCursor>(&cursor.source);
    const bool hasPixels =
        bitmap ? isUsable(bitmap->source) : !picture || isUsable(picture->source);
    if (!hasPixels) {
        makeEmptyCursor(owner, id);
    } else if (bitmap) {
        const ClientXid source = pixmapWith(owner, bitmap->source);
        const ClientXid mask = pixmapWith(owner, bitmap->mask);
        auto request = as(owner, core_::kCreateCursor);
        request.u32(raw(id)).u32(raw(source)).u32(raw(mask));
        for (const auto color : cursor.colors)
            request.u16(color);
        send(owner, request.u16(bitmap->x).u16(bitmap->y).finish());
        freePixmap(owner, source);
        freePixmap(owner, mask);
    } else if (const auto* glyph = std::get_if<GlyphCursor>(&cursor.source)) {
        auto request = as(owner, core_::kCreateGlyphCursor);
        request.u32(raw(id)).u32(raw(nameOf(glyph->source))).u32(raw(nameOf(glyph->mask)));
        request.u16(glyph->sourceChar).u16(glyph->maskChar);
        for (const auto color : cursor.colors)
            request.u16(color);
        send(owner, request.finish());
    } else if (picture) {
        const ClientXid pixmap = pixmapWith(owner, picture->source);
        const ClientXid source = temporaryId(owner);
        send(owner, as(owner, Ext::Render, wire::render::kCreatePicture)
                        .u32(raw(source))
                        .u32(raw(pixmap))
                        .u32(picture->format)
                        .u32(0)
                        .finish());
        send(owner, as(owner, Ext::Render, wire::render::kCreateCursor)
                        .u32(raw(id))
                        .u32(raw(source))
                        .u16(picture->x)
                        .u16(picture->y)
                        .finish());
        send(owner, as(owner, Ext::Render, wire::render::kFreePicture).u32(raw(source)).finish());
        m_freeIds[owner.id].push_back(source);
        freePixmap(owner, pixmap);
    } else if (const auto* animation = std::get_if<AnimatedCursor>(&cursor.source)) {
        std::vector<std::pair<ClientXid, std::uint32_t>> frames;
        for (const auto& frame : animation->frames)
            frames.emplace_back(nameOf(frame.cursor), frame.delay);
        auto request = as(owner, Ext::Render, wire::render::kCreateAnimCursor);
        request.u32(raw(id));
        for (const auto& [frame, delay] : frames)
            request.u32(raw(frame)).u32(delay);
        send(owner, request.finish());
    }
    if (!cursor.name.empty())
        send(owner, as(owner, Ext::XFixes, wire::xfixes::kSetCursorName)
                        .u32(raw(id))
                        .u16(static_cast<std::uint16_t>(cursor.name.size()))
                        .pad(2)
                        .bytes(bytesOf(cursor.name))
                        .finish());
}

void forEachStrip(const Image& image,
                  const std::function<void(std::uint16_t, std::uint16_t, ByteView)>& emit) {
    if (image.height == 0)
        return;
    const std::size_t stride = image.data.size() / image.height;
    if (stride == 0)
        return;
    const std::size_t atOnce = std::max<std::size_t>(1, kStripBytes / stride);
    for (std::size_t row = 0; row < image.height; row += atOnce) {
        const std::size_t rows = std::min<std::size_t>(atOnce, image.height - row);
        emit(static_cast<std::uint16_t>(row), static_cast<std::uint16_t>(rows),
             ByteView(image.data).subspan(row * stride, rows * stride));
    }
}

} // namespace entracte::xproxy
