// Exported sessions as files that somebody else wrote: whole ones are taken, everything else is
// refused. And the layer in them.

#include "session/transfer/Unpacker.h"
#include "session/transfer/BundleManifest.h"
#include "session/transfer/BundleWriter.h"
#include "session/transfer/LayerFilter.h"
#include "tests/session/transfer/ForgedImages.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <memory>

namespace entracte::test {
namespace {

class TextSink final : public ByteSink {
public:
    Status write(std::span<const std::byte> bytes) override {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }
    std::string text;
};

class TextSource final : public ByteSource {
public:
    explicit TextSource(std::string text) : m_text(std::move(text)) {}
    Result<std::span<const std::byte>> read() override {
        const auto part = std::as_bytes(std::span(m_text)).subspan(m_at);
        const auto some = part.first(std::min<std::size_t>(part.size(), 10'000));
        m_at += some.size();
        return some;
    }

private:
    std::string m_text;
    std::size_t m_at = 0;
};

std::string contentOf(int fd) {
    std::string all;
    char buffer[4096];
    ::lseek(fd, 0, SEEK_SET);
    for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof buffer)) > 0;)
        all.append(buffer, static_cast<std::size_t>(got));
    return all;
}

class Folder final : public UnpackTarget {
public:
    Status expect(std::uint64_t images, std::uint64_t layer) override {
        imageBytes = images;
        layerBytes = layer;
        return {};
    }
    Result<UniqueFd> create(const std::string& name) override {
        UniqueFd file(::memfd_create("part", MFD_CLOEXEC));
        UniqueFd ours(::dup(file.get()));
        files.emplace(name, std::move(ours));
        return file;
    }
    Result<UniqueFd> earlier(std::uint32_t number) override {
        if (number != 1 || before.empty())
            return UnpackTarget::earlier(number);
        UniqueFd file(::memfd_create("before", MFD_CLOEXEC));
        EXPECT_EQ(::write(file.get(), before.data(), before.size()),
                  static_cast<ssize_t>(before.size()));
        return file;
    }
    std::uint64_t imageBytes = 0;
    std::uint64_t layerBytes = 0;
    std::map<std::string, UniqueFd> files;
    std::string before; // pages-1.img of what came earlier
};

// One entry of a layer.
struct File {
    std::string path;
    mode_t mode = S_IFREG | 0644;
    std::int64_t uid = 1500;
    std::string content{};
    std::string link{}; // symbolic, or hard with `hard`
    bool hard = false;
    dev_t device = 0;
    std::map<std::string, std::string> attributes{};
    std::int64_t hole = 0; // bytes: it is nothing else
};

const File kUpper{"upper", S_IFDIR | 0755, 0, {}, {}, false, 0, {}};
const File kRoot{"upper/root", S_IFDIR | 0755, 0, {}, {}, false, 0, {}};

std::string tarOf(const std::vector<File>& files) {
    std::string out;
    const auto write = [](archive*, void* self, const void* bytes, std::size_t size) -> la_ssize_t {
        static_cast<std::string*>(self)->append(static_cast<const char*>(bytes), size);
        return static_cast<la_ssize_t>(size);
    };
    const std::unique_ptr<archive, int (*)(archive*)> tar(archive_write_new(), archive_write_free);
    archive_write_set_format_pax(tar.get());
    archive_write_set_options(tar.get(), "hdrcharset=BINARY,xattrheader=LIBARCHIVE");
    archive_write_open2(tar.get(), &out, nullptr, write, nullptr, nullptr);
    for (const File& file : files) {
        const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                             archive_entry_free);
        archive_entry_copy_pathname(entry.get(), file.path.c_str());
        archive_entry_set_mode(entry.get(), file.mode);
        archive_entry_set_uid(entry.get(), file.uid);
        archive_entry_set_gid(entry.get(), 1500);
        archive_entry_set_rdev(entry.get(), file.device);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.content.size()));
        if (!file.link.empty() && file.hard)
            archive_entry_copy_hardlink(entry.get(), file.link.c_str());
        else if (!file.link.empty())
            archive_entry_copy_symlink(entry.get(), file.link.c_str());
        for (const auto& [key, value] : file.attributes)
            archive_entry_xattr_add_entry(entry.get(), key.c_str(), value.data(), value.size());
        const std::string content =
            file.hole > 0 ? std::string(static_cast<std::size_t>(file.hole), '\0') : file.content;
        if (file.hole > 0) { // as EntryArchive writes it
            archive_entry_set_size(entry.get(), file.hole);
            archive_entry_sparse_add_entry(entry.get(), 0, 0);
        }
        archive_write_header(tar.get(), entry.get());
        archive_write_data(tar.get(), content.data(), content.size());
    }
    archive_write_close(tar.get());
    return out;
}

