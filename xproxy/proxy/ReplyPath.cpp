#include "xproxy/proxy/ReplyPath.h"

#include "xproxy/proxy/PersonInput.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

constexpr std::uint8_t kBadIdChoice = 14;

// Takes the extensions that programs are not offered out of a ListExtensions reply, and puts
// X-Resource into it, which the proxy offers everywhere. Rare, so simple.
Bytes onlyOffered(const MessageView& view) {
    auto reply = MessageBuilder::reply(view.order(), view.get(wire::header::sequence));
    std::uint8_t count = 0;
    bool hasResources = false;
    std::size_t at = 32;
    const unsigned names = view.get(core::ListExtensionsReply::names_len);
    for (unsigned i = 0; i < names; ++i) {
        const std::size_t length = view.u8(at);
        const std::string name = textOf(view.part(at + 1, length));
        at += 1 + length;
        if (!extensionByName(name))
            continue;
        hasResources = hasResources || name == extensionName(Ext::Res);
        reply.u8(static_cast<std::uint8_t>(length)).bytes(bytesOf(name));
        ++count;
    }
    if (!hasResources) {
        const auto name = extensionName(Ext::Res);
        reply.u8(static_cast<std::uint8_t>(name.size())).bytes(bytesOf(name));
        ++count;
    }
    reply.set(core::ListExtensionsReply::names_len, count);
    return reply.finishReply();
}

} // namespace

void ReplyPath::answer(std::span<std::byte> message, Outstanding* outstanding,
                       std::uint64_t sequence) {
    if (outstanding && !outstanding->substitute.empty()) {
        if (outstanding->substituteFd)
            m_client.stream.queueFd(std::move(outstanding->substituteFd));
        deliver(outstanding->substitute, sequence, Memory::Passing);
        return;
    }
    if (message[0] == std::byte{0}) {
        m_core.link->translator->error(message, m_client.order);
        const MessageView view(message, m_client.order);
        if (outstanding && outstanding->created != ClientXid::None &&
            view.get(wire::header::errorCode) != kBadIdChoice)
            m_core.recorder.failed(outstanding->created, outstanding->createdSerial);
        if (outstanding && outstanding->unjudged)
            m_core.record.sticky.refused(*outstanding->unjudged);
        if (outstanding && !outstanding->request.empty())
            m_core.recorder.refused(
                m_client.id, outstanding->ext,
                MessageView(outstanding->request, m_client.order, outstanding->bigRequest));
        if (outstanding && outstanding->image) {
            wire::setField(message, m_client.order, wire::header::errorMajorOpcode,
                           outstanding->schema->number);
            wire::setField(message, m_client.order, wire::header::errorMinorOpcode, 0);
        }
        deliver(message, sequence);
        return;
    }
    if (outstanding && outstanding->image) {
        imageReply(MessageView(message, m_client.order), *outstanding, sequence);
        return;
    }
    if (!outstanding)
        return; // a reply that nobody asked for
    const Ext ext = outstanding->ext;
    const MessageView request(outstanding->request, m_client.order, outstanding->bigRequest);
    if (ext == Ext::Core && request.u8(0) == core::kListExtensions) {
        Bytes offered = onlyOffered(MessageView(message, m_client.order));
        deliver(offered, sequence, Memory::Passing);
        return;
    }
    reply(message, *outstanding);
    deliver(message, sequence);
}

void ReplyPath::reply(std::span<std::byte> message, const Outstanding& outstanding) {
    auto& translator = *m_core.link->translator;
    const ByteOrder order = m_client.order;
    const MessageView request(outstanding.request, order, outstanding.bigRequest);
    const MessageView view(message, order);
    if (outstanding.ext == Ext::Core) {
        switch (request.u8(0)) {
        case core::kInternAtom: {
            using namespace core::InternAtomReply;
            const ServerAtom server{view.get(atom)};
            if (server != ServerAtom::None) // its name is known before its number is translated
                translator.atoms.learn(
                    server, textOf(request.part(core::InternAtom::kFixedSize,
                                                request.get(core::InternAtom::name_len))));
            break;
        }
        case core::kGetAtomName: {
            const auto asked = atomOf(request, core::GetAtomName::atom);
            if (m_core.record.atoms.nameOf(asked).empty() && raw(asked) > kLastPredefinedAtom)
                m_core.record.atoms.learn(
                    asked, textOf(view.part(32, view.get(core::GetAtomNameReply::name_len))));
            break;
        }
        case core::kQueryExtension: {
            using namespace core::QueryExtensionReply;
            const auto name = textOf(request.part(core::QueryExtension::kFixedSize,
                                                  request.get(core::QueryExtension::name_len)));
            const auto ext = extensionByName(name);
            const ExtensionNumbers numbers = ext && translator.server.of(*ext).present()
                                                 ? m_core.face->extensions.of(*ext)
                                                 : ExtensionNumbers{};
            wire::setField(message, order, present, numbers.present() ? 1 : 0);
            wire::setField(message, order, major_opcode, numbers.major);
            wire::setField(message, order, first_event, numbers.firstEvent);
            wire::setField(message, order, first_error, numbers.firstError);
            return;
        }
        default:
            break;
        }
    }
    if (outstanding.schema && outstanding.schema->reply)
        translator.reply(outstanding.schema->reply, outstanding.ext, request, message, order);
    if (!outstanding.undone)
        m_core.recorder.reply(m_client.id, outstanding.ext, request, view);
}

