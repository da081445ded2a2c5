// What a server that was lost had not answered, or not told the end of.

#include "xproxy/proxy/RequestPath.h"
#include "xproxy/state/RequestTable.h"

#include <algorithm>
#include <ranges>

namespace entracte::xproxy {

namespace core = wire::core;
namespace shm = wire::shm;
namespace xinput = wire::xinput;

namespace {

// Whether it may be done on another server. What changes the screen for everybody was meant for
// that screen, unless nobody else is on the new one; of a very long one nothing was kept.
bool mayAskAgain(const Outstanding& unanswered, bool own) {
    if (unanswered.request.empty() || !unanswered.schema)
        return !unanswered.request.empty();
    const std::uint8_t opcode = unanswered.schema->number;
    if (unanswered.ext == Ext::Core &&
        (opcode == core::kSetPointerMapping || opcode == core::kSetModifierMapping))
        return own;
    const RequestRule* rule = ruleOf(unanswered.ext, opcode);
    return !rule || rule->fate != Fate::ScreenWide;
}

// What the program wants undone, or made anew, of that which it has not been answered yet.
bool undoes(const Outstanding& asked, ByteOrder order, Ext ext, const MessageView& now) {
    if (asked.injected || asked.request.empty() || !asked.schema)
        return false;
    const MessageView before(asked.request, order, asked.bigRequest);
    const std::uint8_t opcode = asked.schema->number;
    // The core's end of a grab ends XI2's of the same device as well.
    if (ext == Ext::Core && asked.ext == Ext::XInput && opcode == xinput::kXIGrabDevice) {
        constexpr std::uint16_t kCorePointer = 2, kCoreKeyboard = 3;
        const auto device = before.get(xinput::XIGrabDevice::deviceid);
        return (now.u8(0) == core::kUngrabPointer && device == kCorePointer) ||
               (now.u8(0) == core::kUngrabKeyboard && device == kCoreKeyboard);
    }
    if (asked.ext != ext)
        return false;
    if (ext == Ext::XInput)
        return now.u8(1) == xinput::kXIUngrabDevice && opcode == xinput::kXIGrabDevice &&
               now.get(xinput::XIUngrabDevice::deviceid) ==
                   before.get(xinput::XIGrabDevice::deviceid);
    if (ext != Ext::Core)
        return false;
    switch (now.u8(0)) {
    case core::kUngrabPointer:
        return opcode == core::kGrabPointer;
    case core::kUngrabKeyboard:
        return opcode == core::kGrabKeyboard;
    case core::kChangeProperty:
        return now.u8(1) == core::PropMode::Replace && opcode == core::kGetProperty &&
               before.get(core::GetProperty::delete_) != 0 &&
               before.get(core::GetProperty::window) == now.get(core::ChangeProperty::window) &&
               before.get(core::GetProperty::property) == now.get(core::ChangeProperty::property);
    default:
        return false;
    }
}

bool mayUndo(Ext ext, std::uint8_t opcode) {
    return ext == Ext::Core ? opcode == core::kUngrabPointer || opcode == core::kUngrabKeyboard ||
                                  opcode == core::kChangeProperty
                            : ext == Ext::XInput && opcode == xinput::kXIUngrabDevice;
}

} // namespace

bool RequestPath::undoesUnanswered(Client& client, Ext ext, std::uint8_t opcode,
                                   const MessageView& view) {
    constexpr std::size_t kFarBack = 512; // no program asks for so much in between
    bool found = false;
    if (mayUndo(ext, opcode))
        for (Outstanding& one :
             client.upstream->outstanding() | std::views::reverse | std::views::take(kFarBack))
            if (undoes(one, client.order, ext, view))
                found = one.undone = true;
    return found;
}

void RequestPath::keepOwed(Client& client) {
    Upstream& upstream = *client.upstream;
    client.sequence = upstream.sequence.clientSequence();
    bool anyUndone = false; // of those that are asked again
    for (auto& one : upstream.outstanding())
        if (!one.injected && (one.blocks || (one.undoes && anyUndone && !one.request.empty()) ||
                              (one.schema && one.schema->hasReply) || !one.substitute.empty())) {
            anyUndone = anyUndone || one.undone;
            client.unanswered.push_back(std::move(one));
        }
    for (const auto& request : upstream.owedEvents.take(upstream.sequence.seen())) {
        Outstanding note;
        note.substitute = eventOwed(request, client.order, m_core.record, m_core.face->extensions);
        if (note.substitute.empty())
            continue;
        note.clientSequence = request.client;
        note.ext = request.ext;
        note.request = copyOf(request.message());
        client.unanswered.push_back(std::move(note));
    }
    std::ranges::stable_sort(client.unanswered, {}, &Outstanding::clientSequence);
}

void RequestPath::reissue(Client& client) {
    bool blocked = false;
    // In their order, so that the program's numbers never go back.
    for (auto& unanswered : client.unanswered) {
        unanswered.image.reset();
        blocked = blocked || unanswered.blocks;
        if (unanswered.substitute.empty() && !mayAskAgain(unanswered, m_core.link->own)) {
            constexpr std::uint8_t kBadAlloc = 11;
            const auto* schema = unanswered.schema;
            const bool isCore = unanswered.ext == Ext::Core;
            unanswered.substitute = makeError(
                client.order, kBadAlloc, 0,
                isCore ? schema->number : m_core.face->extensions.of(unanswered.ext).major,
                isCore ? 0 : schema->number);
        }
        Bytes message = unanswered.request;
        if (unanswered.substitute.empty()) {
            m_core.link->translator->request(unanswered.schema, unanswered.ext, message,
                                             client.order, unanswered.bigRequest);
        } else {
            if (unanswered.ext == Ext::Shm && !message.empty())
                drawAgain(client, std::move(message));
            message = MessageBuilder::request(client.order, core::kGetInputFocus, 0).finish();
        }
        client.upstream->passAgain(message, std::move(unanswered));
    }
    client.unanswered.clear();
    client.upstream->sequence.skipTo(client.sequence);
    if (blocked)
        holdWhileBlocked(client);
}

// The program has left its memory as it was, and takes what it drew for drawn.
void RequestPath::drawAgain(Client& client, Bytes image) {
    const MessageView view(image, client.order);
    for (const auto field : {shm::PutImage::drawable, shm::PutImage::gc, shm::PutImage::shmseg})
        if (!m_core.record.exists(xidOf(view, field)))
            return;
    wire::setField(image, client.order, shm::PutImage::send_event, 0);
    injectAs(client, std::move(image));
}

} // namespace entracte::xproxy
