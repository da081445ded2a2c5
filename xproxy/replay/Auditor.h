#pragma once

// What every part of an audit works with: questions in the programs' world, asked on the proxy's
// own connection or as a program, all at once; and the comparison of an answer with the record.
// Lives as long as an answer is missing: each question holds it.

#include "xproxy/proxy/Core.h"
#include "xproxy/proxy/RequestPath.h"
#include "xproxy/replay/AuditReport.h"

#include <fmt/format.h>

#include <memory>

namespace entracte::xproxy {

// Why something may differ. Each is counted and told by its sentence.
namespace auditrule {
inline constexpr std::string_view kManagerPlaces =
    "the screen's window manager decides place, size, border, stacking and mapping of this window";
inline constexpr std::string_view kManagerTells =
    "the screen's window manager writes this property of the windows that it manages";
inline constexpr std::string_view kManagerListens =
    "the screen's window manager decides what its windows' events tell it";
inline constexpr std::string_view kEarlierTime =
    "a time of an earlier server stands for the moment of arrival at this one";
inline constexpr std::string_view kNamesNothing =
    "what stands in the place of a window never was one";
inline constexpr std::string_view kManagerFocuses =
    "the screen's window manager gives the input focus";
inline constexpr std::string_view kPlacingHints =
    "hints by which the window manager puts the window where it was, for its first seconds";
inline constexpr std::string_view kSharedRoot =
    "other programs of the screen write on the root window";
inline constexpr std::string_view kForeignChildren =
    "windows of programs that are not of the session";
inline constexpr std::string_view kNotYetCaptured = "changed since the last background capture";
inline constexpr std::string_view kNotViewable = "the window with the focus is not on the screen";
} // namespace auditrule

class Auditor : public std::enable_shared_from_this<Auditor> {
public:
    Auditor(Core& core, RequestPath& requests)
        : core(core), record(core.record), m_requests(requests) {}

    Core& core;
    const Record& record;
    AuditReport report;
    // A window manager that is none of the session's programs rules the root.
    bool strangerManages = false;

    // First byte 1: the reply, in the programs' world; 0: an error; empty: neither, it was done.
    using Answer = std::function<void(const MessageView&)>;
    // Whether the server has the extension at all.
    bool has(Ext ext) const { return core.link->translator->server.of(ext).present(); }
    MessageBuilder asProxy(std::uint8_t major, std::uint8_t second = 0) const {
        return MessageBuilder::request(wire::kHostOrder, major, second);
    }
    MessageBuilder asProxy(Ext ext, std::uint8_t minor) const {
        return asProxy(core.face->extensions.of(ext).major, minor);
    }
    void ask(Bytes request, Answer answer = {});
    // The same in a program's byte order, as that program. Nothing happens when it has no server.
    static MessageBuilder as(const Client& client, std::uint8_t major, std::uint8_t second = 0) {
        return MessageBuilder::request(client.order, major, second);
    }
    MessageBuilder as(const Client& client, Ext ext, std::uint8_t minor) const {
        return as(client, core.face->extensions.of(ext).major, minor);
    }
    void askAs(Client& client, Bytes request, Answer answer = {});
    Client* client(ClientId id) const {
        Client* found = core.client(id);
        return found && found->upstream && !found->awaits ? found : nullptr;
    }
    bool answered() const { return m_missing == 0; }

    // A name for people: kind, number, and whose it is.
    std::string nameOf(const Resource& thing) const;
    std::string nameOf(ClientAtom atom) const;
    // The atom's own name; empty when it is not known.
    std::string_view textOf(ClientAtom atom) const {
        return raw(atom) <= kLastPredefinedAtom ? predefinedAtomName(raw(atom))
                                                : record.atoms.nameOf(atom);
    }

    // Compares a number; with a `rule` a difference is allowed.
    void number(const std::string& about, std::string_view fact, std::int64_t recorded,
                std::int64_t found, std::string_view rule = {});
    void bytes(const std::string& about, std::string_view fact, ByteView recorded, ByteView found,
               std::string_view rule = {});
    // Something that must exist does not.
    void missing(const std::string& about, std::string_view rule = {});
    void different(std::string line, std::string_view rule = {});

private:
    Answer counted(Answer answer);

    RequestPath& m_requests;
    std::size_t m_missing = 0;
};

// The parts of an audit. Each sends its questions.
void auditWindows(Auditor& auditor);
void auditProperties(Auditor& auditor);
void auditShapes(Auditor& auditor);
void auditResources(Auditor& auditor);
void auditSyncObjects(Auditor& auditor);
void auditSelectionsAndFocus(Auditor& auditor);
void auditEventSelections(Auditor& auditor);
void auditGrabs(Auditor& auditor);
void auditAtoms(Auditor& auditor);
void auditPixels(Auditor& auditor);

} // namespace entracte::xproxy
