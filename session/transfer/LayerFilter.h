#pragma once

// The archive of a session's own files, which comes from elsewhere, written anew with nothing in it
// but what a layer may hold: paths that stay beneath it and go through no link, regular files,
// folders, links, named pipes and whiteouts, no right to run as somebody else, and only the
// attributes that overlayfs and programs use. What does not fit is refused.
//
// A folder of a layer decides who may enter the host's folder that shows through it. So for each
// that does, an AccessNeed says what the layer lets the person do there.

#include "session/store/TreeArchiver.h"
#include "session/store/TreeExtractor.h"
#include "session/transfer/ImageRules.h"

namespace entracte {

// `limit`: bytes of files' contents at most.
Result<std::vector<AccessNeed>> filterLayer(ByteSource& source, ByteSink& sink,
                                            const ImageRules& rules, std::uint64_t limit);

} // namespace entracte
