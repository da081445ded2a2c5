// What an exported session says of itself is read from its beginning, however it is wrapped; what
// is none is refused in a sentence.

#include "app/common/ExportPreview.h"
#include "app/common/SealedStream.h"
#include "session/base/UniqueFd.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace entracte {
namespace {

std::string member(const std::string& name, const std::string& content, char kind = '0') {
    std::string head(512, '\0');
    head.replace(0, name.size(), name);
    char size[12];
    std::snprintf(size, sizeof size, "%011zo", content.size());
    head.replace(124, 11, size);
    head[156] = kind;
    head.replace(257, 5, "ustar");
    std::string all = head + content;
    all.resize((all.size() + 511) / 512 * 512);
    return all;
}

const std::string kManifest = R"({"format": "entracte-session", "version": 1, "name": "work",
 "imageBytes": 5000000, "layerBytes": 1000,
 "info": {"comment": "lunch", "takenUnixMs": 1700000000000, "windows": 2, "programs": 3},
 "restore": {"spec": {}, "survey": {"windows": [["Letter", "X", 0, 0, 1, 1], ["", "Clock", 0, 0, 1, 1]],
                                    "thumbnail": "UE5H"}}})";

std::string archive(const std::string& manifest = kManifest) {
    return member("PaxHeader", "20 atime=1700000000\n", 'x') + member("manifest.json", manifest) +
           member("images/pages-1.img", std::string(3 << 20, '\0'));
}

std::string compressed(const std::string& plain) {
    std::string out(::ZSTD_compressBound(plain.size()), '\0');
    out.resize(::ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3));
    return out;
}

Result<ExportPreview> read(const std::string& content) {
    const UniqueFd file(::memfd_create("export", MFD_CLOEXEC));
    EXPECT_EQ(::write(file.get(), content.data(), content.size()),
              static_cast<ssize_t>(content.size()));
    ::lseek(file.get(), 0, SEEK_SET);
    return readExportPreview(file.get());
}

class Folder {
public:
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "entracte-preview-XXXXXX";
        m_path = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(m_path); }
    std::string file(const std::string& content) const {
        const auto path = m_path / "session.entracte";
        std::ofstream(path) << content;
        return path;
    }

private:
    std::filesystem::path m_path;
};

TEST(ExportPreviewTest, tellsWhatIsInIt) {
    for (const auto& content : {archive(), compressed(archive())}) {
        const auto preview = read(content);
        ASSERT_TRUE(preview) << preview.error().forLog();
        EXPECT_EQ(preview->name, "work");
        EXPECT_EQ(preview->comment, "lunch");
        EXPECT_EQ(preview->takenUnixMs, 1'700'000'000'000);
        EXPECT_EQ(preview->windows, 2U);
        EXPECT_EQ(preview->programs, 3U);
        EXPECT_EQ(preview->imageBytes, 5'000'000U);
        EXPECT_EQ(preview->titles, QStringList({"Letter", "Clock"}));
        EXPECT_EQ(preview->picture, "PNG");
    }
}

TEST(ExportPreviewTest, memoryThatCompressesWellIsNotRead) {
    const auto much = member("manifest.json", kManifest) +
                      member("images/pages-1.img", std::string(100 << 20, '\0'));
    const auto preview = read(compressed(much));
    ASSERT_TRUE(preview) << preview.error().forLog();
    EXPECT_EQ(preview->name, "work");
}

TEST(ExportPreviewTest, whatIsNoneIsRefused) {
    auto large = member("manifest.json", "");
    large.replace(124, 11, "77777777777");
    auto endless = std::string();
    for (int i = 0; i < 100; ++i)
        endless += member("PaxHeader", "", 'x');
    for (const auto& content :
         {std::string(), std::string("text"), std::string(4096, 'x'), std::string(4096, '\0'),
          member("other", "x"), archive("{}"), archive("no JSON"), archive().substr(0, 700),
          compressed(archive()).substr(0, 40), "\x28\xb5\x2f\xfd" + std::string(100, 'z'), large,
          endless}) {
        const auto preview = read(content);
        ASSERT_FALSE(preview);
        EXPECT_EQ(preview.error().code(), ErrorCode::SnapshotDamaged) << preview.error().forLog();
    }
    const auto newer = read(archive(R"({"format": "entracte-session", "version": 2})"));
    ASSERT_FALSE(newer);
    EXPECT_EQ(newer.error().code(), ErrorCode::HostMismatch);
}

TEST(ExportPreviewTest, whatItSaysIsOfAnyKind) {
    const auto preview = read(archive(
        R"({"format": "entracte-session", "version": 1, "name": 5, "imageBytes": -1, "info": [],
            "restore": {"survey": {"windows": [5, [], [[]]], "thumbnail": {}}}})"));
    ASSERT_TRUE(preview);
    EXPECT_EQ(preview->name, "");
    EXPECT_EQ(preview->imageBytes, 0U);
}

TEST(ExportPreviewTest, aSealedOneOpensWithItsPassphrase) {
    const Folder folder;
    const UniqueFd plain(::memfd_create("plain", MFD_CLOEXEC));
    const auto content = compressed(archive());
    ASSERT_EQ(::write(plain.get(), content.data(), content.size()),
              static_cast<ssize_t>(content.size()));
    ::lseek(plain.get(), 0, SEEK_SET);
    const auto path = folder.file("");
    {
        std::FILE* const to = std::fopen(path.c_str(), "w");
        ASSERT_TRUE(sealStream(plain.get(), ::fileno(to), "secret", {1, 64 * 1024}));
        std::fclose(to);
    }
    const auto preview = previewOfExport(path, "secret");
    ASSERT_TRUE(preview) << preview.error().forLog();
    EXPECT_EQ(preview->name, "work");
    const auto wrong = previewOfExport(path, "guess");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code(), ErrorCode::NotAuthorized);
    EXPECT_FALSE(previewOfExport(path + "-none", ""));
}

} // namespace
} // namespace entracte
