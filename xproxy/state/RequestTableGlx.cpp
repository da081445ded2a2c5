// What becomes of GLX requests: see RequestTable.h.

#include "xproxy/state/Recorder.h"
#include "xproxy/state/RequestTables.h"

namespace entracte::xproxy::requesttables {

namespace {

namespace glx = wire::glx;

constexpr const char* kMadeAgain = "sent again, with the new server's configuration";
constexpr const char* kServerDraws =
    "refused as without a context that the server draws for: what it drew could not be taken along";

constexpr RequestRule kGlx[] = {
    {glx::kRender, Fate::Answered, nullptr, kServerDraws},
    {glx::kRenderLarge, Fate::Answered, nullptr, kServerDraws},
    {glx::kCreateContext, Fate::Recorded, recordGlxRequest, kMadeAgain},
    {glx::kDestroyContext, Fate::Recorded, recordGlxRequest, kMadeAgain},
    {glx::kWaitGL, Fate::Momentary, nullptr, ""},
    {glx::kWaitX, Fate::Momentary, nullptr, ""},
    {glx::kCopyContext, Fate::Momentary, nullptr, ""},
    {glx::kSwapBuffers, Fate::Momentary, nullptr, ""},
    {glx::kUseXFont, Fate::Momentary, nullptr, ""},
    {glx::kCreateGLXPixmap, Fate::Recorded, recordGlxRequest, kMadeAgain},
    {glx::kDestroyGLXPixmap, Fate::Recorded, recordGlxRequest, kMadeAgain},
    {glx::kGetVisualConfigs, Fate::Answered, nullptr, "as the first server had them"},
    {glx::kVendorPrivate, Fate::Momentary, nullptr, ""},
    {glx::kClientInfo, Fate::Kept, recordGlxRequest, "sent again"},
    {glx::kGetFBConfigs, Fate::Answered, nullptr, "as the first server had them"},
    {glx::kCreatePixmap, Fate::Recorded, recordGlxRequest, kMadeAgain},
    {glx::kDestroyPixmap, Fate::Recorded, recordGlxRequest, kMadeAgain},
    {glx::kCreateNewContext, Fate::Recorded, recordGlxRequest, kMadeAgain},
    {glx::kCreatePbuffer, Fate::Recorded, recordGlxRequest, kMadeAgain},
    {glx::kDestroyPbuffer, Fate::Recorded, recordGlxRequest, kMadeAgain},
    {glx::kChangeDrawableAttributes, Fate::Momentary, nullptr, ""},
    {glx::kCreateWindow, Fate::Recorded, recordGlxRequest, kMadeAgain},
    {glx::kDeleteWindow, Fate::Recorded, recordGlxRequest, kMadeAgain},
    {glx::kSetClientInfoARB, Fate::Kept, recordGlxRequest, "sent again"},
    {glx::kCreateContextAttribsARB, Fate::Recorded, recordGlxRequest, kMadeAgain},
    {glx::kSetClientInfo2ARB, Fate::Kept, recordGlxRequest, "sent again"},
    {glx::kDeleteLists, Fate::Answered, nullptr, kServerDraws},
    {glx::kDeleteQueriesARB, Fate::Answered, nullptr, kServerDraws},
    {glx::kDeleteTextures, Fate::Answered, nullptr, kServerDraws},
    {glx::kEndList, Fate::Answered, nullptr, kServerDraws},
    {glx::kFeedbackBuffer, Fate::Answered, nullptr, kServerDraws},
    {glx::kFlush, Fate::Answered, nullptr, kServerDraws},
    {glx::kNewList, Fate::Answered, nullptr, kServerDraws},
    {glx::kPixelStoref, Fate::Answered, nullptr, kServerDraws},
    {glx::kPixelStorei, Fate::Answered, nullptr, kServerDraws},
    {glx::kSelectBuffer, Fate::Answered, nullptr, kServerDraws},
};

} // namespace

std::span<const RequestRule> glx() {
    return kGlx;
}

} // namespace entracte::xproxy::requesttables
