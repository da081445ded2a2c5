#include "xproxy/proxy/RequestPath.h"

#include "xproxy/proxy/PolygonSpans.h"
#include "xproxy/proxy/RequestSplit.h"
#include "xproxy/state/RequestTable.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;

namespace {
constexpr std::size_t kMaxRequest = 4'194'303u * 4u; // bytes, what Xorg and Xvfb offer at most
constexpr std::uint32_t kMaxLength = 0x1fffffff;     // words: with more, Xorg ends the connection
constexpr std::size_t kMaxQueued = 8u << 20;         // bytes that wait for the server
constexpr std::size_t kMaxKeptRequest = 64u << 10;   // bytes of a request kept for asking again

// Whether the request may take the last use from a freed pixmap.
bool mayRelease(Ext ext, std::uint8_t opcode) {
    namespace render = wire::render;
    if (ext == Ext::Render)
        return opcode == render::kFreePicture || opcode == render::kChangePicture ||
               opcode == render::kSetPictureClipRectangles;
    return ext == Ext::Core &&
           (opcode == core::kChangeWindowAttributes || opcode == core::kDestroyWindow ||
            opcode == core::kDestroySubwindows || opcode == core::kChangeGC ||
            opcode == core::kCopyGC || opcode == core::kSetClipRectangles ||
            opcode == core::kFreeGC);
}

Bytes noOperation(ByteOrder order) {
    return MessageBuilder::request(order, core::kNoOperation, 0).finish();
}
} // namespace

RequestPath::Frame RequestPath::frame(const Client& client, std::span<const std::byte> input) {
    Frame frame;
    if (input.size() < 4)
        return frame;
    const MessageView view(input, client.order);
    std::size_t units = view.get(wire::header::requestLength);
    if (units == 0) {
        if (!client.bigRequests) {
            frame.refused = 4; // bytes: the header
            return frame;
        }
        if (input.size() < 8)
            return frame;
        units = view.u32(4);
        frame.big = true;
        if (units < 2 || units > kMaxLength) {
            frame.bad = true;
            return frame;
        }
    }
    if (units * 4 > kMaxRequest) {
        frame.refused = units * 4;
        return frame;
    }
    if (units * 4 <= input.size())
        frame.size = units * 4;
    return frame;
}

bool RequestPath::process(Client& client) {
    const bool behaves = processInput(client);
    // What was only lent has to be written, or copied, before anything else is read. Whoever looks
    // for a broken connection flushes again.
    if (client.upstream)
        client.upstream->stream.flush();
    return behaves;
}

std::size_t RequestPath::passRun(Client& client, std::span<std::byte> input) {
    Translator& translator = *m_core.link->translator;
    const bool translates = !translator.identity();
    const auto& extensions = m_core.face->extensions;
    const std::uint64_t most = client.upstream->roomToCount();
    const std::size_t longest = m_core.link->face.longestRequest;
    ClientRecord* record = nullptr;
    std::uint64_t count = 0;
    std::size_t end = 0;
    std::uint64_t lastMarked = ~0u; // a run often draws to one thing: it is looked for once
    while (count < most && input.size() - end >= 4) {
        const std::size_t size =
            std::size_t{wire::load<std::uint16_t>(&input[end + 2], client.order)} * 4;
        if (size == 0 || size > input.size() - end || size > longest)
            break;
        const auto major = static_cast<std::uint8_t>(input[end]);
        const auto minor = static_cast<std::uint8_t>(input[end + 1]);
        const auto ext = extensions.byMajor(major);
        if (!ext)
            break;
        const bool isCore = *ext == Ext::Core;
        if (major == core::kPutImage && size >= SharedImages::kLarge && end > 0)
            break; // beginImage() looks at it
        const RequestTrace& trace = traceOf(*ext, isCore ? major : minor);
        if (trace.kind == RequestTrace::Kind::Full)
            break;
        if (!isCore) {
            if (!translator.server.of(*ext).present())
                break;
            if (!record)
                record = &m_core.record.clients[client.id];
            record->usedExtensions[static_cast<std::size_t>(*ext)] = true;
        }
        const auto message = input.subspan(end, size);
        if (trace.kind != RequestTrace::Kind::Nothing) {
            const MessageView view(message, client.order);
            const std::uint64_t target = view.u32(trace.target);
            if (target != lastMarked)
                markTrace(m_core.record, trace, view);
            lastMarked = target;
        }
        if (OwedEvents::isOwed(*ext, MessageView(message, client.order)))
            client.upstream->owedEvents.note(
                *ext, message, client.upstream->sequence.serverSequence() + count + 1,
                client.upstream->sequence.clientSequence() + count + 1);
        if (translates)
            if (const auto* schema = requestSchema(*ext, isCore ? major : minor);
                !isCore || !schema || schema->hasFields)
                translator.request(schema, *ext, message, client.order, false);
        end += size;
        ++count;
    }
    if (count > 0)
        client.upstream->passRun(input.first(end), count);
    return end;
}

