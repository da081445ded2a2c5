#include "session/transfer/LayerFilter.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <unordered_map>

namespace entracte {

namespace {

constexpr std::size_t kMaxEntries = 2'000'000;
constexpr std::size_t kMaxValue = 64 * 1024; // of an attribute

tl::unexpected<Error> hostile(std::string detail) {
    return fail(ErrorCode::SnapshotDamaged,
                "The file holds something that no session of Entracte's has.", std::move(detail),
                "Nothing was changed. Take a file only from whom you trust.");
}

// What the layer says of a path.
struct Known {
    mode_t type = 0;
    std::optional<std::string> lower; // folders: what of the host shows through
};

// The target of an overlay by its name in the layer (LayerPaths.h): "root" is "/", "%2Fhome" is
// "/home".
std::optional<std::string> targetOf(std::string_view name) {
    if (name == "root")
        return "/";
    std::string target;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] != '%') {
            target += name[i];
            continue;
        }
        const auto digit = [](char c) {
            return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        };
        if (i + 2 >= name.size() || digit(name[i + 1]) < 0 || digit(name[i + 2]) < 0)
            return std::nullopt;
        target += static_cast<char>(digit(name[i + 1]) * 16 + digit(name[i + 2]));
        i += 2;
    }
    for (const std::string_view kept : {"/proc", "/sys", "/dev", "/run"})
        if (target == kept || target.starts_with(std::string(kept) + "/"))
            return std::nullopt;
    return isPlainPath(target) && target != "/" ? std::optional(target) : std::nullopt;
}

class LayerFilter {
public:
    LayerFilter(ByteSource& source, ByteSink& sink, const ImageRules& rules, std::uint64_t limit)
        : m_source(source), m_sink(sink), m_rules(rules), m_room(limit),
          m_in(archive_read_new(), archive_read_free),
          m_out(archive_write_new(), archive_write_free) {}
    ~LayerFilter() { archive_write_fail(m_out.get()); }
    LayerFilter(const LayerFilter&) = delete;
    LayerFilter& operator=(const LayerFilter&) = delete;

    Result<std::vector<AccessNeed>> run() {
        archive* in = m_in.get();
        archive* out = m_out.get();
        if (archive_read_support_format_tar(in) != ARCHIVE_OK ||
            archive_read_open(in, this, nullptr, &LayerFilter::obtain, nullptr) != ARCHIVE_OK)
            return problem(in);
        // As TreeArchiver writes it.
        if (archive_write_set_format_pax(out) != ARCHIVE_OK ||
            archive_write_set_options(out, "hdrcharset=BINARY,xattrheader=LIBARCHIVE") !=
                ARCHIVE_OK ||
            archive_write_set_bytes_per_block(out, 64 * 1024) != ARCHIVE_OK ||
            archive_write_open2(out, this, nullptr, &LayerFilter::deliver, nullptr, nullptr) !=
                ARCHIVE_OK)
            return problem(out);
        for (std::size_t count = 0;; ++count) {
            archive_entry* entry = nullptr;
            const int step = archive_read_next_header(in, &entry);
            if (step == ARCHIVE_EOF)
                break;
            if (step != ARCHIVE_OK)
                return problem(in);
            if (count >= kMaxEntries)
                return hostile("more files than a layer has");
            ENTRACTE_TRY(take(entry));
        }
        if (archive_write_close(out) != ARCHIVE_OK)
            return problem(out);
        return std::move(m_needs);
    }

private:
    static la_ssize_t obtain(archive* in, void* self, const void** bytes) {
        auto& filter = *static_cast<LayerFilter*>(self);
        auto got = filter.m_source.read();
        if (got) {
            *bytes = got->data();
            return static_cast<la_ssize_t>(got->size());
        }
        filter.m_error = std::move(got).error();
        archive_set_error(in, EIO, "the source failed");
        return -1;
    }
    static la_ssize_t deliver(archive*, void* self, const void* bytes, std::size_t size) {
        auto& filter = *static_cast<LayerFilter*>(self);
        if (!filter.m_error) {
            auto written = filter.m_sink.write({static_cast<const std::byte*>(bytes), size});
            if (written)
                return static_cast<la_ssize_t>(size);
            filter.m_error = std::move(written).error();
        }
        return -1;
    }
    tl::unexpected<Error> problem(archive* of) {
        if (m_error)
            return fail(*m_error);
        const char* text = archive_error_string(of);
        return hostile(text ? text : "libarchive gave no reason");
    }

