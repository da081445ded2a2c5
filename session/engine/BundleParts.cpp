#include "session/engine/BundleParts.h"

#include "session/store/Directories.h"
#include "session/store/Manifest.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace entracte {

Result<std::vector<BundleImage>> imagesIn(const std::filesystem::path& directory,
                                          std::uint64_t& bytes) {
    ENTRACTE_ASSIGN(folder, openDirectory(directory, false));
    ENTRACTE_ASSIGN(names, namesIn(folder.get()));
    std::sort(names.begin(), names.end());
    std::vector<BundleImage> images;
    for (const std::string& name : names) {
        if (!imageKind(name))
            continue; // CRIU's logs
        UniqueFd file(::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        struct stat info {};
        if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
            return fail(Error::fromErrno("An image of the session could not be opened"));
        bytes += static_cast<std::uint64_t>(info.st_size);
        images.push_back({name, std::move(file)});
    }
    return images;
}

std::string nameOfHostFile(std::uint64_t mark) {
    return "entracte-file-" + std::to_string(mark);
}

BundleManifest bundleManifest(const SnapshotRecord& record, const std::string& name,
                              std::uint64_t imageBytes, std::uint64_t layerBytes) {
    BundleManifest manifest;
    manifest.name = name;
    manifest.imageBytes = imageBytes;
    manifest.layerBytes = layerBytes;
    manifest.info = nlohmann::json::parse(infoToText(record.info));
    manifest.restore = record.restore;
    if (const auto spec = manifest.restore.find("spec"); spec != manifest.restore.end())
        forgetScreen(*spec);
    manifest.restore.erase("needs"); // whoever imports it finds out anew
    manifest.restore.erase("imported");
    return manifest;
}

} // namespace entracte