Result<std::vector<AccessNeed>> filtered(const std::vector<File>& files,
                                         std::string* out = nullptr) {
    std::vector<File> all = {kUpper, kRoot};
    all.insert(all.end(), files.begin(), files.end());
    TextSource source(tarOf(all));
    TextSink sink;
    auto needs = filterLayer(source, sink, rulesOfAnn(), 1 << 20);
    if (out)
        *out = sink.text;
    return needs;
}

std::string manifestText(std::uint64_t images, std::uint64_t layer) {
    BundleManifest manifest;
    manifest.name = "work";
    manifest.info = {{"comment", "c"}};
    manifest.restore = {{"spec", {{"sharedFolders", nlohmann::json::array()}}},
                        {"owner", 1500},
                        {"ownerName", "ann"},
                        {"host", nlohmann::json::object()},
                        {"sockets", nlohmann::json::array()}};
    manifest.imageBytes = images;
    manifest.layerBytes = layer;
    return formatBundleManifest(manifest);
}

// A whole export; `forge` may change what is written.
struct Bundle {
    ImageSet images = Forged().images();
    std::string layer = tarOf({kUpper, kRoot, {"upper/root/letter", S_IFREG | 0644, 1500, "dear"}});
    std::int64_t imageBytesMore = 0;
    bool withLayer = true;
    std::string extra;                           // a member after the layer
    std::map<std::string, std::string> deltas{}; // instead of images

    std::string text(bool compress = true) const {
        EXPECT_GE(::sodium_init(), 0);
        TextSink sink;
        auto writer = BundleWriter::begin(sink, compress, nullptr);
        std::uint64_t bytes = 0;
        for (const auto& [name, content] : images)
            bytes += content.size();
        bytes += static_cast<std::uint64_t>(imageBytesMore);
        EXPECT_TRUE((*writer)->addText(kManifestMember, manifestText(bytes, layer.size())));
        for (const auto& [name, content] : images)
            EXPECT_TRUE((*writer)->addText(kImagesPrefix + name, content));
        for (const auto& [name, content] : deltas)
            EXPECT_TRUE((*writer)->addText(kDeltasPrefix + name, content));
        if (withLayer) {
            EXPECT_TRUE((*writer)->addText(kLayerMember, layer));
        }
        if (!extra.empty()) {
            EXPECT_TRUE((*writer)->addText(extra, "x"));
        }
        EXPECT_TRUE((*writer)->finish());
        return sink.text;
    }
};

Status unpack(const std::string& text, Folder& folder) {
    TextSource source(text);
    return unpackBundle(source, folder, rulesOfAnn());
}

TEST(UnpackerTest, takesAWholeOne) {
    Folder folder;
    const auto done = unpack(Bundle().text(), folder);
    ASSERT_TRUE(done) << done.error().forLog();
    EXPECT_EQ(contentOf(folder.files.at("pstree.img").get()), Forged().images().at("pstree.img"));
    const auto manifest = parseBundleManifest(contentOf(folder.files.at(kManifestMember).get()));
    ASSERT_TRUE(manifest);
    EXPECT_EQ(manifest->name, "work");
    EXPECT_TRUE(manifest->restore.at("imported").get<bool>());
    EXPECT_FALSE(manifest->needs.empty());
}

