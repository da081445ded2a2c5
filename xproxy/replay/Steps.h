#pragma once

// The steps of a replay, in their order. Each sends; what has to be done before the next step is
// waited for by a barrier between them.

#include "xproxy/replay/ReplayContext.h"

namespace entracte::xproxy {

// Client-wide settings: agreed versions, BIG-REQUESTS, opened devices, XKB selections.
// The keyboard and the pointer, as programs have set them, where they are the session's.
void replayDevices(ReplayContext& context);
void replayClientSettings(ReplayContext& context);
void replayColormaps(ReplayContext& context);
// Which font of the server stands for each that it lacks.
void matchFonts(ReplayContext& context);
void replayFonts(ReplayContext& context);
void replaySegments(ReplayContext& context);
void replayPixmaps(ReplayContext& context);
void replayPixels(ReplayContext& context);
// What was captured of them, by the utility connection; they are there already.
void paintPixels(ReplayContext& context, std::span<const PixmapRef> pixmaps);
void replayGlyphSets(ReplayContext& context);
void replayGlyphSetReferences(ReplayContext& context);
void replayRegions(ReplayContext& context);
void replayPixmapPictures(ReplayContext& context);
void replayCursors(ReplayContext& context);
void replayOverlay(ReplayContext& context);
void replayRoots(ReplayContext& context);
void replayWindows(ReplayContext& context);
void replayWindowTree(ReplayContext& context);
void replayWindowPictures(ReplayContext& context);
void replayBackBuffers(ReplayContext& context);
void replayBackBufferPixels(ReplayContext& context);
void replayGContexts(ReplayContext& context);
void replayProperties(ReplayContext& context);
void replayShapes(ReplayContext& context);
void replayInnerMapping(ReplayContext& context);
void replayEventMasks(ReplayContext& context);
void replayWindowSettings(ReplayContext& context);
void replayCounters(ReplayContext& context);
void replaySyncObjects(ReplayContext& context);
void tellPassedAlarms(ReplayContext& context);
void replayDamage(ReplayContext& context);
void replaySelectionOrder(ReplayContext& context);
void replaySelections(ReplayContext& context);
void replayPlaces(ReplayContext& context);
void replayMapping(ReplayContext& context);
void replayRedirection(ReplayContext& context);
void replayWindowPixmaps(ReplayContext& context);
void replayGlx(ReplayContext& context);
// What is down is up on another server: programs are told first of all.
void releaseHeldInput(ReplayContext& context);
void replayFocus(ReplayContext& context);
void replayGrabs(ReplayContext& context);
// The grabs that this server did not give end for their programs.
void askForPointer(ReplayContext& context);
void endRefusedGrabs(ReplayContext& context);
// Who manages the screen's settings is asked, known to programs as the one before, and listened to.
void findSettings(ReplayContext& context);
void replaySettings(ReplayContext& context);
// Tells programs what truly differs: the screen's size; the keyboard; the settings.
void announceServer(ReplayContext& context);
void findKeyboard(ReplayContext& context);
void announceKeyboard(ReplayContext& context);
void announceSettings(ReplayContext& context);

} // namespace entracte::xproxy
