#pragma once

// A session that was imported is brought back by root, from images and a layer that somebody else
// may have written. What they ask for on this machine (transfer/BundleFormat.h, AccessNeed) is
// looked up here, with the person's own rights, before CRIU opens anything with ours: at the
// import, and again at every resume, because a machine changes.

#include "session/container/Container.h"
#include "session/engine/HostFiles.h"
#include "session/transfer/BundleFormat.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace entracte {

// In a snapshot's `restore`; none: it was taken here.
nlohmann::json needsToJson(const std::vector<AccessNeed>& needs);
Result<std::vector<AccessNeed>> needsFromJson(const nlohmann::json& restore);

// Folders of the host that the layer would show: NotAuthorized names one that the person may not
// see. Nothing needs to be mounted.
Status checkLowerFolders(const Person& person, const std::vector<AccessNeed>& needs);

// Files that are opened and folders in which sockets are bound. The root is mounted and the host's
// files are placed.
Status checkFileAccess(const ContainerSpec& container, const std::vector<AccessNeed>& needs);

// Documents that would be put back into shared folders: the person must be able to do that.
Status checkDocuments(const Person& person, const std::vector<KeptFile>& files, FilesPolicy policy);

} // namespace entracte
