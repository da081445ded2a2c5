#pragma once

// The host's files that an imported session brings by content, on their way into the store, which
// keeps them like those of a session that was started here: a resume reads nothing of a file that
// this machine has, too, and what comes next by the same move need not bring it again.
//
// Which files of this machine have those contents is looked up with the person's rights, and
// nobody outside the helper learns the answer: it decides only under which facts a file is kept.

#include "session/engine/EngineContext.h"
#include "session/engine/HostFiles.h"

#include <utility>
#include <vector>

namespace entracte {

// What the move brought before.
struct EarlierArrival {
    SnapshotId snapshot;
    std::vector<KeptFile> files;
};

// The files that came earlier by the same move: each of `files` that names one gets its facts, and
// its number in the snapshot that `earlier` is, which is returned with it. SnapshotDamaged when one
// never came.
Result<std::vector<std::pair<KeptFile*, std::uint32_t>>>
filesThatCameEarlier(std::vector<KeptFile>& files, const std::optional<EarlierArrival>& earlier);

// `files` of the import; `images` has their contents, from which those go that are stored now.
// SnapshotDamaged when one is named that did not come earlier.
Status storeArrivedFiles(const EngineContext& context, const Person& person, SnapshotWriter& writer,
                         std::vector<KeptFile>& files, const std::filesystem::path& images,
                         const std::optional<EarlierArrival>& earlier, const JobStretch& stretch);

} // namespace entracte
