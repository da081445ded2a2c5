#include "xproxy/replay/ServerMatch.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace entracte::xproxy {

namespace {

Status unsuitable(std::string what) {
    return fail(ErrorCode::ScreenUnavailable, "The X server lacks what the programs use: " + what,
                {}, "Choose another screen");
}

std::set<std::uint8_t> usedDepths(const Record& record) {
    std::set<std::uint8_t> depths;
    for (const auto& pixmap : record.all<Pixmap>())
        depths.insert(pixmap->depth);
    for (const auto& window : record.all<Window>())
        if (window->depth != 0)
            depths.insert(window->depth);
    return depths;
}

std::set<std::uint32_t> usedVisuals(const Record& record) {
    std::set<std::uint32_t> visuals;
    for (const auto& window : record.all<Window>())
        if (!window->isInputOnly())
            visuals.insert(window->visual);
    return visuals;
}

// As the protocol calls it (section 8 "Server Response").
std::string className(std::uint8_t visualClass) {
    static constexpr std::array kNames = {"StaticGray",  "GrayScale", "StaticColor",
                                          "PseudoColor", "TrueColor", "DirectColor"};
    return visualClass < kNames.size() ? kNames[visualClass] : "that it has";
}

// The server's visual that means the same; 0: none.
std::uint32_t likeVisual(const SetupInfo& server, std::uint8_t depth, const VisualType& wanted) {
    for (const auto& screen : server.screens) {
        std::uint32_t found = 0;
        for (const auto& candidates : screen.depths)
            if (candidates.depth == depth)
                for (const auto& visual : candidates.visuals)
                    if (visual.looksLike(wanted) && (found == 0 || visual.id == screen.rootVisual))
                        found = visual.id;
        if (found != 0)
            return found;
    }
    return 0;
}

template <typename Visit>
void forEachVisual(const SetupInfo& setup, Visit visit) {
    for (const auto& screen : setup.screens)
        for (const auto& depth : screen.depths)
            for (const auto& visual : depth.visuals)
                visit(depth.depth, visual);
}

// A server with GLX has many visuals that mean the same: the first of ours is the first of theirs,
// the second the second; what is left over becomes the one that is most likely the root's.
void matchVisuals(NumberMap& map, const SetupInfo& known, const SetupInfo& server) {
    std::set<std::uint32_t> taken;
    forEachVisual(known, [&](std::uint8_t depth, const VisualType& visual) {
        if (map.hasClient(visual.id)) {
            taken.insert(map.toServer(visual.id));
            return;
        }
        std::uint32_t like = 0;
        forEachVisual(server, [&](std::uint8_t theirDepth, const VisualType& candidate) {
            if (like == 0 && theirDepth == depth && candidate.looksLike(visual) &&
                !taken.contains(candidate.id))
                like = candidate.id;
        });
        if (like == 0)
            like = likeVisual(server, depth, visual);
        if (like == 0)
            return;
        taken.insert(like);
        map.match(visual.id, like);
    });
}

// The first of one with the first of the other, and so on; what the programs have not seen gets a
// number that none of theirs has.
void matchInOrder(NumberMap& map, std::vector<std::uint32_t>& known,
                  const std::vector<std::uint32_t>& server) {
    std::uint32_t fresh = 0x1000;
    for (const std::uint32_t number : known)
        fresh = std::max(fresh, number + 1);
    for (std::size_t i = 0; i < server.size(); ++i) {
        if (i >= known.size())
            known.push_back(fresh++);
        map.match(known[i], server[i]);
    }
}

void matchDevices(NumberMap& map, const std::vector<ServerFace::Device>& known,
                  const std::vector<ServerFace::Device>& server) {
    // Use: 1 and 2 masters, 3 and 4 slaves, 5 floating (XI2 protocol, "XIQueryDevice").
    for (std::uint16_t use = 1; use <= 5; ++use) {
        std::vector<std::uint16_t> theirs;
        std::vector<std::uint16_t> ours;
        for (const auto& device : server)
            if (device.use == use)
                theirs.push_back(device.id);
        for (const auto& device : known)
            if (device.use == use)
                ours.push_back(device.id);
        if (theirs.empty() || ours.empty())
            continue;
        for (std::size_t i = 0; i < std::max(theirs.size(), ours.size()); ++i)
            map.match(ours[std::min(i, ours.size() - 1)], theirs[std::min(i, theirs.size() - 1)]);
    }
}

// 0: it has none by this name.
std::uint32_t systemCounter(const ServerFace& face, const std::string& name) {
    const auto found =
        std::ranges::find(face.systemCounters, name, &ServerFace::SystemCounter::name);
    return found == face.systemCounters.end() ? 0 : found->id;
}

// By name; a device's idle time has that device's number in it.
std::string counterName(const Translator& translator, const std::string& known) {
    static const std::string kOfDevice = "DEVICEIDLETIME ";
    std::uint32_t device = 0;
    if (!known.starts_with(kOfDevice) ||
        std::from_chars(known.data() + kOfDevice.size(), known.data() + known.size(), device).ec !=
            std::errc())
        return known;
    return kOfDevice + std::to_string(translator.devices.toServer(device));
}

void matchSystemCounters(Translator& translator, const ServerFace& known,
                         const ServerFace& server) {
    // Several of ours may be one of theirs, which is then the first of ours.
    for (auto counter = known.systemCounters.rbegin(); counter != known.systemCounters.rend();
         ++counter)
        if (const auto theirs = systemCounter(server, counterName(translator, counter->name)))
            translator.xids.fix(ClientXid{counter->id}, ServerXid{theirs});
}

// The like of each; where there is none, one of the same visual, or any: to the server a context
// that draws by itself is a name.
void matchFbConfigs(Translator& translator, const ServerFace& known, const ServerFace& server) {
    for (const auto& config : known.fbConfigs) {
        const ServerFace::FbConfig* best = nullptr;
        int bestLikeness = -1;
        for (const auto& candidate : server.fbConfigs) {
            const bool sameVisual = translator.visuals.toServer(config.visual) == candidate.visual;
            const int likeness =
                2 * (sameVisual ? 1 : 0) + (candidate.properties == config.properties ? 1 : 0);
            if (likeness > bestLikeness) {
                bestLikeness = likeness;
                best = &candidate;
            }
        }
        if (best)
            translator.fbConfigs.match(config.id, best->id);
    }
}

} // namespace