TEST(UnpackerTest, takesFilesThatAreNothingButAHole) {
    std::string layer;
    ASSERT_TRUE(filtered({{.path = "upper/root/hole", .hole = 124'951},
                          {.path = "upper/root/small", .hole = 1},
                          {.path = "upper/root/letter", .content = "dear"}},
                         &layer));
    std::map<std::string, std::string> found;
    const std::unique_ptr<archive, int (*)(archive*)> tar(archive_read_new(), archive_read_free);
    archive_read_support_format_tar(tar.get());
    archive_read_open_memory(tar.get(), layer.data(), layer.size());
    archive_entry* entry = nullptr;
    while (archive_read_next_header(tar.get(), &entry) == ARCHIVE_OK) {
        std::string content(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
        archive_read_data(tar.get(), content.data(), content.size());
        found[archive_entry_pathname(entry)] = content;
    }
    EXPECT_STREQ(archive_error_string(tar.get()), nullptr);
    EXPECT_EQ(found["upper/root/hole"], std::string(124'951, '\0'));
    EXPECT_EQ(found["upper/root/small"], std::string(1, '\0'));
    EXPECT_EQ(found["upper/root/letter"], "dear");
}

TEST(UnpackerTest, refusesEveryCut) {
    const std::string whole = Bundle().text();
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        Folder folder;
        EXPECT_FALSE(unpack(whole.substr(0, size), folder)) << size;
    }
}

TEST(UnpackerTest, refusesEveryAlteredByteOrTakesTheSame) {
    std::string whole = Bundle().text();
    for (std::size_t at = 0; at < whole.size(); at += 11) {
        whole[at] = static_cast<char>(whole[at] ^ 0x20);
        Folder folder;
        if (unpack(whole, folder)) { // a byte that means nothing
            EXPECT_EQ(contentOf(folder.files.at("files.img").get()),
                      Forged().images().at("files.img"));
        }
        whole[at] = static_cast<char>(whole[at] ^ 0x20);
    }
}

TEST(UnpackerTest, comparesTheSums) {
    Bundle bundle;
    bundle.images["pages-1.img"] = "memory of a program";
    std::string whole = bundle.text(false);
    Folder first;
    EXPECT_TRUE(unpack(whole, first));
    whole[whole.find("memory of")] = 'M';
    Folder second;
    EXPECT_FALSE(unpack(whole, second));
}

TEST(UnpackerTest, takesPagesThatAreToldByThoseBefore) {
    const std::string record{1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}; // two pages from 1 on
    Bundle bundle;
    bundle.deltas["pages-3.img"] = record;
    bundle.imageBytesMore = 2 * 4096;
    Folder folder;
    folder.before = std::string(4096, 'a') + std::string(4096, 'b') + std::string(4096, 'c');
    const auto done = unpack(bundle.text(), folder);
    ASSERT_TRUE(done) << done.error().forLog();
    EXPECT_EQ(contentOf(folder.files.at("pages-3.img").get()), folder.before.substr(4096));
    // They are as many as the manifest says, and there.
    for (const std::int64_t more : {0, 4096, 3 * 4096}) {
        bundle.imageBytesMore = more;
        Folder other;
        other.before = folder.before;
        EXPECT_FALSE(unpack(bundle.text(), other)) << more;
    }
    bundle.imageBytesMore = 2 * 4096;
    Folder nothing;
    EXPECT_FALSE(unpack(bundle.text(), nothing));
    // Only memory is told so, and each once.
    for (const char* name : {"core-1.img", "files.img", "../pages-1.img", "pages-01.img"}) {
        Bundle other;
        other.deltas[name] = record;
        other.imageBytesMore = 2 * 4096;
        Folder into;
        into.before = folder.before;
        EXPECT_FALSE(unpack(other.text(), into)) << name;
    }
    bundle.images["pages-3.img"] = "x";
    Folder twice;
    twice.before = folder.before;
    EXPECT_FALSE(unpack(bundle.text(), twice));
}

TEST(UnpackerTest, refusesSizesThatLie) {
    for (const std::int64_t more : {-1, 1, -100, 1 << 30}) {
        Bundle bundle;
        bundle.imageBytesMore = more;
        Folder folder;
        EXPECT_FALSE(unpack(bundle.text(), folder)) << more;
    }
}

TEST(UnpackerTest, refusesMembersThatNoSessionHas) {
    for (const char* name :
         {"tmpfs-dev-1.tar.gz.img", "../files.img", "core-1.img/../x", "dump.log"}) {
        Bundle bundle;
        bundle.images[name] = "x";
        Folder folder;
        EXPECT_FALSE(unpack(bundle.text(), folder)) << name;
        EXPECT_FALSE(folder.files.contains(name)) << name;
    }
    Bundle bundle;
    bundle.extra = "images/core-2.img";
    Folder folder;
    EXPECT_FALSE(unpack(bundle.text(), folder));
    bundle = Bundle();
    bundle.withLayer = false;
    EXPECT_FALSE(unpack(bundle.text(), folder));
}

TEST(UnpackerTest, refusesForgedImages) {
    Forged forged;
    set(forged.credentials, 1, std::uint64_t{0});
    Bundle bundle;
    bundle.images = forged.images();
    Folder folder;
    const auto done = unpack(bundle.text(), folder);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), ErrorCode::NotAuthorized);
    EXPECT_FALSE(folder.files.contains(kManifestMember));
}

TEST(LayerFilterTest, keepsWhatALayerHolds) {
    std::string out;
    const auto needs = filtered(
        {{"upper/root/home", S_IFDIR | 0755, 0},
         {"upper/root/home/ann", S_IFDIR | 0700, 1500},
         {"upper/root/home/ann/letter", S_IFREG | 0600, 1500, "dear"},
         {"upper/root/home/ann/copy", S_IFREG | 0600, 1500, {}, "upper/root/home/ann/letter", true},
         {"upper/root/home/ann/link", S_IFLNK | 0777, 1500, {}, "/etc/passwd"},
         {"upper/root/home/ann/pipe", S_IFIFO | 0600},
         {"upper/root/home/ann/gone", S_IFCHR | 0000}},
        &out);
    ASSERT_TRUE(needs) << needs.error().forLog();
    EXPECT_NE(out.find("dear"), std::string::npos);
    ASSERT_EQ(needs->size(), 3u);
    EXPECT_EQ(needs->back().path, "/home/ann");
    EXPECT_EQ(needs->back().kind, AccessNeed::Kind::Lower);
}

TEST(LayerFilterTest, takesAwayTheRightToRunAsSomebodyElse) {
    std::string out;
    ASSERT_TRUE(filtered({{"upper/root/shell", S_IFREG | 06755, 0, "x"}}, &out));
    const auto entry = out.find("upper/root/shell");
    ASSERT_NE(entry, std::string::npos);
    EXPECT_EQ(out.substr(entry + 100, 6), "000755"); // the mode of a ustar header
}

TEST(LayerFilterTest, tellsWhichFoldersOfTheHostItOpens) {
    const auto named = [](const Result<std::vector<AccessNeed>>& needs, const std::string& path) {
        return needs && std::ranges::any_of(
                            *needs, [&](const AccessNeed& need) { return need.path == path; });
    };
    EXPECT_TRUE(named(filtered({{"upper/root/root", S_IFDIR | 0755, 0}}), "/root"));
    EXPECT_FALSE(named(filtered({{"upper/root/root", S_IFDIR | 0700, 0}}), "/root"));
    EXPECT_TRUE(named(filtered({{"upper/root/root", S_IFDIR | 0700, 1500}}), "/root"));
    EXPECT_FALSE(named(filtered({{"upper/root/root",
                                  S_IFDIR | 0755,
                                  0,
                                  {},
                                  {},
                                  false,
                                  0,
                                  {{"trusted.overlay.opaque", "y"}}}}),
                       "/root"));
    EXPECT_TRUE(named(filtered({{"upper/root/mine",
                                 S_IFDIR | 0755,
                                 0,
                                 {},
                                 {},
                                 false,
                                 0,
                                 {{"trusted.overlay.redirect", "/root/.ssh"}}}}),
                      "/root/.ssh"));
    EXPECT_TRUE(named(filtered({{"upper/root/mine",
                                 S_IFDIR | 0755,
                                 0,
                                 {},
                                 {},
                                 false,
                                 0,
                                 {{"trusted.overlay.redirect", "root"}}}}),
                      "/root"));
}

TEST(LayerFilterTest, refusesWhatLeadsElsewhere) {
    const std::map<std::string, std::vector<File>> cases = {
        {"dots", {{"upper/root/../../x"}}},
        {"absolute", {{"/etc/passwd"}}},
        {"doubled slash", {{"upper/root//x"}}},
        {"beside the layer", {{"work", S_IFDIR | 0755}}},
        {"no folder above", {{"upper/root/a/b"}}},
        {"through a link",
         {{"upper/root/a", S_IFLNK | 0777, 1500, {}, "/etc"}, {"upper/root/a/passwd"}}},
        {"through a file", {{"upper/root/a"}, {"upper/root/a/b"}}},
        {"twice", {{"upper/root/a"}, {"upper/root/a"}}},
        {"hard link out", {{"upper/root/a", S_IFREG | 0644, 1500, {}, "/etc/shadow", true}}},
        {"hard link to a folder", {{"upper/root/a", S_IFREG | 0644, 1500, {}, "upper/root", true}}},
        {"block device", {{"upper/root/sda", S_IFBLK | 0666, 1500, {}, {}, false, makedev(8, 0)}}},
        {"character device",
         {{"upper/root/mem", S_IFCHR | 0666, 1500, {}, {}, false, makedev(1, 1)}}},
        {"file as an overlay", {{"upper/%2Fhome"}}},
        {"overlay of /proc", {{"upper/%2Fproc", S_IFDIR | 0755}}},
        {"overlay of nothing", {{"upper/..%2F", S_IFDIR | 0755}}},
        {"capability",
         {{"upper/root/a", S_IFREG | 0755, 0, "x", {}, false, 0, {{"security.capability", "x"}}}}},
        {"contents of the host's",
         {{"upper/root/a",
           S_IFREG | 0644,
           0,
           {},
           {},
           false,
           0,
           {{"trusted.overlay.metacopy", ""}}}}},
        {"redirected file",
         {{"upper/root/a",
           S_IFREG | 0644,
           0,
           {},
           {},
           false,
           0,
           {{"trusted.overlay.redirect", "/etc/shadow"}}}}},
        {"redirect with dots",
         {{"upper/root/a",
           S_IFDIR | 0755,
           0,
           {},
           {},
           false,
           0,
           {{"trusted.overlay.redirect", "/home/../root"}}}}},
        {"redirect into another",
         {{"upper/root/a",
           S_IFDIR | 0755,
           0,
           {},
           {},
           false,
           0,
           {{"trusted.overlay.redirect", "b/c"}}}}},
        {"more than it said", {{"upper/root/a", S_IFREG | 0644, 0, std::string(2 << 20, 'x')}}},
    };
    for (const auto& [name, files] : cases)
        EXPECT_FALSE(filtered(files)) << name;
}

TEST(BundleManifestTest, keptFilesBecomeHarmless) {
    BundleManifest manifest = *parseBundleManifest(manifestText(1, 1));
    manifest.restore["spec"]["sharedFolders"] = {{{"path", "/home/ann/docs"}, {"readOnly", false}}};
    const auto file = [](const char* path, std::uint32_t mode, bool shared) {
        return nlohmann::json{
            path, S_ISDIR(mode) ? "" : "entracte-file-1", "", 1, 1, 1, mode, 0, 0, shared};
    };
    manifest.restore["files"] = {file("/usr/bin/su", S_IFREG | 04755, false),
                                 file("/home/ann/docs/x", S_IFREG | 06755, false)};
    ASSERT_TRUE(sanitizeManifest(manifest, rulesOfAnn()));
    const auto& files = manifest.restore["files"];
    EXPECT_EQ(files[0][6], S_IFREG | 0755);
    EXPECT_EQ(files[1][6], S_IFREG | 0755);
    EXPECT_EQ(files[1][7], 1500);
    EXPECT_EQ(files[1][9], true);
    for (const auto& bad :
         {file("/home/../etc/x", S_IFREG | 0644, false),
          file("/etc/cron.d/x", S_IFREG | 0644, true), file("/etc/x", S_IFBLK | 0644, false)}) {
        manifest.restore["files"] = nlohmann::json::array({bad});
        EXPECT_FALSE(sanitizeManifest(manifest, rulesOfAnn())) << bad.dump();
    }
}

TEST(BundleManifestTest, whatWasTypedComesAlongAsFarAsItMayBeThat) {
    BundleManifest manifest = *parseBundleManifest(manifestText(1, 1));
    const nlohmann::json input{{"7", "aGk="}};
    manifest.restore["input"] = input;
    ASSERT_TRUE(sanitizeManifest(manifest, rulesOfAnn()));
    EXPECT_EQ(manifest.restore["input"], input);
    manifest.restore["input"] = "aGk=";
    EXPECT_FALSE(sanitizeManifest(manifest, rulesOfAnn()));
    manifest.restore["input"] = {{"7", std::string(2u << 20, 'x')}};
    EXPECT_FALSE(sanitizeManifest(manifest, rulesOfAnn())) << "more than any server queues";
}

// Whoever wrote the file does not say what is connected to outside of the session.
TEST(BundleManifestTest, whereItIsShownIsForgotten) {
    BundleManifest manifest = *parseBundleManifest(manifestText(1, 1));
    manifest.restore["spec"]["screen"] = {{"kind", 0},
                                          {"width", 640},
                                          {"height", 480},
                                          {"display", "evil.example:0"},
                                          {"xauthority", "/home/ann/.ssh/id"},
                                          {"clipboard", true},
                                          {"sessionBus", "unixexec:path=/bin/sh"}};
    ASSERT_TRUE(sanitizeManifest(manifest, rulesOfAnn()));
    const nlohmann::json expected{{"kind", 0},     {"width", 640},     {"height", 480},
                                  {"display", ""}, {"xauthority", ""}, {"clipboard", false}};
    EXPECT_EQ(manifest.restore["spec"]["screen"], expected);
}

TEST(BundleManifestTest, filesOfAnEarlierRoundAreOnlyNamed) {
    BundleManifest manifest = *parseBundleManifest(manifestText(1, 1));
    manifest.restore["spec"]["sharedFolders"] = {{{"path", "/home/ann/docs"}, {"readOnly", false}}};
    const auto file = [](const char* path, const char* content, std::uint32_t mode, bool shared,
                         const nlohmann::json& earlier) {
        return nlohmann::json{path, content, "", 1, 1, 1, mode, 0, 0, shared, nullptr, earlier};
    };
    constexpr std::uint32_t kFile = S_IFREG | 0644;
    const auto good = file("/usr/lib/x.so", "", kFile, false, "entracte-file-7");
    manifest.restore["files"] = nlohmann::json::array({good});
    ASSERT_TRUE(sanitizeManifest(manifest, rulesOfAnn()));
    EXPECT_EQ(manifest.restore["files"][0], good);
    for (const auto& bad :
         {file("/usr/lib/x.so", "entracte-file-7", kFile, false, "entracte-file-7"),
          file("/usr/lib/x.so", "", kFile, false, ""), file("/usr/lib/x.so", "", kFile, false, 7),
          file("/usr/lib/x.so", "", kFile, false, "pages-1.img"),
          file("/usr/lib/x.so", "", kFile, false, "entracte-file-../x"),
          file("/usr/lib", "", S_IFDIR | 0755, false, "entracte-file-7"),
          file("/home/ann/docs/x", "", kFile, true, "entracte-file-7"),
          file("/home/ann/docs/x", "", kFile, false, "entracte-file-7")}) {
        manifest.restore["files"] = nlohmann::json::array({bad});
        EXPECT_FALSE(sanitizeManifest(manifest, rulesOfAnn())) << bad.dump();
    }
}

TEST(BundleManifestTest, anotherUsersSessionIsRefused) {
    BundleManifest manifest = *parseBundleManifest(manifestText(1, 1));
    manifest.restore["owner"] = 1501;
    EXPECT_FALSE(sanitizeManifest(manifest, rulesOfAnn()));
}

TEST(BundleManifestTest, refusesWhatIsNoManifest) {
    for (const std::string& text :
         {std::string(), std::string("[]"), std::string("{}"), std::string(100'000, '['),
          std::string("{\"format\":\"entracte-session\",\"version\":2}")})
        EXPECT_FALSE(parseBundleManifest(text)) << text.substr(0, 40);
}

} // namespace
} // namespace entracte::test