bool RequestPath::processInput(Client& client) {
    while (client.phase == Client::Phase::Running && client.upstream && !client.held &&
           !client.asksTooMuch() && client.upstream->stream.queued() < kMaxQueued) {
        if (client.arriving) {
            if (client.stream.diverting())
                return true;
            if (endImage(client) == Verdict::Refuse)
                return false;
            continue;
        }
        const auto input = client.stream.input();
        if (client.passedOver > 0) {
            if (input.empty())
                break;
            const std::size_t passed = std::min<std::uint64_t>(client.passedOver, input.size());
            client.passedOver -= passed;
            client.stream.consume(passed);
            continue;
        }
        const Arrival image = beginImage(client, input);
        client.waitsForImage = image == Arrival::Waits;
        if (image == Arrival::Begun)
            continue;
        if (image == Arrival::Waits)
            return true;
        if (const std::size_t passed = passRun(client, input); passed > 0) {
            client.stream.consume(passed);
            continue;
        }
        const Frame next = frame(client, input);
        if (next.bad)
            return false;
        if (next.refused > 0) {
            client.passedOver = next.refused;
            refuseLength(client, MessageView(input, client.order, next.big));
            continue;
        }
        if (next.size == 0)
            break;
        switch (handle(client, input.first(next.size), next.big)) {
        case Verdict::Refuse:
            return false;
        case Verdict::Hold:
            client.held = true;
            return true;
        case Verdict::Pass:
        case Verdict::Done:
            client.stream.consume(next.size);
            break;
        }
    }
    return true;
}

// As the X server (os/io.c, dix/dispatch.c): an error at once, and what belongs to the request is
// not looked at.
void RequestPath::refuseLength(Client& client, const MessageView& header) {
    constexpr std::uint8_t kBadRequest = 1, kBadLength = 16;
    const std::uint8_t major = header.u8(0);
    const std::uint8_t minor = major < 128 ? 0 : header.u8(1);
    const auto ext = m_core.face->extensions.byMajor(major);
    const bool isKnown = ext && requestSchema(*ext, *ext == Ext::Core ? major : minor);
    substitute(client, ext.value_or(Ext::Core), nullptr,
               makeError(client.order, isKnown ? kBadLength : kBadRequest, 0, major, minor));
}

RequestPath::Verdict RequestPath::handle(Client& client, std::span<std::byte> message, bool big) {
    const MessageView view(message, client.order, big);
    const std::uint8_t major = view.u8(0);
    const auto ext = m_core.face->extensions.byMajor(major);
    if (!ext) {
        constexpr std::uint8_t kBadRequest = 1;
        return substitute(client, Ext::Core, nullptr,
                          makeError(client.order, kBadRequest, 0, major, view.u8(1)));
    }
    const std::uint8_t opcode = *ext == Ext::Core ? major : view.u8(1);
    if (const auto verdict = special(client, *ext, opcode, view))
        return *verdict;
    if (isTooLong(view))
        return passInParts(client, *ext, opcode, view);
    std::shared_ptr<Alarm> changed;
    if (*ext == Ext::Sync && opcode == wire::sync::kChangeAlarm)
        changed = m_core.record.find<Alarm>(xidOf(view, wire::sync::ChangeAlarm::id));
    const ClientXid counterBefore = changed ? changed->counter : ClientXid::None;
    RequestEffects effects = m_core.recorder.request(client.id, *ext, view);
    if (changed) {
        changed->changedBy = client.id;
        changed->changedAt = client.upstream->sequence.clientSequence() + 1;
    }
    if (changed && !m_core.link->translator->identity())
        if (Bytes whole = wholeChange(client, view, counterBefore); !whole.empty()) {
            pass(client, *ext, requestSchema(*ext, opcode), whole, false, effects);
            client.upstream->stream.flush(); // so that nothing of it is only lent
            return Verdict::Done;
        }
    Bytes colormap;
    if (*ext == Ext::Core && m_core.link->screenColormap != ServerXid::None)
        colormap = colormapFor(client, view);
    pass(client, *ext, requestSchema(*ext, opcode), message, big, effects);
    if (!colormap.empty())
        injectAs(client, std::move(colormap));
    return Verdict::Pass;
}