    Status take(archive_entry* entry) {
        const char* raw = archive_entry_pathname(entry);
        std::string path(raw ? raw : "");
        while (path.size() > 1 && path.back() == '/')
            path.pop_back();
        if (!isPlainPath("/" + path) || path.empty())
            return hostile("a path that leads elsewhere");
        ENTRACTE_ASSIGN(parent, parentOf(path));
        if (m_known.contains(path))
            return hostile("a path that is there twice");
        if (const char* first = archive_entry_hardlink(entry))
            return takeLink(entry, path, first);
        return takeFile(entry, path, parent);
    }

    // The folder that holds it; the layer's own top is one.
    Result<const Known*> parentOf(const std::string& path) const {
        const auto slash = path.rfind('/');
        if (slash == path.npos) {
            if (path != "upper")
                return hostile("something beside the layer's folders");
            return nullptr;
        }
        const auto parent = m_known.find(path.substr(0, slash));
        if (parent == m_known.end() || parent->second.type != AE_IFDIR)
            return hostile("a file in what is no folder");
        return &parent->second;
    }

    Status takeLink(archive_entry* entry, const std::string& path, const std::string& first) {
        const auto target = m_known.find(first);
        if (path.find('/') == path.npos || target == m_known.end() ||
            target->second.type == AE_IFDIR)
            return hostile("a hard link to something else than a file of the layer");
        archive_entry_unset_size(entry);
        archive_entry_xattr_clear(entry);
        m_known[path] = {target->second.type, {}};
        return write(entry);
    }

    Status takeFile(archive_entry* entry, const std::string& path, const Known* parent) {
        const mode_t type = archive_entry_filetype(entry);
        mode_t mode = archive_entry_mode(entry) & 07777;
        const auto uid = archive_entry_uid(entry);
        const auto gid = archive_entry_gid(entry);
        if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX)
            return hostile("an owner that nobody is");
        const bool whiteout = type == AE_IFCHR && archive_entry_rdevmajor(entry) == 0 &&
                              archive_entry_rdevminor(entry) == 0;
        if (type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK && type != AE_IFIFO &&
            !whiteout)
            return hostile("a device, or another kind of file that no layer has");
        if (type != AE_IFDIR && std::count(path.begin(), path.end(), '/') < 2)
            return hostile("a file in the place of a layer's folders");
        if (type != AE_IFDIR)
            mode &= 01777u; // nothing in it runs as its owner
        archive_entry_set_mode(entry, type | mode);
        if (type == AE_IFLNK && !archive_entry_symlink(entry))
            return hostile("a link to nothing");
        if (type != AE_IFREG)
            archive_entry_set_size(entry, 0);

