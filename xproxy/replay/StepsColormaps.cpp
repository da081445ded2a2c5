// Colormaps. The screen's own may have been used by others of its programs: where a pixel is not to
// be had, a colormap of the proxy's takes its place.

#include "xproxy/proxy/Log.h"
#include "xproxy/replay/ColorFiller.h"
#include "xproxy/replay/Steps.h"

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

void create(ReplayContext& c, Client& owner, const Colormap& colormap) {
    c.send(owner, c.as(owner, core::kCreateColormap, colormap.alloc)
                      .u32(raw(colormap.id))
                      .u32(raw(c.record.roots.front()))
                      .u32(colormap.visual)
                      .finish());
}

void fillScreens(ReplayContext& c, const std::shared_ptr<const Colormap>& colormap) {
    const auto present = std::make_shared<ColorFiller>(c, colormap);
    present->beScreens();
    present->takeWhatIsFree();
    if (!c.barrier())
        return;
    present->lookAtOthers();
    if (present->fill())
        return;
    logLine("the screen's colormap has other cells: another takes its place");
    auto& link = *c.core.link;
    link.screenColormap = link.freshUtilityId();
    link.utility->inject(c.asProxy(core::kCreateColormap)
                             .u32(raw(link.screenColormap))
                             .u32(raw(link.translator->xids.toServer(c.record.roots.front())))
                             .u32(link.translator->visuals.toServer(colormap->visual))
                             .finish());
    link.translator->xids.fix(colormap->id, link.screenColormap);
    const auto own = std::make_shared<ColorFiller>(c, colormap);
    own->takeAll();
    own->keepOthersOf(*present);
    if (!own->fill())
        logLine("not every cell of the screen's colormap could be made again");
    // Who has no window manager to do it sees it at once.
    c.sendAsProxy(c.asProxy(core::kInstallColormap).u32(raw(colormap->id)).finish());
}

} // namespace

void replayColormaps(ReplayContext& c) {
    const auto all = c.record.all<Colormap>();
    bool anyCells = false;
    for (const auto& colormap : all)
        if (Client* owner = c.client(colormap->owner)) {
            create(c, *owner, *colormap);
            anyCells = anyCells || colormap->cells;
            if (colormap->cells && colormap->hasAllCells())
                std::make_shared<ColorFiller>(c, colormap)->storeAs(*owner);
        }
    if (anyCells && !c.barrier())
        return; // the next one says so
    for (const auto& colormap : all) {
        if (!colormap->cells || colormap->cells->isUntouched() || colormap->hasAllCells())
            continue;
        if (colormap->isScreens()) {
            fillScreens(c, colormap);
        } else if (c.client(colormap->owner)) {
            const auto filler = std::make_shared<ColorFiller>(c, colormap);
            filler->takeAll();
            if (!filler->fill())
                logLine("not every cell of colormap {:#x} could be made again", raw(colormap->id));
        }
    }
}

} // namespace entracte::xproxy
