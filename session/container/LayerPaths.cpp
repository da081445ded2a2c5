#include "session/container/LayerPaths.h"

#include "session/container/AsPerson.h"

#include <libmount/libmount.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <memory>
#include <system_error>

namespace entracte {
namespace {

constexpr const char* kRootName = "root";

std::string encode(const std::string& path) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string name;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        // What overlayfs's option syntax or a file name could stumble over.
        if (byte <= ' ' || byte >= 0x7f ||
            std::string_view("/%,:\\").find(c) != std::string::npos) {
            name += '%';
            name += kHex[byte >> 4];
            name += kHex[byte & 15];
        } else {
            name += c;
        }
    }
    return name;
}

int hexDigit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Empty when `name` is not what encode makes of an absolute, normal path.
std::string decode(const std::string& name) {
    std::string path;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] != '%') {
            path += name[i];
            continue;
        }
        const int high = i + 2 < name.size() ? hexDigit(name[i + 1]) : -1;
        const int low = i + 2 < name.size() ? hexDigit(name[i + 2]) : -1;
        if (high < 0 || low < 0)
            return {};
        path += static_cast<char>(high * 16 + low);
        i += 2;
    }
    const bool normal = path.size() > 1 && path[0] == '/' && path.back() != '/' &&
                        path.find('\0') == std::string::npos &&
                        std::filesystem::path(path).lexically_normal().string() == path;
    return normal && encode(path) == name ? path : std::string();
}

// Folders whose content a session has of its own, or never needs: nothing beneath them becomes part
// of it.
constexpr std::array kLeftOut = {"/proc", "/sys", "/dev",   "/run",     "/tmp",
                                 "/boot", "/mnt", "/media", "/var/tmp", "/efi"};

bool belongsToSession(libmnt_fs* fs) {
    const char* target = mnt_fs_get_target(fs);
    if (!target || decode(encode(target)).empty() || mnt_fs_is_pseudofs(fs) ||
        mnt_fs_is_swaparea(fs))
        return false;
    // A tmpfs is no disk, and an overlay here is another session's root or a container engine's.
    const std::string type = mnt_fs_get_fstype(fs) ? mnt_fs_get_fstype(fs) : "";
    if (type == "tmpfs" || type == "ramfs" || type == "overlay" || type == "squashfs" ||
        type == "autofs")
        return false;
    for (const char* folder : kLeftOut)
        if (isWithin(target, folder))
            return false;
    struct stat status {};
    return ::lstat(target, &status) == 0 && S_ISDIR(status.st_mode);
}

void sortOuterFirst(std::vector<Overlay>& overlays) {
    std::sort(overlays.begin(), overlays.end(),
              [](const Overlay& a, const Overlay& b) { return a.target < b.target; });
    const auto same = [](const Overlay& a, const Overlay& b) { return a.target == b.target; };
    overlays.erase(std::unique(overlays.begin(), overlays.end(), same), overlays.end());
}

} // namespace

Result<std::vector<Overlay>> overlaysOfHost(const Person& person) {
    std::vector<std::string> mounted;
    const std::unique_ptr<libmnt_table, decltype(&mnt_unref_table)> table(
        mnt_new_table_from_file("/proc/self/mountinfo"), &mnt_unref_table);
    const std::unique_ptr<libmnt_iter, decltype(&mnt_free_iter)> iterator(
        mnt_new_iter(MNT_ITER_FORWARD), &mnt_free_iter);
    if (!table || !iterator)
        return fail(ErrorCode::System, "The list of mounted file systems could not be read.");
    libmnt_fs* fs = nullptr;
    while (mnt_table_next_fs(table.get(), iterator.get(), &fs) == 0)
        if (belongsToSession(fs))
            mounted.emplace_back(mnt_fs_get_target(fs));
    ENTRACTE_ASSIGN(reached, foldersWithinReach(person, std::move(mounted)));
    std::vector<Overlay> overlays{{"/", kRootName}};
    for (const std::string& folder : reached)
        overlays.push_back({folder, encode(folder)});
    sortOuterFirst(overlays);
    return overlays;
}

std::vector<Overlay> overlaysOfLayer(const std::filesystem::path& layer) {
    std::vector<Overlay> overlays{{"/", kRootName}};
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(layer / "upper", ignored)) {
        const std::string name = entry.path().filename();
        if (const std::string target = decode(name);
            !target.empty() &&
            entry.symlink_status(ignored).type() == std::filesystem::file_type::directory)
            overlays.push_back({target, name});
    }
    sortOuterFirst(overlays);
    return overlays;
}

const Overlay& overlayHolding(const std::vector<Overlay>& overlays, const std::string& path) {
    const Overlay* found = &overlays.front();
    for (const auto& overlay : overlays)
        if (isWithin(path, overlay.target) && overlay.target.size() >= found->target.size())
            found = &overlay;
    return *found;
}

std::string pathWithin(const Overlay& overlay, const std::string& path) {
    const std::size_t skip = overlay.target == "/" ? 1 : overlay.target.size() + 1;
    return path.size() > skip ? path.substr(skip) : std::string();
}

bool isWithin(const std::string& path, const std::string& folder) {
    return folder == "/" || path == folder || path.starts_with(folder + "/");
}

std::filesystem::path bindsDirectory(const std::filesystem::path& mountPoint) {
    return mountPoint.string() + ".binds";
}

} // namespace entracte
