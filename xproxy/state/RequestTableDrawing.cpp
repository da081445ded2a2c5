// What becomes of the requests of RENDER, MIT-SHM, XFIXES, SHAPE, DAMAGE, Composite, DOUBLE-BUFFER.

#include "xproxy/state/Recorder.h"
#include "xproxy/state/RequestTables.h"

namespace entracte::xproxy::requesttables {

namespace {

constexpr RequestRule kRender[] = {
    {wire::render::kQueryVersion, Fate::Kept, recordRenderRequest, "sent again"},
    {wire::render::kQueryPictFormats, Fate::Answered, nullptr, "the formats of the first server"},
    {wire::render::kCreatePicture, Fate::Recorded, recordRenderRequest,
     "CreatePicture with all attributes; clip, transform and filter as last sent"},
    {wire::render::kChangePicture, Fate::Recorded, recordRenderRequest,
     "CreatePicture with all attributes; clip, transform and filter as last sent"},
    {wire::render::kSetPictureClipRectangles, Fate::Recorded, recordRenderRequest,
     "CreatePicture with all attributes; clip, transform and filter as last sent"},
    {wire::render::kSetPictureTransform, Fate::Recorded, recordRenderRequest,
     "CreatePicture with all attributes; clip, transform and filter as last sent"},
    {wire::render::kSetPictureFilter, Fate::Recorded, recordRenderRequest,
     "CreatePicture with all attributes; clip, transform and filter as last sent"},
    {wire::render::kFreePicture, Fate::Recorded, recordRenderRequest,
     "CreatePicture with all attributes; clip, transform and filter as last sent"},
    {wire::render::kComposite, Fate::Draws, nullptr, "PutImage of the pixmap; windows are exposed"},
    {wire::render::kTrapezoids, Fate::Draws, nullptr,
     "PutImage of the pixmap; windows are exposed"},
    {wire::render::kTriangles, Fate::Draws, nullptr, "PutImage of the pixmap; windows are exposed"},
    {wire::render::kTriStrip, Fate::Draws, nullptr, "PutImage of the pixmap; windows are exposed"},
    {wire::render::kTriFan, Fate::Draws, nullptr, "PutImage of the pixmap; windows are exposed"},
    {wire::render::kCompositeGlyphs8, Fate::Draws, nullptr,
     "PutImage of the pixmap; windows are exposed"},
    {wire::render::kCompositeGlyphs16, Fate::Draws, nullptr,
     "PutImage of the pixmap; windows are exposed"},
    {wire::render::kCompositeGlyphs32, Fate::Draws, nullptr,
     "PutImage of the pixmap; windows are exposed"},
    {wire::render::kFillRectangles, Fate::Draws, nullptr,
     "PutImage of the pixmap; windows are exposed"},
    {wire::render::kAddTraps, Fate::Draws, nullptr, "PutImage of the pixmap; windows are exposed"},
    {wire::render::kCreateGlyphSet, Fate::Recorded, recordRenderRequest,
     "CreateGlyphSet, AddGlyphs, ReferenceGlyphSet"},
    {wire::render::kReferenceGlyphSet, Fate::Recorded, recordRenderRequest,
     "CreateGlyphSet, AddGlyphs, ReferenceGlyphSet"},
    {wire::render::kFreeGlyphSet, Fate::Recorded, recordRenderRequest,
     "CreateGlyphSet, AddGlyphs, ReferenceGlyphSet"},
    {wire::render::kAddGlyphs, Fate::Recorded, recordRenderRequest,
     "CreateGlyphSet, AddGlyphs, ReferenceGlyphSet"},
    {wire::render::kFreeGlyphs, Fate::Recorded, recordRenderRequest,
     "CreateGlyphSet, AddGlyphs, ReferenceGlyphSet"},
    {wire::render::kCreateCursor, Fate::Recorded, recordRenderRequest,
     "CreateCursor from pixels that were taken when it was made, CreateAnimCursor"},
    {wire::render::kCreateAnimCursor, Fate::Recorded, recordRenderRequest,
     "CreateCursor from pixels that were taken when it was made, CreateAnimCursor"},
    {wire::render::kCreateSolidFill, Fate::Recorded, recordRenderRequest, "sent again"},
    {wire::render::kCreateLinearGradient, Fate::Recorded, recordRenderRequest, "sent again"},
    {wire::render::kCreateRadialGradient, Fate::Recorded, recordRenderRequest, "sent again"},
    {wire::render::kCreateConicalGradient, Fate::Recorded, recordRenderRequest, "sent again"},
};

constexpr RequestRule kShm[] = {
    {wire::shm::kQueryVersion, Fate::Kept, recordShmRequest, "sent again"},
    {wire::shm::kAttach, Fate::Answered, recordShmRequest,
     "AttachFd of the kept descriptor, or Attach"},
    {wire::shm::kAttachFd, Fate::Recorded, recordShmRequest,
     "AttachFd of the kept descriptor, or Attach"},
    {wire::shm::kCreateSegment, Fate::Answered, recordShmRequest,
     "the proxy makes the memory and attaches it by AttachFd"},
    {wire::shm::kDetach, Fate::Recorded, recordShmRequest, "left out"},
    {wire::shm::kPutImage, Fate::Draws, nullptr, "PutImage of the pixmap; windows are exposed"},
    {wire::shm::kCreatePixmap, Fate::Recorded, recordShmRequest, "CreatePixmap in its segment"},
};

constexpr RequestRule kXFixes[] = {
    {wire::xfixes::kQueryVersion, Fate::Kept, recordXFixesRequest, "sent again"},
    {wire::xfixes::kChangeSaveSet, Fate::Recorded, recordXFixesRequest,
     "ChangeSaveSet as its program"},
    {wire::xfixes::kSelectSelectionInput, Fate::Kept, recordXFixesRequest, "sent again"},
    {wire::xfixes::kSelectCursorInput, Fate::Kept, recordXFixesRequest, "sent again"},
    {wire::xfixes::kCreateRegion, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kCreateRegionFromBitmap, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kCreateRegionFromWindow, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kCreateRegionFromGC, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kCreateRegionFromPicture, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kDestroyRegion, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kSetRegion, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kCopyRegion, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kUnionRegion, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kIntersectRegion, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kSubtractRegion, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kInvertRegion, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kTranslateRegion, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kRegionExtents, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kExpandRegion, Fate::Recorded, recordXFixesRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::xfixes::kSetGCClipRegion, Fate::Recorded, recordXFixesRequest,
     "SetClipRectangles of what the region was at that time"},
    {wire::xfixes::kSetWindowShapeRegion, Fate::Recorded, recordXFixesRequest,
     "SHAPE Rectangles of what the server had"},
    {wire::xfixes::kSetPictureClipRegion, Fate::Recorded, recordXFixesRequest,
     "SetPictureClipRectangles of what the region was at that time"},
    {wire::xfixes::kSetCursorName, Fate::Recorded, recordXFixesRequest, "SetCursorName"},
    {wire::xfixes::kChangeCursor, Fate::Recorded, recordXFixesRequest,
     "windows get the other cursor"},
    {wire::xfixes::kChangeCursorByName, Fate::NotCarried, nullptr,
     "cursors that other programs made before keep their look"},
    {wire::xfixes::kHideCursor, Fate::Kept, recordXFixesRequest, "sent again"},
    {wire::xfixes::kShowCursor, Fate::Kept, recordXFixesRequest, "sent again"},
    {wire::xfixes::kCreatePointerBarrier, Fate::Kept, recordXFixesRequest, "sent again"},
    {wire::xfixes::kDeletePointerBarrier, Fate::Kept, recordXFixesRequest, "sent again"},
    {wire::xfixes::kSetClientDisconnectMode, Fate::Kept, recordXFixesRequest, "sent again"},
};

constexpr RequestRule kShape[] = {
    {wire::shape::kRectangles, Fate::Recorded, recordOtherRequest,
     "Rectangles of what the server had"},
    {wire::shape::kMask, Fate::Recorded, recordOtherRequest, "Rectangles of what the server had"},
    {wire::shape::kCombine, Fate::Recorded, recordOtherRequest,
     "Rectangles of what the server had"},
    {wire::shape::kOffset, Fate::Recorded, recordOtherRequest, "Rectangles of what the server had"},
    {wire::shape::kSelectInput, Fate::Kept, recordOtherRequest, "sent again"},
};

constexpr RequestRule kDamage[] = {
    {wire::damage::kQueryVersion, Fate::Kept, recordOtherRequest, "sent again"},
    {wire::damage::kCreate, Fate::Recorded, recordOtherRequest, "Create"},
    {wire::damage::kDestroy, Fate::Recorded, recordOtherRequest, "Create"},
    {wire::damage::kSubtract, Fate::Recorded, recordOtherRequest,
     "the region that it fills is captured"},
    {wire::damage::kAdd, Fate::Momentary, nullptr, ""},
};

constexpr RequestRule kComposite[] = {
    {wire::composite::kQueryVersion, Fate::Kept, recordOtherRequest, "sent again"},
    {wire::composite::kRedirectWindow, Fate::Kept, recordOtherRequest, "sent again as its program"},
    {wire::composite::kRedirectSubwindows, Fate::Kept, recordOtherRequest,
     "sent again as its program"},
    {wire::composite::kUnredirectWindow, Fate::Kept, recordOtherRequest,
     "sent again as its program"},
    {wire::composite::kUnredirectSubwindows, Fate::Kept, recordOtherRequest,
     "sent again as its program"},
    {wire::composite::kCreateRegionFromBorderClip, Fate::Recorded, recordOtherRequest,
     "CreateRegion of the rectangles that the server had"},
    {wire::composite::kNameWindowPixmap, Fate::Recorded, recordOtherRequest,
     "NameWindowPixmap when the window is mapped again"},
    {wire::composite::kGetOverlayWindow, Fate::Kept, recordOtherRequest,
     "sent again; the new server's overlay takes the place of the other"},
    {wire::composite::kReleaseOverlayWindow, Fate::Kept, recordOtherRequest,
     "sent again; the new server's overlay takes the place of the other"},
};

constexpr const char* kBackBuffer = "AllocateBackBuffer; what it holds is captured";
constexpr RequestRule kDoubleBuffer[] = {
    {wire::dbe::kQueryVersion, Fate::Kept, recordBackBufferRequest, "sent again"},
    {wire::dbe::kAllocateBackBuffer, Fate::Recorded, recordBackBufferRequest, kBackBuffer},
    {wire::dbe::kDeallocateBackBuffer, Fate::Recorded, recordBackBufferRequest, kBackBuffer},
    {wire::dbe::kSwapBuffers, Fate::Recorded, recordBackBufferRequest, kBackBuffer},
    {wire::dbe::kBeginIdiom, Fate::Momentary, nullptr, ""},
    {wire::dbe::kEndIdiom, Fate::Momentary, nullptr, ""},
};

} // namespace

std::span<const RequestRule> render() {
    return kRender;
}
std::span<const RequestRule> shm() {
    return kShm;
}
std::span<const RequestRule> xfixes() {
    return kXFixes;
}
std::span<const RequestRule> shape() {
    return kShape;
}
std::span<const RequestRule> damage() {
    return kDamage;
}
std::span<const RequestRule> composite() {
    return kComposite;
}
std::span<const RequestRule> doublebuffer() {
    return kDoubleBuffer;
}

} // namespace entracte::xproxy::requesttables