bool RequestPath::isTooLong(const MessageView& view) const {
    const ServerFace& now = m_core.link->face;
    return view.bytes().size() > now.longestRequest ||
           (view.bigRequest() && !now.extensions.of(Ext::BigRequests).present());
}

RequestPath::Verdict RequestPath::passInParts(Client& client, Ext ext, std::uint8_t opcode,
                                              const MessageView& view) {
    const ServerFace& now = m_core.link->face;
    Upstream& upstream = *client.upstream;
    if (!now.extensions.of(Ext::BigRequests).present() && view.size() <= now.longestRequest) {
        Bytes message = withShortHeader(view);
        const Verdict verdict = handle(client, message, false);
        upstream.stream.flush(); // so that nothing of it is only lent
        return verdict;
    }
    const auto* schema = requestSchema(ext, opcode);
    Bytes message = copyOf(view.bytes());
    m_core.link->translator->request(schema, ext, message, client.order, view.bigRequest());
    const MessageView translated(message, client.order, view.bigRequest());
    std::vector<Bytes> parts;
    if (ext == Ext::Core && opcode == core::kFillPoly) {
        const auto gc = m_core.record.find<GContext>(xidOf(view, core::FillPoly::gc));
        const bool winding = gc && gc->values.has(core::GC::FillRule) &&
                             gc->values.at(core::GC::FillRule) == core::FillRule::Winding;
        parts = fillPolygonInParts(translated, winding, now.longestRequest);
    } else {
        parts = splitRequest(ext, opcode, translated, now.longestRequest, now.setup);
    }
    if (parts.empty()) {
        constexpr std::uint8_t kBadLength = 16;
        return substitute(
            client, ext, schema,
            makeError(client.order, kBadLength, 0, view.u8(0), ext == Ext::Core ? 0 : opcode));
    }
    m_core.recorder.request(client.id, ext, view);
    // What is wrong with one is wrong with all: the program is told of the last one's error.
    for (std::size_t i = 0; i + 1 < parts.size(); ++i)
        upstream.inject(parts[i]);
    upstream.pass(parts.back());
    return Verdict::Done;
}

void RequestPath::pass(Client& client, Ext ext, const wire::MessageSchema* schema,
                       std::span<std::byte> message, bool big, RequestEffects& effects) {
    Upstream& upstream = *client.upstream;
    for (const auto& wanted : effects.captures)
        capture(client, wanted);
    for (const auto& wanted : effects.regionCaptures)
        capture(client, wanted);
    if (effects.namedColor.colormap)
        lookUp(client, effects.namedColor);
    if (effects.givenWay.unused != ClientXid::None)
        m_core.link->translator->xids.giveWay(effects.givenWay.freed, effects.givenWay.unused);
    if (effects.withhold) {
        upstream.pass(noOperation(client.order));
        return;
    }
    if (schema && schema->descriptors == 1)
        if (UniqueFd fd = client.stream.takeFd()) {
            // AttachFd: the record keeps the memory, to attach it again elsewhere.
            if (ext == Ext::Shm && effects.created != ClientXid::None)
                if (const auto segment = m_core.record.find<ShmSegment>(effects.created))
                    segment->memory.reset(::dup(fd.get()));
            upstream.stream.queueFd(std::move(fd));
        }
    const bool answered = schema && schema->hasReply;
    const bool blocks =
        schema && ext == Ext::Sync &&
        (schema->number == wire::sync::kAwait || schema->number == wire::sync::kAwaitFence);
    const std::uint8_t opcode = schema ? schema->number : 0;
    const MessageView view(message, client.order, big);
    const bool undoes = undoesUnanswered(client, ext, opcode, view);
    if (OwedEvents::isOwed(ext, view))
        client.upstream->owedEvents.note(ext, message, upstream.sequence.serverSequence() + 1,
                                         upstream.sequence.clientSequence() + 1);
    if (answered || blocks || undoes || effects.created != ClientXid::None || effects.unjudged) {
        Outstanding note;
        note.ext = ext;
        note.schema = schema;
        note.bigRequest = big;
        note.created = effects.created;
        note.createdSerial = effects.createdSerial;
        note.unjudged = std::move(effects.unjudged);
        note.blocks = blocks;
        note.undoes = undoes;
        if ((answered || blocks || undoes) && message.size() <= kMaxKeptRequest)
            note.request = copyOf(message);
        m_core.link->translator->request(schema, ext, message, client.order, big);
        upstream.pass(message, std::move(note), Upstream::Memory::Staying);
    } else {
        m_core.link->translator->request(schema, ext, message, client.order, big);
        upstream.pass(message, Upstream::Memory::Staying);
    }
    if (blocks)
        holdWhileBlocked(client);
    // What was freed is let go on the server when the last thing that used it went.
    if (!m_core.record.freedPixmaps().empty() && mayRelease(ext, opcode))
        for (const auto& pixmap : m_core.record.takeUnusedPixmaps())
            if (Client* owner = m_core.client(pixmap->owner); owner && owner->upstream)
                injectAs(*owner, MessageBuilder::request(owner->order, core::kFreePixmap, 0)
                                     .u32(raw(pixmap->id))
                                     .finish());
}

