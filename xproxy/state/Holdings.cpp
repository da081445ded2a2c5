#include "xproxy/state/Holdings.h"

namespace entracte::xproxy {

namespace {

class Tally {
public:
    explicit Tally(std::map<ClientId, Holdings>& all) : m_all(all) {}

    template <typename T>
    Holdings& made(const T& resource) {
        Holdings& its = m_all[resource.owner];
        its.bytes += sizeof(T);
        return its;
    }
    void image(Holdings& its, const ImageRef& image) {
        if (image && m_counted.insert(image.get()).second)
            its.bytes += image->data.size();
    }
    void glyphs(Holdings& its, const std::shared_ptr<GlyphStore>& store) {
        if (!store || !m_counted.insert(store.get()).second)
            return;
        for (const auto& [id, glyph] : store->glyphs)
            its.bytes += sizeof glyph + glyph.image.size();
    }

private:
    std::map<ClientId, Holdings>& m_all;
    std::set<const void*> m_counted;
};

void countWindow(std::map<ClientId, Holdings>& all, Tally& tally, const Window& window) {
    Holdings& its = tally.made(window);
    ++its.windows;
    for (const auto& shape : window.shapes)
        its.bytes += shape ? shape->size() : 0;
    for (const auto& [name, property] : window.properties)
        all[property.setter].bytes += sizeof property + property.data.size();
}

void countPixmap(Tally& tally, const Pixmap& pixmap) {
    Holdings& its = tally.made(pixmap);
    ++its.pixmaps;
    tally.image(its, pixmap.image);
}

void countCursor(Tally& tally, const Cursor& cursor) {
    Holdings& its = tally.made(cursor);
    ++its.others;
    if (const auto* bitmap = std::get_if<BitmapCursor>(&cursor.source)) {
        tally.image(its, bitmap->source);
        tally.image(its, bitmap->mask);
    } else if (const auto* picture = std::get_if<PictureCursor>(&cursor.source)) {
        tally.image(its, picture->source);
    }
}

void countPicture(Tally& tally, const Picture& picture) {
    Holdings& its = tally.made(picture);
    ++its.others;
    its.bytes += picture.sourceRequest.size() + picture.clip.request.size() +
                 picture.transform.request.size() + picture.filter.request.size();
}

template <typename... Kinds>
void countOthers(const Record& record, Tally& tally) {
    const auto count = [&](const auto& all) {
        for (const auto& one : all)
            ++tally.made(*one).others;
    };
    (count(record.all<Kinds>()), ...);
}

} // namespace

std::map<ClientId, Holdings> holdingsOf(const Record& record) {
    std::map<ClientId, Holdings> all;
    for (const auto& [id, client] : record.clients)
        all[id].bytes = sizeof client;
    Tally tally(all);
    for (const auto& window : record.all<Window>())
        countWindow(all, tally, *window);
    for (const auto& pixmap : record.pixelHolders())
        countPixmap(tally, *pixmap);
    for (const auto& cursor : record.all<Cursor>())
        countCursor(tally, *cursor);
    for (const auto& picture : record.all<Picture>())
        countPicture(tally, *picture);
    for (const auto& set : record.all<GlyphSet>()) {
        Holdings& its = tally.made(*set);
        ++its.others;
        tally.glyphs(its, set->store);
    }
    for (const auto& colormap : record.all<Colormap>()) {
        Holdings& its = tally.made(*colormap);
        ++its.others;
        its.bytes += colormap->cells ? colormap->cells->bytes() : 0;
    }
    for (const auto& region : record.all<Region>()) {
        Holdings& its = tally.made(*region);
        ++its.others;
        its.bytes += region->shape->rectangles.size();
    }
    countOthers<GContext, Font, Counter, Alarm, Fence, Damage, ShmSegment, GlxObject>(record,
                                                                                      tally);
    for (const auto& entry : record.sticky.inOrder())
        all[entry.key.client].bytes += sizeof entry + entry.request->request.size();
    return all;
}

} // namespace entracte::xproxy