        Known known{type, {}};
        bool opaque = false;
        std::string redirect;
        ENTRACTE_TRY(checkAttributes(entry, type, opaque, redirect));
        if (type == AE_IFDIR) {
            ENTRACTE_ASSIGN(lower, lowerOf(path, parent, opaque, redirect));
            known.lower = lower;
            if (lower)
                addNeed(*lower, mode, static_cast<std::uint32_t>(uid));
        }
        m_known[path] = std::move(known);
        ENTRACTE_TRY(write(entry));
        return type == AE_IFREG ? copyContent(archive_entry_size(entry)) : Status();
    }

    Status checkAttributes(archive_entry* entry, mode_t type, bool& opaque, std::string& redirect) {
        archive_entry_xattr_reset(entry);
        const char* key = nullptr;
        const void* value = nullptr;
        std::size_t size = 0;
        while (archive_entry_xattr_next(entry, &key, &value, &size) == ARCHIVE_OK) {
            const std::string name(key ? key : "");
            const std::string text(static_cast<const char*>(value), size);
            if (name.size() > 255 || size > kMaxValue)
                return hostile("an attribute that is too long");
            if (name == "trusted.overlay.opaque" && type == AE_IFDIR)
                opaque = opaque || text == "y";
            else if (name == "trusted.overlay.redirect" && type == AE_IFDIR)
                redirect = text;
            else if (name == "trusted.overlay.impure" && type == AE_IFDIR)
                continue; // it only tells how to list it
            else if (!name.starts_with("user.") && name != "system.posix_acl_access" &&
                     name != "system.posix_acl_default")
                return hostile("the attribute " + name);
        }
        return {};
    }

    Result<std::optional<std::string>> lowerOf(const std::string& path, const Known* parent,
                                               bool opaque, const std::string& redirect) const {
        const auto slash = path.rfind('/');
        if (slash == path.npos) // "upper"
            return std::optional<std::string>();
        if (std::count(path.begin(), path.end(), '/') == 1) {
            auto target = targetOf(path.substr(slash + 1));
            if (!target || opaque || !redirect.empty())
                return hostile("a layer of something that is not layered");
            return target;
        }
        if (opaque || !parent || (!parent->lower && redirect.empty()))
            return std::optional<std::string>();
        if (redirect.empty())
            return std::optional(join(*parent->lower, path.substr(slash + 1)));
        if (!redirect.starts_with('/')) {
            if (redirect.find('/') != redirect.npos || !parent->lower ||
                !isPlainPath("/" + redirect))
                return hostile("a renamed folder that leads elsewhere");
            return std::optional(join(*parent->lower, redirect));
        }
        if (!isPlainPath(redirect))
            return hostile("a renamed folder that leads elsewhere");
        // Within its own overlay.
        const auto second = path.find('/', 6);
        const auto top = m_known.find(path.substr(0, second));
        return std::optional(join(*top->second.lower, redirect.substr(1)));
    }

    static std::string join(const std::string& folder, const std::string& name) {
        return folder == "/" ? "/" + name : folder + "/" + name;
    }

    void addNeed(const std::string& lower, mode_t mode, std::uint32_t uid) {
        // The widest class counts: who owns a folder may change its mode, and what a list of access
        // rights grants is within the group's bits.
        mode_t granted = mode & 07u;
        if (uid == m_rules.uid)
            granted = 07;
        granted |= (mode >> 3) & 07u; // the group's, or a list's
        std::uint8_t bits = 0;
        if ((granted & 04u) != 0)
            bits |= R_OK;
        if ((granted & 01u) != 0)
            bits |= X_OK;
        if (bits != 0)
            m_needs.push_back({AccessNeed::Kind::Lower, bits, lower});
    }

    Status write(archive_entry* entry) {
        return archive_write_header(m_out.get(), entry) == ARCHIVE_OK
                   ? Status()
                   : Status(problem(m_out.get()));
    }

    // Holes stay holes: the entry's sparse map was taken over with it.
    Status copyContent(std::int64_t size) {
        if (size < 0)
            return hostile("a file of a size that there is not");
        std::int64_t position = 0;
        static constexpr std::array<char, 65536> kZeros{};
        const auto pass = [this](const void* bytes, std::size_t count) -> Status {
            if (archive_write_data(m_out.get(), bytes, count) != static_cast<la_ssize_t>(count))
                return problem(m_out.get());
            return {};
        };
        for (;;) {
            const void* bytes = nullptr;
            std::size_t count = 0;
            la_int64_t offset = 0;
            const int step = archive_read_data_block(m_in.get(), &bytes, &count, &offset);
            if (step == ARCHIVE_EOF)
                break;
            if (step != ARCHIVE_OK)
                return problem(m_in.get());
            if (offset < position || offset > size ||
                static_cast<std::int64_t>(count) > size - offset)
                return hostile("contents beyond the end of their file");
            for (; position < offset;) {
                const auto gap = std::min<std::int64_t>(offset - position, kZeros.size());
                ENTRACTE_TRY(pass(kZeros.data(), static_cast<std::size_t>(gap)));
                position += gap;
            }
            if (count > m_room)
                return hostile("more contents than the file said");
            m_room -= count;
            ENTRACTE_TRY(pass(bytes, count));
            position += static_cast<std::int64_t>(count);
        }
        // libarchive writes the map of a file's holes with its first byte, and one that is nothing
        // but a hole has none.
        if (position == 0 && size > 0)
            ENTRACTE_TRY(pass(kZeros.data(), 1));
        if (archive_write_finish_entry(m_out.get()) != ARCHIVE_OK)
            return problem(m_out.get());
        return {};
    }

    ByteSource& m_source;
    ByteSink& m_sink;
    const ImageRules& m_rules;
    std::uint64_t m_room;
    std::optional<Error> m_error;
    std::unordered_map<std::string, Known> m_known;
    std::vector<AccessNeed> m_needs;
    std::unique_ptr<archive, int (*)(archive*)> m_in;
    std::unique_ptr<archive, int (*)(archive*)> m_out; // last: freeing it writes to what is above
};

} // namespace

Result<std::vector<AccessNeed>> filterLayer(ByteSource& source, ByteSink& sink,
                                            const ImageRules& rules, std::uint64_t limit) {
    return LayerFilter(source, sink, rules, limit).run();
}

} // namespace entracte
