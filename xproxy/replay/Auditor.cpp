#include "xproxy/replay/Auditor.h"

#include <algorithm>
#include <array>

namespace entracte::xproxy {

namespace core_ = wire::core;

namespace {

constexpr std::size_t kMaxName = 60; // bytes of what a program calls its window

std::string_view kindName(ResourceKind kind) {
    static constexpr std::array<std::string_view, 16> kNames = {
        "window",      "pixmap",        "graphics context", "font",       "cursor", "colormap",
        "picture",     "glyph set",     "region",           "counter",    "alarm",  "fence",
        "shm segment", "damage object", "GLX object",       "back buffer"};
    const auto at = static_cast<std::size_t>(kind);
    return at < kNames.size() ? kNames[at] : "thing";
}

// What the person would call it: of what a hostile program wrote only printable letters.
std::string printable(ByteView text) {
    std::string shown;
    for (const std::byte one : text.first(std::min(text.size(), kMaxName))) {
        const auto letter = static_cast<unsigned char>(one);
        if (letter == 0)
            break;
        shown += letter < 0x20 || letter == 0x7f ? '?' : static_cast<char>(letter);
    }
    return shown;
}

} // namespace

Auditor::Answer Auditor::counted(Answer answer) {
    ++m_missing;
    return [self = shared_from_this(), answer = std::move(answer)](const MessageView& reply) {
        --self->m_missing;
        if (answer)
            answer(reply);
    };
}

void Auditor::ask(Bytes request, Answer answer) {
    auto& translator = *core.link->translator;
    const MessageView view(request, wire::kHostOrder);
    const auto ext = core.face->extensions.byMajor(view.u8(0));
    if (!ext || (*ext != Ext::Core && !has(*ext)))
        return;
    const auto* schema = requestSchema(*ext, *ext == Ext::Core ? view.u8(0) : view.u8(1));
    Bytes asked = request;
    translator.request(schema, *ext, request, wire::kHostOrder, false);
    core.link->utility->inject(request, [&translator, schema, ext = *ext, asked = std::move(asked),
                                         answer = counted(std::move(answer))](ByteView reply) {
        Bytes message = copyOf(reply);
        if (!message.empty() && message[0] == std::byte{1} && schema && schema->reply)
            translator.reply(schema->reply, ext, MessageView(asked, wire::kHostOrder), message,
                             wire::kHostOrder);
        answer(MessageView(message, wire::kHostOrder));
    });
}

void Auditor::askAs(Client& client, Bytes request, Answer answer) {
    const MessageView view(request, client.order);
    const auto ext = core.face->extensions.byMajor(view.u8(0));
    if (!client.upstream || !ext || (*ext != Ext::Core && !has(*ext)))
        return;
    auto& translator = *core.link->translator;
    const auto* schema = requestSchema(*ext, *ext == Ext::Core ? view.u8(0) : view.u8(1));
    const Bytes asked = request;
    m_requests.injectAs(
        client, std::move(request), false,
        [&translator, schema, ext = *ext, asked, order = client.order,
         answer = counted(std::move(answer))](ByteView reply) {
            Bytes message = copyOf(reply);
            if (!message.empty() && message[0] == std::byte{1} && schema && schema->reply)
                translator.reply(schema->reply, ext, MessageView(asked, order), message, order);
            answer(MessageView(message, order));
        });
}

std::string Auditor::nameOf(const Resource& thing) const {
    std::string name = fmt::format("{} {:#x}", kindName(thing.kind), raw(thing.id));
    if (thing.kind == ResourceKind::Window) {
        const auto& properties = static_cast<const Window&>(thing).properties;
        for (const std::uint32_t atom : {core_::Atom::WM_CLASS, core_::Atom::WM_NAME}) {
            const auto found = properties.find(ClientAtom{atom});
            if (found != properties.end() && found->second.format == 8)
                return name + " '" + printable(found->second.data) + "'";
        }
    }
    return thing.owner == kNobody ? name : name + fmt::format(" of client {}", thing.owner);
}

std::string Auditor::nameOf(ClientAtom atom) const {
    const auto name = textOf(atom);
    return name.empty() ? fmt::format("atom {}", raw(atom)) : printable(bytesOf(name));
}

void Auditor::different(std::string line, std::string_view rule) {
    if (rule.empty())
        report.differs(std::move(line));
    else
        report.allowed(rule, std::move(line));
}

void Auditor::number(const std::string& about, std::string_view fact, std::int64_t recorded,
                     std::int64_t found, std::string_view rule) {
    report.compared();
    if (recorded != found)
        different(
            fmt::format("{}: {}: recorded {}, the server has {}", about, fact, recorded, found),
            rule);
}

void Auditor::bytes(const std::string& about, std::string_view fact, ByteView recorded,
                    ByteView found, std::string_view rule) {
    report.compared();
    if (std::ranges::equal(recorded, found))
        return;
    const auto at = std::ranges::mismatch(recorded, found).in1 - recorded.begin();
    different(fmt::format("{}: {}: recorded {} bytes, the server has {}, the first that differs is "
                          "number {}",
                          about, fact, recorded.size(), found.size(), at),
              rule);
}

void Auditor::missing(const std::string& about, std::string_view rule) {
    different(about + ": not there", rule);
}

} // namespace entracte::xproxy
