#include "session/base/BusAddress.h"

#include <gtest/gtest.h>

#include <string>

namespace entracte {
namespace {

constexpr const char* kGuid = ",guid=0123456789abcdef0123456789ABCDEF";

TEST(BusAddressTest, oneUnixSocketIsOne) {
    for (const std::string good : {"unix:path=/run/user/1000/bus", "unix:abstract=/tmp/dbus-AbC_1",
                                   "unix:abstract=name", "unix:path=/tmp/a%20b"})
        for (const std::string& address : {good, good + kGuid})
            EXPECT_TRUE(isUnixBusAddress(address)) << address;
}

TEST(BusAddressTest, nothingElseIs) {
    for (const std::string& wrong : {std::string(),
                                     std::string("unixexec:path=/bin/sh,argv1=-c,argv2=id"),
                                     std::string("autolaunch:"),
                                     std::string("unix:path=/a;unixexec:path=/bin/sh"),
                                     std::string("unix:path=/a,argv1=x"),
                                     std::string("unix:path="),
                                     std::string("unix:path=relative"),
                                     std::string("unix:abstract="),
                                     std::string("unix:dir=/tmp"),
                                     std::string("unix:runtime=yes"),
                                     std::string("tcp:host=a,port=1"),
                                     std::string("nonce-tcp:host=a"),
                                     std::string("launchd:env=X"),
                                     std::string("UNIX:path=/a"),
                                     std::string(" unix:path=/a"),
                                     std::string("unix:path=/a b"),
                                     std::string("unix:path=/a\nb"),
                                     std::string("unix:path=/a%"),
                                     std::string("unix:path=/a%2"),
                                     std::string("unix:path=/a%zz"),
                                     std::string("unix:path=/a%00b"),
                                     std::string("unix:path=/a,guid=12"),
                                     std::string("unix:path=/a") + kGuid + ",argv1=x",
                                     std::string("unix:path=/a") + kGuid + ";x:",
                                     std::string("unix:path=/a\0b", 14),
                                     "unix:path=/" + std::string(1000, 'x'),
                                     std::string("unix:path=/\xc3\xbc")})
        EXPECT_FALSE(isUnixBusAddress(wrong)) << wrong;
}

} // namespace
} // namespace entracte