void RequestPath::injectAs(Client& client, Bytes request, bool bigRequest,
                           std::function<void(ByteView)> handler) {
    if (request.size() < 4)
        return;
    const MessageView view(request, client.order, bigRequest);
    const auto ext = m_core.face->extensions.byMajor(view.u8(0));
    if (!ext || (*ext != Ext::Core && !m_core.link->translator->server.of(*ext).present()))
        return;
    // finish() used the long header by itself when the short one could not tell the length.
    const bool big = bigRequest || view.get(wire::header::requestLength) == 0;
    const std::uint8_t opcode = *ext == Ext::Core ? view.u8(0) : view.u8(1);
    m_core.link->translator->request(requestSchema(*ext, opcode), *ext, request, client.order, big);
    client.upstream->inject(request, std::move(handler));
}

void RequestPath::capture(Client& client, const RequestEffects::Capture& wanted) {
    constexpr std::uint8_t kZPixmap = 2;
    MessageBuilder get = MessageBuilder::request(client.order, core::kGetImage, kZPixmap);
    get.u32(raw(wanted.drawable)).u16(0).u16(0).u16(wanted.width).u16(wanted.height).u32(~0u);
    const ByteOrder order = client.order;
    injectAs(client, get.finish(), false, [image = wanted.into, wanted, order](ByteView reply) {
        const MessageView view(reply, order);
        if (view.u8(0) != 1)
            return;
        image->width = wanted.width;
        image->height = wanted.height;
        image->depth = view.get(core::GetImageReply::depth);
        image->data = copyOf(view.tail(32));
        image->valid = true;
    });
}

// SYNC Await and AwaitFence: the server takes nothing more from the program until the trigger
// fires. What the program sends meanwhile stays with us, so that nothing of it is lost with the
// server.
void RequestPath::holdWhileBlocked(Client& client) {
    client.held = client.awaits = true;
    client.upstream->sync([this, id = client.id] {
        Client* waiting = m_core.client(id);
        if (!waiting || !waiting->awaits)
            return;
        waiting->held = waiting->awaits = false;
        m_core.unheld.push_back(id);
    });
}

void RequestPath::capture(Client& client, const RequestEffects::RegionCapture& wanted) {
    const ByteOrder order = client.order;
    const std::uint8_t major = m_core.face->extensions.of(Ext::XFixes).major;
    injectAs(client,
             MessageBuilder::request(order, major, wire::xfixes::kFetchRegion)
                 .u32(raw(wanted.region))
                 .finish(),
             false, [shape = wanted.into, order](ByteView reply) {
                 const MessageView view(reply, order);
                 if (view.u8(0) == 1)
                     shape->rectangles = reordered(view.tail(32), 16, order, wire::kHostOrder);
             });
}

Bytes makeError(ByteOrder order, std::uint8_t code, std::uint32_t value, std::uint8_t major,
                std::uint16_t minor) {
    Bytes error(32);
    error[1] = std::byte{code};
    put32(error, wire::header::errorValue.offset, value, order);
    put16(error, wire::header::errorMinorOpcode.offset, minor, order);
    error[wire::header::errorMajorOpcode.offset] = std::byte{major};
    return error;
}

} // namespace entracte::xproxy