// The pixels lie in the shared memory: the program is written to from there.
void ReplyPath::imageReply(const MessageView& view, Outstanding& outstanding,
                           std::uint64_t sequence) {
    using namespace wire::shm::GetImageReply;
    const std::size_t length = padded(std::min<std::size_t>(view.get(size), SharedImage::kSize));
    Bytes header = MessageBuilder::reply(m_client.order, 0).finishReply();
    wire::setField(header, m_client.order, core::GetImageReply::depth, view.get(depth));
    wire::setField(header, m_client.order, core::GetImageReply::visual, view.get(visual));
    wire::setField(header, m_client.order, wire::header::replyLength,
                   static_cast<std::uint32_t>(length / 4));
    const MessageView request(outstanding.request, m_client.order, outstanding.bigRequest);
    m_core.link->translator->reply(outstanding.schema->reply, Ext::Core, request, header,
                                   m_client.order);
    deliver(header, sequence, Memory::Passing);
    const ByteView pixels = outstanding.image->bytes().first(length);
    m_client.stream.pin(pixels, std::move(outstanding.image));
}

// A ShmPutImage that was made from a PutImage is done with its memory; the program asked for no
// event.
bool ReplyPath::imageDone(const MessageView& event) {
    const auto& shm = m_core.link->translator->server.of(Ext::Shm);
    const std::uint32_t segment = event.get(wire::shm::CompletionEvent::shmseg);
    if (!shm.present() || event.u8(0) != shm.firstEvent ||
        !m_core.link->utility->range.contains(segment))
        return false;
    for (Outstanding& one : m_client.upstream->outstanding())
        if (one.image && raw(one.image->segment()) == segment) {
            one.image.reset();
            break;
        }
    return true;
}

void ReplyPath::event(std::span<std::byte> message, std::uint64_t sequence) {
    if (imageDone(MessageView(message, m_client.order)))
        return;
    m_core.link->translator->event(message, m_client.order);
    if (isPersonInput(MessageView(message, m_client.order), m_core.face->extensions))
        m_core.lastInput = Clock::now();
    watchHeldInput(MessageView(message, m_client.order));
    const auto code = static_cast<std::uint8_t>(message[0]) & 0x7f;
    if (code == core::kMapNotifyEvent) {
        const MessageView view(message, m_client.order);
        const auto window = m_core.record.find<Window>(xidOf(view, core::MapNotifyEvent::window));
        if (window && window->hushedMap.erase(m_client.id) > 0)
            return;
    }
    const auto firstOfSync = m_core.face->extensions.of(Ext::Sync).firstEvent;
    const bool isSent = (static_cast<std::uint8_t>(message[0]) & 0x80) != 0; // by a program
    if (firstOfSync != 0 && !isSent && code == firstOfSync + wire::sync::kAlarmNotifyEvent) {
        const MessageView view(message, m_client.order);
        const auto alarm =
            m_core.record.find<Alarm>(xidOf(view, wire::sync::AlarmNotifyEvent::alarm));
        if (alarm && alarm->hushed > 0) {
            --alarm->hushed;
            return;
        }
        // What it tells of the time before its program changed it is over.
        if (alarm && (alarm->changedAt == 0 ||
                      (alarm->changedBy == m_client.id &&
                       m_client.upstream->sequence.toClient(sequence) >= alarm->changedAt)))
            alarmFired(*alarm, view);
    }
    const MessageView view(message, m_client.order);
    if (!m_core.lastWords.keep(m_core.record, m_client.id, view, sequence))
        tell(message, sequence);
}

void ReplyPath::watchHeldInput(const MessageView& event) {
    const auto release = m_client.input.see(event, m_core.face->extensions);
    if (!release)
        return;
    for (const auto& [id, other] : m_core.clients)
        if (other.get() != &m_client)
            other->input.releasedElsewhere(*release);
}

void ReplyPath::tell(std::span<std::byte> message, std::uint64_t sequence) {
    const auto code = static_cast<std::uint8_t>(message[0]) & 0x7f;
    if (code >= core::kCreateNotifyEvent && code <= core::kSelectionClearEvent)
        m_core.recorder.event(m_client.id, MessageView(message, m_client.order));
    deliver(message, sequence);
}

void ReplyPath::deliver(std::span<std::byte> message, std::uint64_t sequence, Memory memory) {
    const auto type = static_cast<std::uint8_t>(message[0]) & 0x7f;
    if (type != core::kKeymapNotifyEvent) {
        std::uint64_t number = m_client.upstream->sequence.toClient(sequence);
        // A request that was answered here may have been later: numbers never go back.
        if (type > 1)
            number = std::max(number, m_client.told);
        m_client.told = std::max(number, m_client.told);
        put16(message, wire::header::sequence.offset, static_cast<std::uint16_t>(number),
              m_client.order);
    }
    if (memory == Memory::Staying && m_client.writesAtOnce)
        m_client.stream.lend(message);
    else
        m_client.stream.queue(message);
}

} // namespace entracte::xproxy
