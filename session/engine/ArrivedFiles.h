#pragma once

// The host's files that an imported session brings by content, on their way into the store, which
// keeps them like those of a session that was started here: a resume reads nothing of a file that
// this machine has, too, and what comes next by the same move need not bring it again.
//
// Which files of this machine have those contents is looked up with the person's rights, and
// nobody outside the helper learns the answer: it decides only under which facts a file is kept.

#include "session/engine/EngineContext.h"
#include "session/engine/HostFiles.h"

namespace entracte {

// What the move brought before.
struct EarlierArrival {
    SnapshotId snapshot;
    std::vector<KeptFile> files;
};

// `files` of the import; `images` has their contents, from which those go that are stored now.
// SnapshotDamaged when one is named that did not come earlier.
Status storeArrivedFiles(const EngineContext& context, const Person& person, SnapshotWriter& writer,
                         std::vector<KeptFile>& files, const std::filesystem::path& images,
                         const std::optional<EarlierArrival>& earlier, const JobStretch& stretch);

} // namespace entracte
