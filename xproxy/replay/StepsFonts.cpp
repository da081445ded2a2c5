// Fonts by their names. A server may lack one, or mean another by the name: then the likest that it
// has is opened in its place, so that programs go on to write, in their places.

#include "xproxy/proxy/Log.h"
#include "xproxy/replay/FontMatch.h"
#include "xproxy/replay/Steps.h"

#include <algorithm>
#include <limits>

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

constexpr const char* kAlwaysThere = "fixed"; // no X server starts without it
constexpr std::size_t kCandidates = 12;
constexpr std::size_t kMostSearched = 64; // names for which the server's list is looked through

using Wanted = std::map<std::string, std::optional<FontMetrics>>;

MessageBuilder request(std::uint8_t major) {
    return MessageBuilder::request(wire::kHostOrder, major, 0);
}

// Every font that something of the record still draws with.
Wanted wantedFonts(const Record& record) {
    Wanted wanted;
    const auto add = [&wanted](const FontRef& font) {
        if (font && (!wanted.contains(font->name) || font->metrics))
            wanted[font->name] = font->metrics;
    };
    std::ranges::for_each(record.all<Font>(), add);
    for (const auto& gc : record.all<GContext>())
        add(gc->font);
    for (const auto& cursor : record.all<Cursor>())
        if (const auto* glyphs = std::get_if<GlyphCursor>(&cursor->source)) {
            add(glyphs->source);
            add(glyphs->mask);
        }
    return wanted;
}

// Opened and asked as the proxy itself; what is not there has no entry. Answers may come when
// nobody waits for them any more.
class Tried {
public:
    explicit Tried(ReplayContext& c) : m_c(c), m_id(c.core.link->freshUtilityId()) {}

    void ask(const std::string& name) {
        if (name.empty() || !m_asked.insert(name).second)
            return;
        Upstream& utility = *m_c.core.link->utility;
        utility.inject(request(core::kOpenFont)
                           .u32(raw(m_id))
                           .u16(static_cast<std::uint16_t>(name.size()))
                           .pad(2)
                           .bytes(bytesOf(name))
                           .finish());
        utility.inject(request(core::kQueryFont).u32(raw(m_id)).finish(),
                       [there = m_there, name](ByteView answer) {
                           const MessageView reply(answer, wire::kHostOrder);
                           if (reply.u8(0) == 1)
                               (*there)[name] = readFont(reply).metrics;
                       });
        utility.inject(request(core::kCloseFont).u32(raw(m_id)).finish());
    }
    const FontMetrics* find(const std::string& name) const {
        const auto found = m_there->find(name);
        return found == m_there->end() ? nullptr : &found->second;
    }

private:
    ReplayContext& m_c;
    ServerXid m_id;
    std::set<std::string> m_asked;
    using There = std::map<std::string, FontMetrics>;
    std::shared_ptr<There> m_there = std::make_shared<There>();
};

bool isAsWanted(const FontMetrics* there, const std::optional<FontMetrics>& wanted) {
    return there && (!wanted || there->looksLike(*wanted));
}

std::vector<std::string> namesIn(const MessageView& reply) {
    std::vector<std::string> names;
    std::size_t at = core::ListFontsReply::kFixedSize;
    for (unsigned i = 0; i < reply.get(core::ListFontsReply::names_len) && at < reply.size(); ++i) {
        const std::size_t length = reply.u8(at);
        names.push_back(textOf(reply.part(at + 1, length)));
        at += 1 + length;
    }
    return names;
}

} // namespace

void matchFonts(ReplayContext& c) {
    const Wanted wanted = wantedFonts(c.record);
    if (wanted.empty())
        return;
    Tried tried(c);
    for (const auto& [name, metrics] : wanted) {
        tried.ask(name);
        if (metrics)
            tried.ask(metrics->fullName); // the name may be a short one, of something else here
    }
    tried.ask(kAlwaysThere);
    if (!c.barrier())
        return; // the next step's tells why
    std::map<std::string, std::vector<std::string>> candidates;
    for (const auto& [name, metrics] : wanted) {
        if (isAsWanted(tried.find(name), metrics))
            continue;
        if (metrics && isAsWanted(tried.find(metrics->fullName), metrics))
            c.fontNames[name] = metrics->fullName;
        else if (candidates.size() < kMostSearched)
            candidates[name] = {};
        else if (!tried.find(name))
            c.fontNames[name] = kAlwaysThere;
    }
    if (candidates.empty())
        return;
    const auto listed = std::make_shared<std::vector<std::string>>();
    c.core.link->utility->inject(
        request(core::kListFonts).u16(0xffff).u16(1).bytes(bytesOf("*")).finish(),
        [listed](ByteView answer) {
            const MessageView reply(answer, wire::kHostOrder);
            if (reply.u8(0) == 1)
                *listed = namesIn(reply);
        });
    if (!c.barrier())
        return;
    for (auto& [name, found] : candidates) {
        found = likeNames(name, wanted.at(name).value_or(FontMetrics{}), *listed, kCandidates);
        std::ranges::for_each(found, [&](const std::string& one) { tried.ask(one); });
    }
    if (!c.barrier())
        return;
    for (auto& [name, found] : candidates) {
        const auto& metrics = wanted.at(name);
        // The name's own first: where nothing is liker, it is that.
        found.insert(found.begin(), name);
        found.emplace_back(kAlwaysThere);
        int best = std::numeric_limits<int>::max();
        std::string chosen = kAlwaysThere;
        for (const auto& one : found) {
            const FontMetrics* there = tried.find(one);
            // Of what nothing is known, the name alone tells.
            const int far = !there ? best : metrics ? distance(*there, *metrics) : 0;
            if (there && far < best) {
                best = far;
                chosen = one;
            }
        }
        if (chosen != name)
            c.fontNames[name] = chosen;
        logLine("font \"{}\" is {} on this server: \"{}\" is taken", name,
                tried.find(name) ? "another" : "not", chosen);
    }
}

void replayFonts(ReplayContext& c) {
    for (const auto& font : c.record.all<Font>())
        if (Client* owner = c.client(font->owner))
            c.openFont(*owner, *font, font->id);
}

} // namespace entracte::xproxy
