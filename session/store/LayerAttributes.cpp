#include "session/store/LayerAttributes.h"

#include "session/store/Directories.h"

#include <sys/xattr.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace entracte {

namespace {

constexpr std::array<std::string_view, 3> kTied{"trusted.overlay.origin", "trusted.overlay.uuid",
                                                "trusted.overlay.nlink"};

// There are no xattr calls with a directory descriptor on the kernels that we support (they came
// with 6.13).
std::string pathOf(int directory, const std::string& name) {
    return "/proc/self/fd/" + std::to_string(directory) + '/' + name;
}

bool isTied(std::string_view key) {
    for (const std::string_view tied : kTied)
        if (key == tied)
            return true;
    return false;
}

} // namespace

Result<std::map<std::string, std::string>> readAttributes(int directory, const std::string& name) {
    const std::string path = pathOf(directory, name);
    std::string names(4096, '\0');
    ssize_t size = 0;
    while ((size = ::llistxattr(path.c_str(), names.data(), names.size())) < 0 && errno == ERANGE &&
           names.size() < 1024 * 1024)
        names.resize(names.size() * 4);
    if (size < 0 && errno == ENOTSUP)
        return std::map<std::string, std::string>();
    if (size < 0)
        return fail(Error::fromErrno("The attributes of a file of the session could not be read"));
    names.resize(static_cast<std::size_t>(size));

    std::map<std::string, std::string> attributes;
    for (std::size_t start = 0; start < names.size();) {
        const std::string key = names.c_str() + start;
        start += key.size() + 1;
        if (isTied(key))
            continue;
        std::string value(65536, '\0'); // XATTR_SIZE_MAX
        const ssize_t length = ::lgetxattr(path.c_str(), key.c_str(), value.data(), value.size());
        if (length < 0 && errno == ENODATA)
            continue;
        if (length < 0)
            return fail(
                Error::fromErrno("An attribute of a file of the session could not be read"));
        value.resize(static_cast<std::size_t>(length));
        attributes.emplace(key, std::move(value));
    }
    return attributes;
}

Status writeAttribute(int directory, const std::string& name, const std::string& key,
                      std::string_view value) {
    if (::lsetxattr(pathOf(directory, name).c_str(), key.c_str(), value.data(), value.size(), 0) ==
        0)
        return {};
    // A security module that this machine does not run has nothing to do with its labels.
    if (errno == ENOTSUP && key.starts_with("security."))
        return {};
    return fail(
        diskError("The attribute " + key + " of a file of the session could not be written"));
}

} // namespace entracte
