#include "session/screen/CookieFile.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

// After gtest: X.h makes a macro of None.
#include <X11/X.h>
#include <X11/Xauth.h>

#include <cstdio>

namespace entracte::screen {
namespace {

class CookieFileTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = "/tmp/entracte-cookie-test.XXXXXX";
        m_directory = ::mkdtemp(pattern.data());
        m_file = m_directory / "cookies";
    }
    void TearDown() override { std::filesystem::remove_all(m_directory); }

    void add(std::uint16_t family, std::string address, std::string number, std::string data,
             std::string protocol = kCookieProtocol) {
        Xauth entry{};
        const auto size = [](const std::string& s) {
            return static_cast<unsigned short>(s.size());
        };
        entry.family = family;
        entry.address = address.data();
        entry.address_length = size(address);
        entry.number = number.data();
        entry.number_length = size(number);
        entry.name = protocol.data();
        entry.name_length = size(protocol);
        entry.data = data.data();
        entry.data_length = size(data);
        std::FILE* stream = std::fopen(m_file.c_str(), "ab");
        XauWriteAuth(stream, &entry);
        std::fclose(stream);
    }
    std::string found(const CookieAddress& where) {
        const auto cookie = findCookie(m_file, where);
        return cookie ? cookie->bytes : "none";
    }

    std::filesystem::path m_directory;
    std::filesystem::path m_file;
    std::string m_host = localCookieAddress(0).address;
};

TEST_F(CookieFileTest, choosesByFamilyAddressAndNumber) {
    add(FamilyLocal, "another-host", "3", "wrong host");
    add(FamilyLocal, m_host, "4", "wrong number");
    add(FamilyLocal, m_host, "3", "wrong protocol", "XDM-AUTHORIZATION-1");
    add(FamilyInternet, std::string("\x0a\x00\x00\x07", 4), "3", "internet");
    add(FamilyLocal, m_host, "3", "local");
    EXPECT_EQ(found(localCookieAddress(3)), "local");
    EXPECT_EQ(found({FamilyInternet, std::string("\x0a\x00\x00\x07", 4), 3}), "internet");
    EXPECT_EQ(found(localCookieAddress(5)), "none");
}

TEST_F(CookieFileTest, wildEntriesFitEverywhere) {
    add(FamilyWild, "", "", "wild");
    EXPECT_EQ(found(localCookieAddress(3)), "wild");
    EXPECT_EQ(found({FamilyInternet, std::string(4, '\1'), 9}), "wild");
}

TEST_F(CookieFileTest, missingAndBrokenFilesHoldNothing) {
    EXPECT_EQ(found(localCookieAddress(0)), "none");
    std::FILE* stream = std::fopen(m_file.c_str(), "wb");
    std::fputs("\xff\xff\xff\xffnot a cookie file", stream);
    std::fclose(stream);
    EXPECT_EQ(found(localCookieAddress(0)), "none");
    EXPECT_FALSE(findCookie({}, localCookieAddress(0)));
}

TEST_F(CookieFileTest, newFileIsPrivateAndFitsEveryDisplay) {
    const auto cookie = createCookieFile(m_file);
    ASSERT_TRUE(cookie);
    EXPECT_EQ(cookie->bytes.size(), 16U);
    EXPECT_EQ(found(localCookieAddress(42)), cookie->bytes);
    struct stat info {};
    ASSERT_EQ(::stat(m_file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    EXPECT_FALSE(createCookieFile(m_file)) << "never writes into a file that is there";
}

} // namespace
} // namespace entracte::screen
