#include "xproxy/replay/Replay.h"

#include "xproxy/proxy/Log.h"
#include "xproxy/replay/Steps.h"

namespace entracte::xproxy {

namespace {

struct Step {
    const char* name;
    void (*run)(ReplayContext&);
    bool barrier; // the next step needs this one's effects on another connection
};

constexpr Step kSteps[] = {
    {"devices", replayDevices, false},
    {"client settings", replayClientSettings, false},
    {"colormaps", replayColormaps, false},
    {"fonts that there are", matchFonts, true},
    {"fonts", replayFonts, false},
    {"shared memory", replaySegments, true},
    {"pixmaps", replayPixmaps, true},
    {"pixels", replayPixels, false},
    {"glyph sets", replayGlyphSets, true},
    {"glyph set references", replayGlyphSetReferences, false},
    {"regions", replayRegions, true},
    {"pictures of pixmaps", replayPixmapPictures, false},
    {"cursors", replayCursors, true},
    {"roots", replayRoots, false},
    {"overlay", replayOverlay, true},
    {"windows", replayWindows, true},
    {"window tree", replayWindowTree, true},
    {"back buffers", replayBackBuffers, true},
    {"pixels of back buffers", replayBackBufferPixels, false},
    {"pictures of windows", replayWindowPictures, false},
    {"graphics contexts", replayGContexts, false},
    {"properties", replayProperties, true},
    {"shapes", replayShapes, false},
    {"order of selections", replaySelectionOrder, false},
    {"mapping of inner windows", replayInnerMapping, true},
    {"event masks", replayEventMasks, false},
    // Before anybody listens for new owners: there are none.
    {"selections", replaySelections, true},
    {"window settings", replayWindowSettings, false},
    // A window manager has alarms on the counters of other programs (_NET_WM_SYNC_REQUEST_COUNTER).
    {"counters", replayCounters, true},
    {"alarms and fences", replaySyncObjects, false},
    {"damage", replayDamage, true},
    {"places", replayPlaces, false},
    {"mapping", replayMapping, true},
    {"redirection", replayRedirection, false},
    {"pixmaps of windows", replayWindowPixmaps, false},
    {"GLX", replayGlx, false},
    {"focus", replayFocus, false},
    {"grabs", replayGrabs, true},
    {"place of the pointer", askForPointer, true},
    {"settings of the screen", findSettings, true},
    {"listeners for settings", replaySettings, false},
    {"keyboard", findKeyboard, true},
};

// What programs are told of the new server, without asking it anything more: a move that fails
// before leaves them where they were.
constexpr void (*kTelling[])(ReplayContext&) = {
    releaseHeldInput, endRefusedGrabs,  announceServer,
    announceKeyboard, announceSettings, tellPassedAlarms,
};

} // namespace

Status replayRecord(Core& core, RequestPath& requests, Pump& pump, Clock::time_point deadline) {
    ReplayContext context(core, requests, pump, deadline);
    // Every name that programs know gets a number on this server, in one go.
    for (const auto& [atom, name] : core.record.atoms.all()) {
        if (core.link->translator->atoms.toServer(ClientAtom{atom}) != ServerAtom::None)
            continue;
        auto& atoms = core.link->translator->atoms;
        core.link->utility->inject(
            context.asProxy(wire::core::kInternAtom)
                .u16(static_cast<std::uint16_t>(name.size()))
                .pad(2)
                .bytes(bytesOf(name))
                .finish(),
            [&atoms, name = name](ByteView reply) {
                const MessageView view(reply, wire::kHostOrder);
                if (view.u8(0) == 1)
                    atoms.learn(ServerAtom{view.get(wire::core::InternAtomReply::atom)}, name);
            });
    }
    context.step = "atoms";
    ENTRACTE_TRY(context.barrier());
    for (const Step& step : kSteps) {
        context.step = step.name;
        step.run(context);
        if (!step.barrier)
            continue;
        if (auto done = context.barrier(); !done)
            return fail(Error(done.error().code(), "The windows could not be rebuilt.",
                              std::string("step: ") + step.name)
                            .causedBy(done.error()));
    }
    context.step = "clean-up";
    context.freeTemporaries();
    ENTRACTE_TRY(context.barrier());
    for (const auto tell : kTelling)
        tell(context);
    logLine("rebuilt: {} requests, {} of them refused", context.requests, context.errors);
    return {};
}

} // namespace entracte::xproxy