Status checkSuitable(const Core& core, const ServerFace& server) {
    const ServerFace& known = *core.face;
    if (server.setup.imageByteOrder != known.setup.imageByteOrder ||
        server.setup.bitmapBitOrder != known.setup.bitmapBitOrder)
        return unsuitable("the byte order of its images.");
    for (const std::uint8_t depth : usedDepths(core.record)) {
        const auto* mine = known.setup.format(depth);
        const auto* theirs = server.setup.format(depth);
        if (mine && (!theirs || *theirs != *mine))
            return unsuitable("images of " + std::to_string(depth) + " bits.");
    }
    // What programs have of the screen itself (its visual, its colormap) they took for theirs.
    const ScreenInfo& mine = known.setup.screens.front();
    const ScreenInfo& theirs = server.setup.screens.front();
    const auto* usual = known.setup.visual(mine.rootVisual);
    const auto* other = server.setup.visual(theirs.rootVisual);
    if (!core.clients.empty() && usual && other) {
        if (theirs.rootDepth != mine.rootDepth)
            return unsuitable("a screen of " + std::to_string(mine.rootDepth) + " bits.");
        if (other->visualClass != usual->visualClass)
            return unsuitable("a screen of the class " + className(usual->visualClass) + ".");
        if (!other->looksLike(*usual))
            return unsuitable("colours that have red, green and blue in the same places.");
    }
    for (const std::uint32_t id : usedVisuals(core.record)) {
        const auto* visual = known.setup.visual(id);
        if (visual && likeVisual(server.setup, known.setup.depthOf(id), *visual) == 0)
            return unsuitable("windows of " + std::to_string(known.setup.depthOf(id)) + " bits.");
    }
    for (const auto& colormap : core.record.all<Colormap>()) {
        const auto* visual = known.setup.visual(colormap->visual);
        if (colormap->cells && !colormap->isScreens() && visual &&
            likeVisual(server.setup, known.setup.depthOf(visual->id), *visual) == 0)
            return unsuitable("colormaps of the class " + className(visual->visualClass) + ".");
    }
    for (std::size_t i = 1; i < kExtCount; ++i) {
        const auto ext = static_cast<Ext>(i);
        const bool used = std::ranges::any_of(
            core.record.clients, [i](const auto& entry) { return entry.second.usedExtensions[i]; });
        if (used && known.extensions.of(ext).present() && !server.extensions.of(ext).present())
            return unsuitable("the extension " + std::string(extensionName(ext)) + ".");
    }
    return {};
}

std::unique_ptr<Translator> makeTranslator(Core& core, const ServerKnowledge& server,
                                           std::int64_t clientNow) {
    ServerFace& known = *core.face;
    const ServerFace& face = server.face;
    const bool first = core.link == nullptr && core.record.roots.empty();
    auto made = std::make_unique<Translator>(core.record.atoms, known.setup.ridMask,
                                             face.setup.ridMask, first);
    made->client = &known.extensions;
    made->xids.isUsed = [&record = core.record](ClientXid id) {
        return record.holds(id) || record.isSettingsManager(id);
    };
    made->server = face.extensions;
    for (const auto& [atom, name] : server.atoms)
        made->atoms.learn(atom, name);
    if (first) {
        made->time.saw(face.time);
        return made;
    }
    made->time = TimeMap(face.time, static_cast<std::uint32_t>(clientNow));
    made->counterTime =
        CounterTime(ClientXid{systemCounter(known, "SERVERTIME")}, clientNow - face.serverTime);
    made->counterTime.counterOf = [&record = core.record](ClientXid alarm) {
        const auto found = record.find<Alarm>(alarm);
        return found ? found->counter : ClientXid::None;
    };
    for (std::size_t i = 0; i < known.setup.screens.size(); ++i) {
        const auto& mine = known.setup.screens[i];
        const auto& theirs = face.setup.screens[std::min(i, face.setup.screens.size() - 1)];
        made->xids.fix(ClientXid{mine.root}, ServerXid{theirs.root});
        made->xids.fix(ClientXid{mine.defaultColormap}, ServerXid{theirs.defaultColormap});
        // First of all, so that the way back from the server's root visual is this one.
        if (const auto* visual = known.setup.visual(mine.rootVisual))
            if (const auto like = likeVisual(face.setup, mine.rootDepth, *visual))
                made->visuals.match(mine.rootVisual, like);
    }
    matchVisuals(made->visuals, known.setup, face.setup);
    for (const auto& format : known.pictFormats)
        for (const auto& candidate : face.pictFormats)
            if (candidate.looksLike(format)) {
                made->pictFormats.match(format.id, candidate.id);
                break;
            }
    matchFbConfigs(*made, known, face);
    matchInOrder(made->crtcs, known.crtcs, face.crtcs);
    matchInOrder(made->outputs, known.outputs, face.outputs);
    matchInOrder(made->modes, known.modes, face.modes);
    matchDevices(made->devices, known.devices, face.devices);
    matchSystemCounters(*made, known, face);
    return made;
}

} // namespace entracte::xproxy
