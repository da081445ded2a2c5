#include "session/store/TreeArchiver.h"

#include "session/store/EntryArchive.h"

namespace entracte {

Result<ArchiveFacts> archiveTree(int directory, ByteSink& sink, const ArchiveOptions& options) {
    ENTRACTE_ASSIGN(archive, EntryArchive::begin(sink, options.progress));
    WalkOptions walk{options.leaveOut, false, {}};
    if (options.progress)
        walk.check = [&] { return options.progress(0); };
    ENTRACTE_TRY(walkTree(directory, walk, [&](TreeEntry&& entry, int file) {
        return archive->add(entry, {file, EntryData::kAsInTheFile});
    }));
    return archive->finish();
}

} // namespace entracte
