// prepareLayer: what a session finds in place of the host's volatile and private directories. Works
// on the upper directories themselves, before they are mounted, always relative to their
// descriptors.

#include "session/base/Companion.h"
#include "session/container/Container.h"
#include "session/container/LayerPaths.h"
#include "session/container/Mounting.h"
#include "session/container/SoundFiles.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

namespace entracte {
namespace {

struct Directory {
    std::string path;
    mode_t mode;
    uid_t uid = 0;
    gid_t gid = 0;
    bool opaque = false; // hides what the host has there
};

Result<UniqueFd> openDirectory(int at, const char* name) {
    UniqueFd fd(::openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd)
        return fail(Error::fromErrno("A directory of the session's layer could not be opened"));
    return fd;
}

// Makes `name` in `at` when it is absent. Returns whether it was made.
Result<bool> makeDirectory(int at, const char* name) {
    if (::mkdirat(at, name, 0700) == 0)
        return true;
    if (errno == EEXIST)
        return false;
    return fail(Error::fromErrno("A directory of the session's layer could not be made"));
}

Status setOwnerAndMode(int fd, uid_t uid, gid_t gid, mode_t mode) {
    if (::fchown(fd, uid, gid) < 0 || ::fchmod(fd, mode) < 0)
        return fail(
            Error::fromErrno("The owner of a file in the session's layer could not be set"));
    return {};
}

class LayerWriter {
public:
    LayerWriter(std::filesystem::path layer, std::vector<Overlay> overlays)
        : m_layer(std::move(layer)), m_overlays(std::move(overlays)) {}

    Status makeUppers() {
        std::error_code error;
        for (const auto& overlay : m_overlays) {
            const auto upper = m_layer / "upper" / overlay.name;
            std::filesystem::create_directories(upper, error);
            if (error)
                return fail(
                    Error::fromErrno("The session's layer could not be made", error.value()));
            ENTRACTE_ASSIGN(fd, openDirectory(AT_FDCWD, upper.c_str()));
            ENTRACTE_TRY(likeTheHosts(fd.get(), overlay.target));
        }
        return {};
    }

    // With everything above it; what is above and also on the host keeps the host's owner and mode,
    // because the upper directory's are what a session sees.
    Status make(const Directory& directory) {
        ENTRACTE_ASSIGN(fd, open(directory.path));
        if (directory.opaque && ::fsetxattr(fd.get(), "trusted.overlay.opaque", "y", 1, 0) < 0)
            return fail(Error::fromErrno("A directory of the host could not be hidden")
                            .withHint("The state directory must be on a file system that keeps "
                                      "extended attributes, such as ext4, xfs or btrfs."));
        return setOwnerAndMode(fd.get(), directory.uid, directory.gid, directory.mode);
    }

