// Requests that the server must not see as they are: answered here, or changed into others.

#include "xproxy/proxy/PictFormats.h"
#include "xproxy/proxy/RequestPath.h"
#include "xproxy/state/RequestTable.h"

#include <sys/mman.h>
#include <unistd.h>

namespace entracte::xproxy {

namespace core = wire::core;

namespace {
constexpr std::uint8_t kBadRequest = 1;
constexpr std::uint8_t kBadValue = 2;
constexpr std::uint8_t kBadAlloc = 11;
constexpr std::uint8_t kBadAccess = 10;
constexpr std::uint8_t kBadIdChoice = 14;
constexpr std::uint8_t kBadLength = 16;
constexpr std::uint8_t kBadContextTag = 4; // GLX, from its first error
constexpr std::uint32_t kMaxIdList = 65'536;
constexpr std::size_t kMaxUnread = 1u
                                   << 20; // bytes that a program may leave unread and be answered

Bytes atomName(ByteOrder order, std::string_view name) {
    return MessageBuilder::reply(order, 0)
        .set(core::GetAtomNameReply::name_len, static_cast<std::uint16_t>(name.size()))
        .bytes(bytesOf(name))
        .finishReply();
}

Bytes systemCounters(ByteOrder order, const ServerFace& face) {
    auto reply = MessageBuilder::reply(order, 0);
    reply.set(wire::sync::ListSystemCountersReply::counters_len,
              static_cast<std::uint32_t>(face.systemCounters.size()));
    for (const auto& counter : face.systemCounters) {
        constexpr std::size_t kFixed = 14;
        const auto resolution = static_cast<std::uint64_t>(counter.resolution);
        const std::size_t size = kFixed + counter.name.size();
        reply.u32(counter.id)
            .u32(static_cast<std::uint32_t>(resolution >> 32))
            .u32(static_cast<std::uint32_t>(resolution))
            .u16(static_cast<std::uint16_t>(counter.name.size()))
            .bytes(bytesOf(counter.name))
            .pad(padded(size) - size);
    }
    return reply.finishReply();
}

ClientAtom knownAtom(const AtomNames& names, std::string_view name) {
    for (std::uint32_t atom = 1; atom <= kLastPredefinedAtom; ++atom)
        if (predefinedAtomName(atom) == name)
            return ClientAtom{atom};
    return names.find(name).value_or(ClientAtom::None);
}
} // namespace

RequestPath::Verdict RequestPath::substitute(Client& client, Ext ext,
                                             const wire::MessageSchema* schema, Bytes answer,
                                             UniqueFd fd) {
    if (mayAnswer(client)) {
        client.told = client.upstream->sequence.answeredHere();
        put16(answer, wire::header::sequence.offset, static_cast<std::uint16_t>(client.told),
              client.order);
        if (fd)
            client.stream.queueFd(std::move(fd));
        client.stream.queue(answer);
        return Verdict::Done;
    }
    Outstanding note;
    note.ext = ext;
    note.schema = schema;
    note.substitute = std::move(answer);
    note.substituteFd = std::move(fd);
    client.upstream->pass(MessageBuilder::request(client.order, core::kGetInputFocus, 0).finish(),
                          std::move(note));
    return Verdict::Done;
}

bool RequestPath::mayAnswer(const Client& client) {
    return client.upstream->allDone() && client.stream.queued() < kMaxUnread;
}

Bytes RequestPath::knownAnswer(Client& client, Ext ext, std::uint8_t opcode,
                               const MessageView& view) {
    const Translator& translator = *m_core.link->translator;
    const ByteOrder order = client.order;
    if (ext == Ext::Render && opcode == wire::render::kQueryPictFormats && view.size() == 4 &&
        !m_core.face->pictFormatsReply.empty()) {
        m_core.record.clients[client.id].usedExtensions[static_cast<std::size_t>(ext)] = true;
        return pictFormatsIn(order, m_core.face->pictFormatsReply);
    }
    if (ext != Ext::Core)
        return {};
    // A request of another length is an error that the server shall make.
    const auto text = [&](std::size_t at, std::size_t length) {
        const ByteView bytes = view.part(at, length);
        return view.size() == at + padded(length)
                   ? std::string_view(reinterpret_cast<const char*>(bytes.data()), length)
                   : std::string_view();
    };
    switch (opcode) {
    case core::kQueryExtension: {
        using namespace core::QueryExtensionReply;
        const auto name =
            text(core::QueryExtension::kFixedSize, view.get(core::QueryExtension::name_len));
        const auto asked = extensionByName(name);
        if (name.empty())
            return {};
        const bool there = asked && translator.server.of(*asked).present();
        const auto numbers = there ? m_core.face->extensions.of(*asked) : ExtensionNumbers{};
        return MessageBuilder::reply(order, 0)
            .set(present, numbers.present() ? 1 : 0)
            .set(major_opcode, numbers.major)
            .set(first_event, numbers.firstEvent)
            .set(first_error, numbers.firstError)
            .finishReply();
    }
    case core::kInternAtom: {
        const auto name = text(core::InternAtom::kFixedSize, view.get(core::InternAtom::name_len));
        const ClientAtom atom = knownAtom(m_core.record.atoms, name);
        if (name.empty() || translator.atoms.toServer(atom) == ServerAtom::None)
            return {};
        return MessageBuilder::reply(order, 0)
            .set(core::InternAtomReply::atom, raw(atom))
            .finishReply();
    }
    case core::kGetAtomName: {
        const auto atom = atomOf(view, core::GetAtomName::atom);
        const auto name = raw(atom) <= kLastPredefinedAtom ? predefinedAtomName(raw(atom))
                                                           : m_core.record.atoms.nameOf(atom);
        return name.empty() || view.size() != 8 ? Bytes() : atomName(order, name);
    }
    default:
        return {};
    }
}

std::optional<RequestPath::Verdict>
RequestPath::special(Client& client, Ext ext, std::uint8_t opcode, const MessageView& view) {
    const auto* schema = requestSchema(ext, opcode);
    if (ext != Ext::Core && !m_core.link->translator->server.of(ext).present())
        return substitute(client, ext, schema,
                          makeError(client.order, kBadRequest, 0, view.u8(0), opcode));
    // A request of another length is an error that the server shall make.
    const auto has = [&](std::size_t size) { return view.size() == size; };
    // What the table does not tell as answered here is not.
    const RequestRule* rule = ruleOf(ext, opcode);
    const bool isAnswered = rule && rule->fate == Fate::Answered;
    if (isAnswered && schema && schema->hasReply && mayAnswer(client))
        if (Bytes answer = knownAnswer(client, ext, opcode, view); !answer.empty())
            return substitute(client, ext, schema, std::move(answer));
    if (ext == Ext::Core && opcode == core::kGetImage)
        return getImage(client, view);
    if (ext == Ext::BigRequests && opcode == wire::bigrequests::kEnable &&
        has(wire::bigrequests::Enable::kFixedSize))
        client.bigRequests = true;
    if (ext == Ext::Res)
        return resources(client, opcode, view);
    if (!isAnswered)
        return {};
    switch (ext) {
    case Ext::XcMisc:
        if (opcode == wire::xcmisc::kGetXIDRange && has(wire::xcmisc::GetXIDRange::kFixedSize))
            return xidRange(client, view);
        if (opcode == wire::xcmisc::kGetXIDList && has(wire::xcmisc::GetXIDList::kFixedSize))
            return xidList(client, view);
        return {};
    case Ext::Shm:
        if (opcode == wire::shm::kAttach && m_core.segmentsByDescriptor &&
            has(wire::shm::Attach::kFixedSize))
            return attach(client, view);
        if (opcode == wire::shm::kCreateSegment && has(wire::shm::CreateSegment::kFixedSize))
            return createSegment(client, view);
        return {};
    case Ext::Render:
        // The formats are the first server's, like the visuals of the greeting.
        if (opcode == wire::render::kQueryPictFormats && !m_core.link->translator->identity() &&
            !m_core.face->pictFormatsReply.empty() &&
            has(wire::render::QueryPictFormats::kFixedSize))
            return substitute(client, ext, schema,
                              pictFormatsIn(client.order, m_core.face->pictFormatsReply));
        return {};
    case Ext::Glx:
        return glx(client, opcode, view);
    case Ext::Sync:
        // A device's idle time has that device's number in its name.
        if (opcode == wire::sync::kListSystemCounters && !m_core.link->translator->identity() &&
            !m_core.face->systemCounters.empty() && has(wire::sync::ListSystemCounters::kFixedSize))
            return substitute(client, ext, schema, systemCounters(client.order, *m_core.face));
        return {};
    case Ext::Core:
        if (opcode == core::kGetAtomName && has(core::GetAtomName::kFixedSize)) {
            const auto atom = atomOf(view, core::GetAtomName::atom);
            const auto name = m_core.record.atoms.nameOf(atom);
            if (m_core.link->translator->atoms.toServer(atom) == ServerAtom::None && !name.empty())
                return substitute(client, ext, schema, atomName(client.order, name));
        }
        return {};
    default:
        return {};
    }
}

// Only what programs need that draw by themselves (direct contexts): what a server draws for a
// program could not be taken to another one. Servers refuse indirect contexts anyhow, unless asked.
std::optional<RequestPath::Verdict> RequestPath::glx(Client& client, std::uint8_t opcode,
                                                     const MessageView& view) {
    namespace glx = wire::glx;
    const bool asksForConfigs = opcode == glx::kGetFBConfigs || opcode == glx::kGetVisualConfigs;
    if (!asksForConfigs) {
        const std::size_t least =
            opcode == glx::kRenderLarge ? glx::RenderLarge::kFixedSize : glx::Render::kFixedSize;
        const std::uint8_t noContext =
            m_core.face->extensions.of(Ext::Glx).firstError + kBadContextTag;
        return substitute(client, Ext::Glx, nullptr,
                          makeError(client.order, view.size() < least ? kBadLength : noContext, 0,
                                    view.u8(0), opcode));
    }
    if (view.size() != glx::GetFBConfigs::kFixedSize || view.get(glx::GetFBConfigs::screen) != 0)
        return {};
    // Configurations are the first server's, like the visuals of the greeting.
    if (m_core.link->translator->identity() || client.order != wire::kHostOrder)
        return {};
    const auto* schema = requestSchema(Ext::Glx, opcode);
    if (opcode == glx::kGetFBConfigs && !m_core.face->fbConfigsReply.empty())
        return substitute(client, Ext::Glx, schema, m_core.face->fbConfigsReply);
    if (opcode == glx::kGetVisualConfigs && !m_core.face->visualConfigsReply.empty())
        return substitute(client, Ext::Glx, schema, m_core.face->visualConfigsReply);
    return {};
}

RequestPath::Verdict RequestPath::xidRange(Client& client, const MessageView&) {
    const auto [start, count] = m_core.record.longestUnusedRun(client.range);
    return substitute(client, Ext::XcMisc, nullptr,
                      MessageBuilder::reply(client.order, 0)
                          .set(wire::xcmisc::GetXIDRangeReply::start_id, raw(start))
                          .set(wire::xcmisc::GetXIDRangeReply::count, count)
                          .finishReply());
}

RequestPath::Verdict RequestPath::xidList(Client& client, const MessageView& view) {
    const std::uint32_t asked = view.get(wire::xcmisc::GetXIDList::count);
    if (asked > UINT32_MAX / sizeof(std::uint32_t)) // as the X server (Xext/xcmisc.c)
        return substitute(client, Ext::XcMisc, nullptr,
                          makeError(client.order, kBadAlloc, 0, view.u8(0), view.u8(1)));
    const std::uint32_t count = std::min(asked, kMaxIdList);
    const auto ids = m_core.record.unusedIds(client.range, count);
    auto reply = MessageBuilder::reply(client.order, 0);
    reply.set(wire::xcmisc::GetXIDListReply::ids_len, static_cast<std::uint32_t>(ids.size()));
    for (const ClientXid id : ids)
        reply.u32(raw(id));
    return substitute(client, Ext::XcMisc, nullptr, reply.finishReply());
}

// A new segment's id and its read_only, as the X server sees to them (Xext/shm.c).
Bytes RequestPath::wrongSegment(const Client& client, const MessageView& view) const {
    using wire::shm::Attach::read_only; // CreateSegment has both in the same places
    const ClientXid id = xidOf(view, wire::shm::Attach::shmseg);
    const auto error = [&](std::uint8_t code, std::uint32_t value) {
        return makeError(client.order, code, value, view.u8(0), view.u8(1));
    };
    if (!client.range.contains(raw(id)) || m_core.record.exists(id))
        return error(kBadIdChoice, raw(id));
    return view.get(read_only) > 1 ? error(kBadValue, view.get(read_only)) : Bytes();
}

RequestPath::Verdict RequestPath::attach(Client& client, const MessageView& view) {
    if (Bytes error = wrongSegment(client, view); !error.empty())
        return substitute(client, Ext::Shm, nullptr, std::move(error));
    const auto refuse = [this](Client& program, const MessageView& request) {
        return substitute(program, Ext::Shm, nullptr,
                          makeError(program.order, kBadAccess,
                                    request.get(wire::shm::Attach::shmid), request.u8(0),
                                    wire::shm::kAttach));
    };
    const auto shmid = static_cast<std::int32_t>(view.get(wire::shm::Attach::shmid));
    const ClientId id = client.id;
    const bool asked = m_core.segments &&
                       m_core.segments->request(shmid, [this, id, request = copyOf(view.bytes()),
                                                        refuse](UniqueFd memory, bool retry) {
                           Client* waiting = m_core.client(id);
                           if (!waiting || !waiting->held)
                               return;
                           waiting->held = false;
                           m_core.unheld.push_back(id);
                           if (retry)
                               return;
                           if (waiting->upstream) {
                               if (memory)
                                   attachByDescriptor(*waiting, request, std::move(memory));
                               else
                                   refuse(*waiting, MessageView(request, waiting->order));
                           }
                           waiting->stream.consume(request.size());
                       });
    return asked ? Verdict::Hold : refuse(client, view);
}

void RequestPath::attachByDescriptor(Client& client, const Bytes& request, UniqueFd memory) {
    using namespace wire::shm;
    const MessageView view(request, client.order);
    m_core.recorder.request(client.id, Ext::Shm, view);
    Bytes attach = MessageBuilder::request(client.order, view.u8(0), kAttachFd)
                       .u32(view.get(Attach::shmseg))
                       .u8(view.get(Attach::read_only))
                       .pad(3)
                       .finish();
    Outstanding note;
    note.ext = Ext::Shm;
    note.created = xidOf(view, Attach::shmseg);
    note.createdSerial = m_core.record.serialOf(note.created);
    m_core.link->translator->request(requestSchema(Ext::Shm, kAttachFd), Ext::Shm, attach,
                                     client.order, false);
    client.upstream->stream.queueFd(std::move(memory));
    client.upstream->pass(attach, std::move(note));
}

// The server would make the memory and hand it out; memory of another machine or of another mount
// namespace cannot be saved. So it is made here and handed to both.
RequestPath::Verdict RequestPath::createSegment(Client& client, const MessageView& view) {
    using namespace wire::shm;
    const auto* schema = requestSchema(Ext::Shm, kCreateSegment);
    if (Bytes error = wrongSegment(client, view); !error.empty())
        return substitute(client, Ext::Shm, schema, std::move(error));
    const std::uint32_t size = view.get(CreateSegment::size);
    UniqueFd memory(::memfd_create("entracte-segment", MFD_CLOEXEC));
    if (!memory || size == 0 || ::ftruncate(memory.get(), size) != 0)
        return substitute(client, Ext::Shm, schema,
                          makeError(client.order, kBadAlloc, size, view.u8(0), kCreateSegment));
    m_core.recorder.request(client.id, Ext::Shm, view);
    if (const auto segment = m_core.record.find<ShmSegment>(xidOf(view, CreateSegment::shmseg)))
        segment->memory.reset(::dup(memory.get()));
    client.upstream->stream.queueFd(UniqueFd(::dup(memory.get())));
    injectAs(client, MessageBuilder::request(client.order, view.u8(0), kAttachFd)
                         .u32(view.get(CreateSegment::shmseg))
                         .u8(view.get(CreateSegment::read_only))
                         .pad(3)
                         .finish());
    constexpr std::uint8_t kOneDescriptor = 1;
    Bytes reply = MessageBuilder::reply(client.order, 0).finishReply();
    reply[1] = std::byte{kOneDescriptor};
    return substitute(client, Ext::Shm, schema, std::move(reply), std::move(memory));
}

} // namespace entracte::xproxy
