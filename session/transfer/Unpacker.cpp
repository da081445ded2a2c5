#include "session/transfer/Unpacker.h"

#include "session/store/PartHash.h"
#include "session/transfer/BundleManifest.h"
#include "session/transfer/LayerFilter.h"
#include "session/transfer/PageDelta.h"
#include "session/transfer/WriteAll.h"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>

namespace entracte {

namespace {

Error damaged(std::string detail) {
    return {ErrorCode::SnapshotDamaged,
            "The file is damaged, or is not a session that Entracte exported.", std::move(detail),
            "Nothing was changed. Export the session again."};
}

class FileSink final : public ByteSink {
public:
    explicit FileSink(int file) : m_file(file) {}
    Status write(std::span<const std::byte> bytes) override { return writeAll(m_file, bytes); }

private:
    int m_file;
};

class Unpacker {
public:
    Unpacker(ByteSource& source, UnpackTarget& target, const ImageRules& rules)
        : m_source(source), m_target(target), m_rules(rules),
          m_archive(archive_read_new(), archive_read_free) {}

    Status run() {
        archive* in = m_archive.get();
        if (!in || archive_read_support_filter_zstd(in) != ARCHIVE_OK ||
            archive_read_support_format_tar(in) != ARCHIVE_OK ||
            archive_read_open(in, this, nullptr, &Unpacker::obtain, nullptr) != ARCHIVE_OK)
            return problem();
        ENTRACTE_TRY(takeManifest());
        ENTRACTE_TRY(takeImages());
        ENTRACTE_TRY(takeLayer());
        ENTRACTE_TRY(takeSums());
        ENTRACTE_ASSIGN(needs, checkImages(m_checked, m_rules));
        m_manifest.needs.insert(m_manifest.needs.end(), needs.begin(), needs.end());
        const std::string text = formatBundleManifest(m_manifest);
        ENTRACTE_ASSIGN(file, m_target.create(kManifestMember));
        return writeAll(file.get(), std::as_bytes(std::span(text)));
    }

private:
    // The contents of the member that is being read, and their hash.
    class Member final : public ByteSource {
    public:
        Member(Unpacker& unpacker, std::string name, std::uint64_t limit)
            : m_unpacker(unpacker), m_name(std::move(name)), m_room(limit) {}

        Result<std::span<const std::byte>> read() override {
            for (;;) {
                const void* bytes = nullptr;
                std::size_t count = 0;
                la_int64_t offset = 0;
                const int step =
                    archive_read_data_block(m_unpacker.m_archive.get(), &bytes, &count, &offset);
                if (step == ARCHIVE_EOF)
                    return std::span<const std::byte>();
                if (step != ARCHIVE_OK)
                    return m_unpacker.problem();
                // A hole: no member that we write has one.
                if (offset < 0 || static_cast<std::uint64_t>(offset) != m_position ||
                    count > m_room)
                    return fail(damaged(m_name + " is larger than it says"));
                if (count == 0)
                    continue;
                m_position += count;
                m_room -= count;
                const std::span got(static_cast<const std::byte*>(bytes), count);
                m_hash.add(got);
                return got;
            }
        }
        // Once everything is read: notes the sum, and returns the bytes.
        Result<std::uint64_t> finish() {
            for (;;) {
                ENTRACTE_ASSIGN(rest, read());
                if (rest.empty())
                    break;
            }
            m_unpacker.m_sums += m_hash.finish() + "  " + m_name + "\n";
            return m_position;
        }
        Result<std::string> text() {
            std::string all;
            for (;;) {
                ENTRACTE_ASSIGN(part, read());
                if (part.empty())
                    return all;
                all.append(reinterpret_cast<const char*>(part.data()), part.size());
            }
        }

    private:
        Unpacker& m_unpacker;
        const std::string m_name;
        std::uint64_t m_position = 0;
        std::uint64_t m_room;
        PartHash m_hash;
    };

    static la_ssize_t obtain(archive* in, void* self, const void** bytes) {
        auto& unpacker = *static_cast<Unpacker*>(self);
        auto got = unpacker.m_source.read();
        if (got) {
            *bytes = got->data();
            return static_cast<la_ssize_t>(got->size());
        }
        unpacker.m_sourceError = std::move(got).error();
        archive_set_error(in, EIO, "the source failed");
        return -1;
    }

    tl::unexpected<Error> problem() {
        if (m_sourceError)
            return fail(*m_sourceError);
        const char* text = archive_error_string(m_archive.get());
        return fail(damaged(text ? text : "libarchive gave no reason"));
    }

    // The next member's name; empty at the end.
    Result<std::string> next() {
        archive_entry* entry = nullptr;
        const int step = archive_read_next_header(m_archive.get(), &entry);
        if (step == ARCHIVE_EOF)
            return std::string();
        if (step != ARCHIVE_OK)
            return problem();
        const char* name = archive_entry_pathname(entry);
        if (!name || !*name || archive_entry_filetype(entry) != AE_IFREG ||
            archive_entry_hardlink(entry) || archive_entry_sparse_count(entry) > 0)
            return fail(damaged("a member that is no plain file"));
        return std::string(name);
    }

