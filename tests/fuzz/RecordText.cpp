#include "tests/fuzz/RecordText.h"

#include "xproxy/state/WindowTree.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace entracte::fuzz {

using namespace xproxy;

namespace {

std::uint64_t hash(ByteView bytes) {
    return digest(bytes);
}

std::string valuesOf(const ValueList& list, std::uint32_t which) {
    std::string text;
    for (unsigned bit = 0; bit < 32; ++bit)
        if (list.mask & which & (1u << bit))
            text += fmt::format(" {}={:#x}", bit, list.values[bit]);
    return text;
}

// One whose pixels were lost with their server is made again as an empty bitmap.
std::size_t kindOf(const Cursor& cursor) {
    const auto* picture = std::get_if<PictureCursor>(&cursor.source);
    const bool isLost = picture && !(picture->source && picture->source->valid);
    return isLost ? decltype(cursor.source)(BitmapCursor()).index() : cursor.source.index();
}

class Text {
public:
    explicit Text(const Record& record) : m_record(record) {}

    void windows() {
        namespace CW = wire::core::CW;
        // Pixmaps and cursors may be named otherwise for the moment of the replay; a border may be
        // spelled out, a colormap may be spare.
        constexpr std::uint32_t kPlain = CW::BackPixel | CW::BitGravity | CW::WinGravity |
                                         CW::BackingStore | CW::BackingPlanes | CW::BackingPixel |
                                         CW::OverrideRedirect | CW::SaveUnder | CW::DontPropagate;
        constexpr std::uint32_t kOfInputOnly =
            CW::WinGravity | CW::DontPropagate | CW::OverrideRedirect;
        for (const auto& window : m_record.all<Window>()) {
            std::string children;
            for (const ClientXid child : window->children)
                children += fmt::format(" {:x}", raw(child));
            line("window {:x} children{}", raw(window->id), children);
            for (const auto& [client, mask] : window->eventMasks)
                line("window {:x} mask {} {:x}", raw(window->id), client, mask);
            properties(*window);
            if (windowtree::isRoot(m_record, window->id))
                continue;
            line("window {:x} parent {:x} at {},{} {}x{}+{} depth {} class {} mapped {}",
                 raw(window->id), raw(window->parent), window->x, window->y, window->width,
                 window->height, window->borderWidth, window->depth, window->windowClass,
                 window->mapped);
            line("window {:x} attributes{}", raw(window->id),
                 valuesOf(window->attributes, window->isInputOnly() ? kOfInputOnly : kPlain));
        }
    }

    void drawing() {
        for (const auto& pixmap : m_record.all<Pixmap>())
            if (pixmap->ofWindow == ClientXid::None)
                line("pixmap {:x} {}x{} depth {} shared {}", raw(pixmap->id), pixmap->width,
                     pixmap->height, pixmap->depth, pixmap->segment != nullptr);
        namespace GC = wire::core::GC;
        constexpr std::uint32_t kNamed = GC::Tile | GC::Stipple | GC::Font | GC::ClipMask;
        for (const auto& gc : m_record.all<GContext>())
            if (gc->depth != 0) {
                auto values = gc->values;
                if (!values.has(GC::Foreground)) // as it is in a new one; the replay may say so
                    values.set(GC::Foreground, 0);
                line("gc {:x} depth {}{} dashes {:x}", raw(gc->id), gc->depth,
                     valuesOf(values, ~kNamed), hash(gc->dashes));
            }
        for (const auto& font : m_record.all<Font>())
            line("font {:x} {:x}", raw(font->id), hash(bytesOf(font->name)));
        for (const auto& cursor : m_record.all<Cursor>())
            line("cursor {:x} kind {} named {:x}", raw(cursor->id), kindOf(*cursor),
                 hash(bytesOf(cursor->name)));
        for (const auto& colormap : m_record.all<Colormap>())
            line("colormap {:x} visual {:x}", raw(colormap->id), colormap->visual);
        for (const auto& set : m_record.all<GlyphSet>())
            for (const auto& [id, glyph] : set->store->glyphs)
                line("glyph {:x} {} {:x}", raw(set->id), id, hash(glyph.image));
        for (const auto& region : m_record.all<Region>())
            line("region {:x}", raw(region->id));
    }

    void others() {
        for (const auto& counter : m_record.all<Counter>())
            line("counter {:x} {}", raw(counter->id), counter->value);
        for (const auto& alarm : m_record.all<Alarm>())
            line("alarm {:x} test {} delta {}", raw(alarm->id), alarm->testType, alarm->delta);
        for (const auto& fence : m_record.all<Fence>())
            line("fence {:x} {}", raw(fence->id), fence->triggered);
        for (const auto& [selection, owner] : m_record.selections)
            line("selection {} {:x} {}", raw(selection), raw(owner.window), owner.client);
        for (const auto& [id, client] : m_record.clients) {
            if (id != kNobody)
                line("client {} priority {}", id, client.priority);
            for (const ClientXid window : client.saveSet)
                if (m_record.exists(window))
                    line("saved {} {:x}", id, raw(window));
        }
        // A setting of what is no window was refused by the server. What nobody has set is the
        // proxy's own: it listens to the keyboard.
        const auto counts = [&](const StickyKey& key) {
            return key.client != kNobody &&
                   (key.object == ClientXid::None || m_record.find<Window>(key.object));
        };
        for (const auto& entry : m_record.sticky.inOrder())
            if (counts(entry.key))
                line("setting {} {:x} {}.{} {:x}: {:x}", entry.key.client, raw(entry.key.object),
                     static_cast<int>(entry.key.ext), entry.key.opcode, entry.key.detail,
                     hash(entry.request->request));
    }

    std::vector<std::string> take() {
        std::ranges::sort(m_lines);
        return std::move(m_lines);
    }

private:
    template <typename... Values>
    void line(fmt::format_string<Values...> format, Values&&... values) {
        m_lines.push_back(fmt::format(format, std::forward<Values>(values)...));
    }

    void properties(const Window& window) {
        for (const auto& [name, value] : window.properties) {
            // Hints tell a window manager where a window was, for its first seconds.
            if (name == ClientAtom{wire::core::Atom::WM_NORMAL_HINTS} ||
                name == ClientAtom{wire::core::Atom::WM_HINTS})
                continue;
            line("property {:x} {} type {} format {} {:x}", raw(window.id), raw(name),
                 raw(value.type), value.format, hash(value.data));
        }
    }

    const Record& m_record;
    std::vector<std::string> m_lines;
};

} // namespace

std::vector<std::string> textOf(const Record& record) {
    Text text(record);
    text.windows();
    text.drawing();
    text.others();
    return text.take();
}

} // namespace entracte::fuzz
