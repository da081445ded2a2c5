// Fonts on servers whose fonts differ: each server has a folder of fonts that the test has drawn.

#include "tests/xproxy/replay/RunningProxy.h"
#include "xproxy/replay/FontMatch.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

namespace entracte::xproxy {
namespace {

std::string fullName(const std::string& family, int width, int height) {
    return fmt::format("-entracte-{}-medium-r-normal--{}-{}-72-72-c-{}-iso8859-1", family, height,
                       height * 10, width * 10);
}

// A folder for a font path.
class FontFolder {
public:
    FontFolder() {
        std::string pattern = "/tmp/entracte-fonts.XXXXXX";
        m_folder = ::mkdtemp(pattern.data());
        std::filesystem::permissions(m_folder, std::filesystem::perms(0755));
        index();
    }
    ~FontFolder() { std::filesystem::remove_all(m_folder); }
    FontFolder(const FontFolder&) = delete;

    // Two letters in cells (Glyph Bitmap Distribution Format 2.1).
    FontFolder& add(const std::string& family, int width, int height,
                    const std::string& shortName) {
        const std::string name = fullName(family, width, height);
        const std::string file = fmt::format("{}-{}x{}.bdf", family, width, height);
        std::ofstream out(m_folder / file);
        out << "STARTFONT 2.1\nFONT " << name << "\nSIZE " << height << " 72 72\n"
            << "FONTBOUNDINGBOX " << width << ' ' << height << " 0 -2\nSTARTPROPERTIES 2\n"
            << "FONT_ASCENT " << height - 2 << "\nFONT_DESCENT 2\nENDPROPERTIES\nCHARS 2\n";
        for (const char letter : {'A', 'B'}) {
            out << "STARTCHAR " << letter << "\nENCODING " << int{letter}
                << "\nSWIDTH 500 0\nDWIDTH " << width << " 0\nBBX " << width << ' ' << height
                << " 0 -2\nBITMAP\n";
            for (int row = 0; row < height; ++row)
                out << std::string(static_cast<std::size_t>((width + 7) / 8 * 2), 'A') << '\n';
            out << "ENDCHAR\n";
        }
        out << "ENDFONT\n";
        m_fonts.push_back(file + " " + name);
        m_aliases.push_back(shortName + " " + name);
        index();
        return *this;
    }
    std::vector<std::string> path() const {
        return {"-nolisten", "tcp", "-fp", m_folder.string() + ",built-ins"};
    }

private:
    void index() const {
        std::ofstream fonts(m_folder / "fonts.dir"), aliases(m_folder / "fonts.alias");
        fonts << m_fonts.size() << '\n';
        for (const auto& line : m_fonts)
            fonts << line << '\n';
        for (const auto& line : m_aliases)
            aliases << line << '\n';
    }
    std::filesystem::path m_folder;
    std::vector<std::string> m_fonts, m_aliases;
};

class FontMoveTest : public ::testing::Test {
protected:
    // Its program writes with a font of 7 by 14 pixels, which it knows by a short name.
    void start(const test::TestServer& server) {
        proxy.moveTo(server);
        program = std::make_unique<Program>(proxy.display());
        font = program->newId();
        xcb_open_font(*program, font, std::strlen(kShort), kShort);
        gc = makeGc();
        ASSERT_TRUE(gc);
        ASSERT_EQ(widthNow(), 7);
        proxy.waitFor("the font to be known", [this](Core& core) {
            const auto known = core.record.find<Font>(ClientXid{font});
            return known && known->metrics && !known->metrics->fullName.empty();
        });
    }
    // 0: the server has refused it.
    std::uint32_t makeGc() {
        const auto id = program->newId();
        auto* error =
            xcb_request_check(*program, xcb_create_gc_checked(*program, id, program->screen().root,
                                                              XCB_GC_FONT, &font));
        const bool done = error == nullptr;
        std::free(error);
        return done ? id : 0;
    }
    bool writes() {
        auto* error = xcb_request_check(
            *program,
            xcb_image_text_8_checked(*program, 2, program->screen().root, gc, 10, 10, "AB"));
        const bool done = error == nullptr;
        std::free(error);
        return done;
    }
    int widthNow() { return widthOf(font); }
    int widthOf(std::uint32_t fontable) {
        auto* reply = xcb_query_font_reply(*program, xcb_query_font(*program, fontable), nullptr);
        const int width = reply ? reply->max_bounds.character_width : -1;
        std::free(reply);
        return width;
    }

    static constexpr const char* kShort = "entractecell";
    RunningProxy proxy;
    std::unique_ptr<Program> program;
    std::uint32_t font = 0, gc = 0;
};

TEST_F(FontMoveTest, theLikestStandsForOneThatIsNotThere) {
    FontFolder here, there;
    here.add("cell", 7, 14, kShort);
    there.add("plain", 20, 40, "large").add("other", 7, 14, "medium").add("tiny", 3, 5, "small");
    test::TestServer first(here.path()), second(there.path());
    start(first);
    proxy.moveTo(second);
    EXPECT_TRUE(writes());
    EXPECT_EQ(widthNow(), 7);
    EXPECT_EQ(widthOf(gc), 7);
    EXPECT_TRUE(makeGc());
    proxy.moveTo(first);
    EXPECT_TRUE(writes());
    EXPECT_EQ(widthNow(), 7);
}

TEST_F(FontMoveTest, aShortNameOfSomethingElseIsNotBelieved) {
    FontFolder here, there;
    here.add("cell", 7, 14, kShort);
    there.add("plain", 20, 40, kShort).add("cell", 7, 14, "another");
    test::TestServer first(here.path()), second(there.path());
    start(first);
    proxy.moveTo(second);
    EXPECT_EQ(widthNow(), 7);
    EXPECT_TRUE(writes());
}

TEST_F(FontMoveTest, alsoOfAFreedFontAfterACrashAndWithNothingLikeIt) {
    FontFolder here, there;
    here.add("cell", 7, 14, kShort);
    auto first = std::make_unique<test::TestServer>(here.path());
    test::TestServer second(there.path());
    start(*first);
    xcb_close_font(*program, font);
    RunningProxy::settle(*program);
    first->kill();
    proxy.waitFor("the loss", [](Core& core) { return !core.link; });
    proxy.moveTo(second);
    EXPECT_TRUE(writes()) << "with a context that keeps a font";
    EXPECT_EQ(widthOf(gc), 6) << "the one that every server has";
}

TEST(FontMatchTest, lettersCountMostThenCellsThenSize) {
    const FontMetrics wanted{12, 2, 7, 7, fullName("cell", 7, 14)};
    const std::vector<std::string> listed{
        "an alias", "-a-b-medium-r-normal--14-140-72-72-c-70-adobe-fontspecific",
        fullName("cell", 9, 18), fullName("other", 7, 14),
        "-urw-nimbus-medium-r-normal--0-0-0-0-p-0-iso8859-1"};
    const auto names = likeNames("cell", wanted, listed, 4);
    ASSERT_EQ(names.size(), 4u);
    EXPECT_EQ(names[0], fullName("other", 7, 14));
    EXPECT_EQ(names[1], fullName("cell", 9, 18));
    EXPECT_EQ(names[2], "-urw-nimbus-medium-r-normal--14-*-*-*-p-*-iso8859-1");
    EXPECT_EQ(likeNames("cell", wanted, listed, 2).size(), 2u);
}

} // namespace
} // namespace entracte::xproxy