    Result<UniqueFd> create(const std::string& path, mode_t mode) {
        ENTRACTE_ASSIGN(parent, open(std::filesystem::path(path).parent_path()));
        const std::string name = std::filesystem::path(path).filename();
        UniqueFd fd(::openat(parent.get(), name.c_str(),
                             O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!fd)
            return fail(Error::fromErrno("A file of the session's layer could not be made"));
        ENTRACTE_TRY(setOwnerAndMode(fd.get(), 0, 0, mode));
        return fd;
    }

    Status makeFifo(const std::string& path, uid_t uid, gid_t gid) {
        ENTRACTE_ASSIGN(parent, open(std::filesystem::path(path).parent_path()));
        const std::string name = std::filesystem::path(path).filename();
        if (::mkfifoat(parent.get(), name.c_str(), 0600) < 0 && errno != EEXIST)
            return fail(Error::fromErrno("A pipe of the session's layer could not be made"));
        if (::fchownat(parent.get(), name.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
            return fail(Error::fromErrno("A pipe of the session's layer could not be given away"));
        return {};
    }

    Status link(const std::string& path, const char* target) {
        ENTRACTE_ASSIGN(parent, open(std::filesystem::path(path).parent_path()));
        const std::string name = std::filesystem::path(path).filename();
        if (::symlinkat(target, parent.get(), name.c_str()) < 0 && errno != EEXIST)
            return fail(Error::fromErrno("A link of the session's layer could not be made"));
        return {};
    }

private:
    // The directory in the upper layer, made with all above it where absent.
    Result<UniqueFd> open(const std::string& path) {
        const Overlay& overlay = overlayHolding(m_overlays, path);
        ENTRACTE_ASSIGN(top, openDirectory(AT_FDCWD, (m_layer / "upper" / overlay.name).c_str()));
        UniqueFd current = std::move(top);
        std::string onHost = overlay.target == "/" ? "" : overlay.target;
        std::istringstream parts(pathWithin(overlay, path));
        for (std::string part; std::getline(parts, part, '/');) {
            onHost += "/" + part;
            ENTRACTE_ASSIGN(made, makeDirectory(current.get(), part.c_str()));
            ENTRACTE_ASSIGN(next, openDirectory(current.get(), part.c_str()));
            if (made)
                ENTRACTE_TRY(likeTheHosts(next.get(), onHost));
            current = std::move(next);
        }
        return current;
    }

    static Status likeTheHosts(int fd, const std::string& path) {
        struct stat status {};
        if (::lstat(path.c_str(), &status) < 0 || !S_ISDIR(status.st_mode))
            return setOwnerAndMode(fd, 0, 0, 0755);
        return setOwnerAndMode(fd, status.st_uid, status.st_gid, status.st_mode & 07777);
    }

    std::filesystem::path m_layer;
    std::vector<Overlay> m_overlays;
};

Status copyProgram(LayerWriter& writer, const std::string& name) {
    const auto source = companionProgram(name);
    const UniqueFd from(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!from || ::fstat(from.get(), &status) < 0)
        return fail(Error::fromErrno("The program " + name + " of Entracte could not be opened")
                        .withDetail(source.string())
                        .withHint("Install Entracte again."));
    ENTRACTE_ASSIGN(to, writer.create(std::string(kProgramsInside) + "/" + name, 0755));
    for (off_t left = status.st_size; left > 0;) {
        const ssize_t copied =
            ::sendfile(to.get(), from.get(), nullptr, static_cast<std::size_t>(left));
        if (copied <= 0)
            return fail(
                Error::fromErrno("The program " + name + " could not be copied into the session"));
        left -= copied;
    }
    return {};
}

// The name that the session's uts namespace begins with, so that both agree wherever it is
// restored.
Status writeHostname(LayerWriter& writer) {
    utsname names{};
    ::uname(&names);
    const std::string line = std::string(names.nodename) + "\n";
    ENTRACTE_ASSIGN(file, writer.create("/etc/hostname", 0644));
    if (::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        return fail(Error::fromErrno("The session's host name could not be written"));
    return {};
}

// Without a way to any name server, asking one fails at once.
Status writeResolverWith(LayerWriter& writer, NetworkKind network) {
    const std::string_view text = network == NetworkKind::Nat
                                      ? "# Entracte: asks the name server of this computer.\n"
                                        "nameserver 10.0.2.3\n"
                                      : "# Entracte: this session reaches no name server.\n";
    ENTRACTE_ASSIGN(file, writer.create("/etc/resolv.conf", 0644));
    if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return fail(Error::fromErrno("The session's name server could not be written"));
    return {};
}

Status writeSoundFiles(LayerWriter& writer, uid_t uid, gid_t gid) {
    ENTRACTE_TRY(writer.makeFifo(kSoundFifo, uid, gid));
    for (const auto& [path, mode, content] : kSoundFiles) {
        ENTRACTE_ASSIGN(file, writer.create(path, mode));
        const std::string_view text(content);
        if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            return fail(Error::fromErrno("The session's sound could not be set up"));
    }
    return {};
}

} // namespace

Status writeResolver(const ContainerSpec& spec) {
    LayerWriter writer(spec.layer, overlaysOfLayer(spec.layer));
    return writeResolverWith(writer, spec.network);
}

Status prepareLayer(const ContainerSpec& spec, const std::filesystem::path& stateDirectory) {
    ENTRACTE_ASSIGN(overlays, overlaysOfHost(spec.person));
    LayerWriter writer(spec.layer, overlays);
    ENTRACTE_TRY(writer.makeUppers());

    const uid_t uid = spec.person.uid;
    const gid_t gid = spec.person.gid;
    const std::vector<Directory> directories = {
        {"/dev", 0755, 0, 0, true},
        {"/dev/pts", 0755},
        {"/dev/shm", 01777},
        {"/proc", 0555},
        {"/sys", 0555, 0, 0, true},
        {"/tmp", 01777, 0, 0, true},
        {"/tmp/.X11-unix", 01777},
        {"/tmp/.ICE-unix", 01777},
        {"/var/tmp", 01777, 0, 0, true},
        {"/run", 0755, 0, 0, true},
        {"/run/lock", 01777},
        {"/run/entracte", 0700, uid, gid},
        {"/run/user", 0755},
        {"/run/user/" + std::to_string(uid), 0700, uid, gid},
        {kProgramsInside, 0755, 0, 0, true},
    };
    for (const auto& directory : directories)
        ENTRACTE_TRY(writer.make(directory));
    for (const char* node : {"null", "zero", "full", "random", "urandom", "tty"})
        ENTRACTE_TRY(writer.create(std::string("/dev/") + node, 0666));
    using Link = std::pair<const char*, const char*>;
    for (const auto& [path, target] :
         {Link{"/dev/ptmx", "pts/ptmx"}, Link{"/dev/fd", "/proc/self/fd"},
          Link{"/dev/stdin", "/proc/self/fd/0"}, Link{"/dev/stdout", "/proc/self/fd/1"},
          Link{"/dev/stderr", "/proc/self/fd/2"}})
        ENTRACTE_TRY(writer.link(path, target));

    std::error_code ignored;
    const std::string hidden = std::filesystem::weakly_canonical(stateDirectory, ignored);
    const bool hiddenAlready = isWithin(hidden, "/tmp") || isWithin(hidden, "/run") ||
                               isWithin(hidden, "/var/tmp") || isWithin(hidden, "/dev");
    if (!hidden.empty() && hidden != "/" && !hiddenAlready)
        ENTRACTE_TRY(writer.make({hidden, 0700, 0, 0, true}));

    ENTRACTE_TRY(writeHostname(writer));
    ENTRACTE_TRY(writeResolverWith(writer, spec.network));
    ENTRACTE_TRY(writeSoundFiles(writer, uid, gid));
    for (const char* program : {"entracte-session", "entracte-launch", "entracte-notifier",
                                "entracte-open", "entracte-save"})
        ENTRACTE_TRY(copyProgram(writer, program));
    if (spec.display)
        ENTRACTE_TRY(copyProgram(writer, "entracte-xproxy"));
    return {};
}

} // namespace entracte
