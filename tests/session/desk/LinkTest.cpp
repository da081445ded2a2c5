#include "session/desk/Link.h"

#include <gtest/gtest.h>

namespace entracte::desk {
namespace {

TEST(LinkTest, webPagesAndMailAreOpened) {
    EXPECT_EQ(safeLink("https://example.org/a?b=c&d#e"), "https://example.org/a?b=c&d#e");
    EXPECT_EQ(safeLink("HTTP://example.org/$(x)'\"`\\ |ü"),
              "HTTP://example.org/%24%28x%29%27%22%60%5C%20%7C%C3%BC");
    EXPECT_EQ(safeLink("mailto:a@b.org?subject=x&Body=y"), "mailto:a@b.org?subject=x&Body=y");
}

TEST(LinkTest, nothingElseIs) {
    for (const char* wrong : {"",
                              "http://",
                              "https:///a",
                              "http://?a",
                              "mailto:a@b.org?%61ttach=/etc/passwd",
                              "file:///etc/passwd",
                              "javascript:alert(1)",
                              "-x",
                              "--help",
                              "ftp://a/",
                              "https:/a",
                              "mailto:a@b.org?attach=/etc/passwd",
                              "mailto:a@b.org?subject=x&ATTACHMENT=y",
                              "https://a/\n",
                              "data:text/html,x",
                              "smb://a/b",
                              "https://user@example.org/",
                              "https://example.org:pass@evil.example/",
                              "https://example.org@10.0.0.1#x",
                              "https://example.org\\@evil.example/"})
        EXPECT_FALSE(safeLink(wrong)) << wrong;
    EXPECT_FALSE(safeLink("https://" + std::string(5000, 'x')));
}

TEST(LinkTest, publicPagesLeadOutside) {
    for (const char* link : {"https://example.org", "https://EXAMPLE.org./a@b?c=@d#e@f",
                             "http://a.b-c.example.com:8080/", "https://1.example.org/",
                             "https://local.example.org/", "mailto:a@localhost"})
        EXPECT_FALSE(leadsInside(*safeLink(link))) << link;
}

TEST(LinkTest, whatAnswersOnlyThePersonLeadsInside) {
    for (const char* link : {"http://localhost/",
                             "http://LOCALHOST:631/admin",
                             "http://localhost.:80/",
                             "http://printer/",
                             "http://127.0.0.1/",
                             "http://10.1.2.3:80/",
                             "http://8.8.8.8/",
                             "http://[::1]/",
                             "http://[::1]:80",
                             "http://2130706433/",
                             "http://0x7f000001/",
                             "http://0x7f.1/",
                             "http://127.0x1/",
                             "http://127.1./",
                             "http://a.localhost/",
                             "http://nas.local/",
                             "http://nas.LAN/",
                             "http://router.home.arpa/",
                             "http://fritz.box/",
                             "http://db.internal?x",
                             "http://%6cocalhost/",
                             "http://ex\\ample.org/",
                             "http://m\xc3\xbcller.example/"})
        EXPECT_TRUE(leadsInside(*safeLink(link))) << link;
}

} // namespace
} // namespace entracte::desk