    Status takeManifest() {
        ENTRACTE_ASSIGN(name, next());
        if (name != kManifestMember)
            return fail(damaged("it does not begin with a manifest"));
        Member member(*this, name, kMaxBundleManifest);
        ENTRACTE_ASSIGN(text, member.text());
        ENTRACTE_TRY(member.finish());
        ENTRACTE_ASSIGN(manifest, parseBundleManifest(text));
        m_manifest = std::move(manifest);
        ENTRACTE_TRY(sanitizeManifest(m_manifest, m_rules));
        return m_target.expect(m_manifest.imageBytes, m_manifest.layerBytes);
    }

    Status takeImages() {
        std::uint64_t room = m_manifest.imageBytes;
        std::size_t checkedRoom = kMaxCheckedImages;
        std::set<std::string> seen;
        for (;;) {
            ENTRACTE_ASSIGN(name, next());
            m_name = name;
            const bool delta = name.starts_with(kDeltasPrefix);
            if (!delta && !name.starts_with(kImagesPrefix))
                break;
            const std::string image =
                name.substr(std::string_view(delta ? kDeltasPrefix : kImagesPrefix).size());
            const auto kind = imageKind(image);
            if (!kind || !seen.insert(image).second || seen.size() > kMaxImages)
                return fail(damaged("an image that no session has: " + image.substr(0, 100)));
            if (delta) {
                ENTRACTE_ASSIGN(bytes, takeDelta(image, room));
                room -= bytes;
                continue;
            }
            const bool checked = *kind == ImageKind::Checked;
            Member member(*this, name, checked ? std::min<std::uint64_t>(room, checkedRoom) : room);
            ENTRACTE_ASSIGN(file, m_target.create(image));
            if (checked) {
                ENTRACTE_ASSIGN(text, member.text());
                ENTRACTE_TRY(writeAll(file.get(), std::as_bytes(std::span(text))));
                checkedRoom -= text.size();
                m_checked.emplace(image, std::move(text));
            } else {
                ENTRACTE_TRY(copy(member, file.get()));
            }
            ENTRACTE_ASSIGN(bytes, member.finish());
            room -= bytes;
        }
        return room == 0 ? Status() : Status(fail(damaged("images are missing")));
    }

    // How many bytes it became.
    Result<std::uint64_t> takeDelta(const std::string& image, std::uint64_t room) {
        const auto number = numberOfPages(image);
        if (!number)
            return fail(damaged("an image that cannot be told by another: " + image));
        // At least a page for each head.
        Member member(*this, m_name, room + room / kPageBytes * kDeltaHead);
        ENTRACTE_ASSIGN(pages, m_target.createPages(*number));
        ENTRACTE_ASSIGN(bytes,
                        applyDelta(
                            member, pages.file.get(), room,
                            [this](std::uint32_t earlier) { return m_target.earlier(earlier); },
                            pages.filled ? *number : 0));
        ENTRACTE_TRY(member.finish());
        return bytes;
    }

    static Status copy(Member& member, int file) {
        for (;;) {
            ENTRACTE_ASSIGN(part, member.read());
            if (part.empty())
                return {};
            ENTRACTE_TRY(writeAll(file, part));
        }
    }

    Status takeLayer() {
        if (m_name != kLayerMember)
            return fail(damaged("the session's own files are missing"));
        Member member(*this, m_name, m_manifest.layerBytes);
        ENTRACTE_ASSIGN(file, m_target.create(kLayerMember));
        FileSink sink(file.get());
        ENTRACTE_ASSIGN(needs, filterLayer(member, sink, m_rules, m_manifest.layerBytes));
        m_manifest.needs = std::move(needs);
        ENTRACTE_ASSIGN(bytes, member.finish());
        return bytes == m_manifest.layerBytes ? Status()
                                              : Status(fail(damaged("the layer is cut short")));
    }

    Status takeSums() {
        ENTRACTE_ASSIGN(name, next());
        if (name != kSumsMember)
            return fail(damaged("the sums are missing"));
        const std::string expected = m_sums;
        Member member(*this, name, expected.size());
        ENTRACTE_ASSIGN(told, member.text());
        if (told != expected)
            return fail(damaged("a part is not as it was exported"));
        ENTRACTE_ASSIGN(end, next());
        if (!end.empty())
            return fail(damaged("something follows the end"));
        for (;;) { // who writes shall not find a closed pipe
            ENTRACTE_ASSIGN(rest, m_source.read());
            if (rest.empty())
                return {};
        }
    }

    ByteSource& m_source;
    UnpackTarget& m_target;
    const ImageRules& m_rules;
    std::optional<Error> m_sourceError;
    BundleManifest m_manifest;
    ImageSet m_checked;
    std::string m_name; // of the member that was begun last
    std::string m_sums;
    std::unique_ptr<archive, int (*)(archive*)> m_archive;
};

} // namespace

Result<UnpackTarget::Pages> UnpackTarget::createPages(std::uint32_t number) {
    ENTRACTE_ASSIGN(file, create(pagesImage(number)));
    return Pages{std::move(file), false};
}

Result<UniqueFd> UnpackTarget::earlier(std::uint32_t /*number*/) {
    return fail(damaged("it names pages that did not come before"));
}

Status unpackBundle(ByteSource& source, UnpackTarget& target, const ImageRules& rules) {
    return Unpacker(source, target, rules).run();
}

} // namespace entracte
