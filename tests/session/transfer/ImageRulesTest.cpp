// What CRIU's images may ask for: each test forges one thing in images that are allowed otherwise.

#include "tests/session/transfer/ForgedImages.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace entracte::test {
namespace {

using Forge = std::function<void(Forged&)>;

struct Case {
    const char* name;
    Forge forge;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
    return out << one.name;
}

class ForgedImagesTest : public ::testing::TestWithParam<Case> {};

TEST(ImageRulesTest, takesTheSmallestSession) {
    const auto needs = checkImages(Forged().images(), rulesOfAnn());
    ASSERT_TRUE(needs) << needs.error().forLog();
    ASSERT_EQ(needs->size(), 1u);
    EXPECT_EQ(needs->front().path, "/usr/bin/sleep");
    EXPECT_EQ(needs->front().bits, R_OK);
}

Fields cable() {
    return {{1, 2u}, {2, 2u}, {3, 65520u}, {5, std::string("eth0")}, {12, 3u}};
}

TEST(ImageRulesTest, takesASessionWithItsCable) {
    Forged forged;
    forged.device = cable();
    const auto needs = checkImages(forged.images(), rulesOfAnn());
    EXPECT_TRUE(needs) << needs.error().forLog();
}

TEST(ImageRulesTest, asksForWhatFilesAreOpenedFor) {
    Forged forged;
    set(forged.regular, 2, std::uint64_t{O_RDWR});
    const auto needs = checkImages(forged.images(), rulesOfAnn());
    ASSERT_TRUE(needs);
    EXPECT_EQ(needs->back().bits, R_OK | W_OK);
}

TEST(ImageRulesTest, asksForWhatFilesAreMappedFor) {
    Forged forged;
    set(forged.area, 10, std::uint64_t{O_RDWR});
    const auto needs = checkImages(forged.images(), rulesOfAnn());
    ASSERT_TRUE(needs);
    EXPECT_EQ(needs->back().bits, R_OK | W_OK);
}

// A program that has ended and that nobody has waited for: CRIU leaves its thread's number as it
// lay in memory.
TEST(ImageRulesTest, takesAProgramThatHasEnded) {
    Forged forged;
    const auto withState = [&](std::uint64_t state) {
        ImageSet images = forged.images();
        images["pstree.img"] =
            image(0x50273030, {message({{1, 1u}, {2, 0u}, {3, 1u}, {4, 1u}, {5, 1u}}),
                               message({{1, 2u}, {2, 1u}, {3, 1u}, {4, 1u}, {5, 2825397520u}})});
        set(forged.task, 1, state);
        images["core-2.img"] = image(0x55053847, {message({{1, 1u}, {3, message(forged.task)}})});
        return checkImages(images, rulesOfAnn());
    };
    constexpr std::uint64_t kAlive = 1;
    constexpr std::uint64_t kZombie = 6;
    const auto ended = withState(kZombie);
    EXPECT_TRUE(ended) << ended.error().forLog();
    EXPECT_FALSE(withState(kAlive));
}

Forge memoryFile(std::uint64_t uid, std::uint64_t mode) {
    return [=](Forged& f) {
        f.files.push_back({{1, 18u}, {2, 7u}, {20, message({{1, 7u}, {5, 1u}})}});
        f.more["memfd.img"] =
            image(0x48453499,
                  {message({{1, std::string("m")}, {2, uid}, {3, 1500u}, {7, 1u}, {9, mode}})});
    };
}

// As Firefox and Chromium do: its filter is the second, which CRIU calls the "previous".
TEST(ImageRulesTest, takesAProgramThatFiltersItselfToo) {
    Forged forged;
    forged.afterFilter = {{2, 1u}, {3, 1u}};
    forged.moreFilters = {{{1, std::string("its own")}, {3, 1u}}};
    const auto found = checkImages(forged.images(), rulesOfAnn());
    EXPECT_TRUE(found) << found.error().forLog();
}

TEST(ImageRulesTest, takesMemoryThatIsMappedByADescriptor) {
    Forged forged;
    memoryFile(1500, S_IFREG | 0777)(forged);
    set(forged.area, 4, std::uint64_t{7});
    set(forged.area, 7, std::uint64_t{1 | 1 << 7 | 1 << 14});
    const auto found = checkImages(forged.images(), rulesOfAnn());
    EXPECT_TRUE(found) << found.error().forLog();
}

// Marked for all threads, and one of these has a filter of its own: the kernel would attach
// nothing.
TEST(ImageRulesTest, eitherOneFilterIsForAllThreadsOrEachHasItsOwn) {
    const auto withThread = [](std::uint64_t leaders, std::optional<std::uint64_t> others) {
        Forged forged;
        forged.afterFilter = {{3, leaders}};
        forged.moreFilters = {{{1, forged.filter}, {3, others.value_or(0)}}};
        ImageSet images = forged.images();
        images["pstree.img"] =
            image(0x50273030, {message({{1, 1u}, {2, 0u}, {3, 1u}, {4, 1u}, {5, 1u}, {5, 2u}})});
        Fields thread = {{3, 0u}, {4, 0u}, {10, message(forged.credentials)}};
        if (others) {
            thread.emplace_back(11u, std::uint64_t{2});
            thread.emplace_back(12u, std::uint64_t{1});
        }
        images["core-2.img"] = image(0x55053847, {message({{1, 1u}, {5, message(thread)}})});
        return checkImages(images, rulesOfAnn()).has_value();
    };
    EXPECT_TRUE(withThread(1, std::nullopt));
    EXPECT_TRUE(withThread(0, 0));
    EXPECT_FALSE(withThread(0, std::nullopt));
    EXPECT_FALSE(withThread(1, 0));
    EXPECT_FALSE(withThread(0, 1));
    EXPECT_FALSE(withThread(1, 1));
}

TEST(ImageRulesTest, rootHasNoSession) {
    Forged forged;
    ImageRules rules = rulesOfAnn();
    rules.uid = 0;
    EXPECT_FALSE(checkImages(forged.images(), rules));
}

TEST(ImageRulesTest, anythingMissingOrCutShortIsRefused) {
    const ImageSet whole = Forged().images();
    for (const auto& [name, content] : whole) {
        if (content.empty() || name.starts_with("fdinfo"))
            continue;
        ImageSet without = whole;
        without.erase(name);
        const bool network = name.starts_with("netdev") || name.starts_with("netns");
        // Only older images have it: the helper makes that of newer ones.
        EXPECT_EQ(checkImages(without, rulesOfAnn()).has_value(), network) << "without " << name;
        for (std::size_t size = 0; size + 1 < content.size(); ++size) {
            ImageSet cut = whole;
            cut[name].resize(size);
            static_cast<void>(checkImages(cut, rulesOfAnn())); // no crash, whatever it says
        }
    }
}

TEST(ImageRulesTest, onlyImagesOfASessionHaveAName) {
    for (const char* good : {"core-1.img", "pages-12.img", "entracte-file-3", "pstree.img"})
        EXPECT_TRUE(imageKind(good)) << good;
    for (const char* bad :
         {"", "..", "core-.img", "core-1.img/x", "../core-1.img", "tmpfs-dev-3.tar.gz.img",
          "iptables-9.img", "apparmor.img", "bpfmap-data.img", "autofs-4.img", "entracte-file-",
          "core-1x.img", "descriptors.json", "cgroup-1.img"})
        EXPECT_FALSE(imageKind(bad)) << bad;
}

TEST_P(ForgedImagesTest, isRefused) {
    Forged forged;
    GetParam().forge(forged);
    EXPECT_FALSE(checkImages(forged.images(), rulesOfAnn()));
}

Forge credential(std::uint32_t field, std::uint64_t value) {
    return [=](Forged& f) { set(f.credentials, field, value); };
}
Forge inside(std::uint32_t field, std::uint64_t value) {
    return [=](Forged& f) { set(f.inside, field, value); };
}
Forge mount(Fields fields) {
    return [=](Forged& f) { f.mounts.push_back(fields); };
}
Forge file(std::uint64_t type, std::uint32_t field, Fields fields) {
    return [=](Forged& f) { f.files.push_back({{1, type}, {2, 7u}, {field, message(fields)}}); };
}
Forge regular(std::uint32_t field, std::variant<std::uint64_t, std::string> value) {
    return [=](Forged& f) { set(f.regular, field, value); };
}
Forge ghost(std::uint64_t uid, std::uint64_t mode) {
    return [=](Forged& f) {
        f.more["ghost-file-1.img"] =
            image(0x52583605, {message({{1, uid}, {2, 1500u}, {3, mode}})}) + "content";
    };
}
const Fields kUnixSocket = {{1, 7u}, {6, 0u}};
Fields unixSocket(Fields with) {
    Fields all = kUnixSocket;
    for (auto& field : with)
        set(all, field.first, field.second);
    return all;
}

INSTANTIATE_TEST_SUITE_P(
    Each, ForgedImagesTest,
    ::testing::Values(
        Case{"uidOfRoot", credential(1, 0)}, Case{"effectiveUidOfRoot", credential(3, 0)},
        Case{"savedUidOfRoot", credential(5, 0)}, Case{"fsUidOfRoot", credential(7, 0)},
        Case{"uidOfAnother", credential(1, 1501)}, Case{"gidOfRoot", credential(2, 0)},
        Case{"effectiveGidOfDisk", credential(4, 6)}, Case{"savedGidOfDisk", credential(6, 6)},
        Case{"fsGidOfDisk", credential(8, 6)}, Case{"groupOfDisk", credential(14, 6)},
        Case{"packedGroups",
             [](Forged& f) { f.credentials.push_back({14, std::string("\x06", 1)}); }},
        Case{"inheritableCapability", credential(9, 1)},
        Case{"permittedCapability", credential(10, 1u << 21)},
        Case{"effectiveCapability", credential(11, 1u << 21)},
        Case{"boundingCapability", credential(12, 1)}, Case{"ambientCapability", credential(19, 1)},
        Case{"secureBits", credential(13, 1)}, Case{"mayGainPrivileges", credential(18, 0)},
        Case{"securityLabel",
             [](Forged& f) { set(f.credentials, 15, std::string("unconfined_u")); }},
        Case{"appArmor", [](Forged& f) { set(f.credentials, 17, std::string("x")); }},
        Case{"credentialsTwice",
             [](Forged& f) {
                 Fields root = f.credentials;
                 set(root, 1, std::uint64_t{0});
                 f.thread.push_back({10, message(root)});
             }},
        Case{"noFilter", [](Forged& f) { set(f.thread, 11, std::uint64_t{0}); }},
        Case{"strictFilter", [](Forged& f) { set(f.thread, 11, std::uint64_t{1}); }},
        Case{"anotherFilter", [](Forged& f) { f.filter = "allow all"; }},
        Case{"anotherFilterBeforeIt",
             [](Forged& f) {
                 f.moreFilters = {{{1, std::string("answers each seccomp() with 0")}, {2, 0u}, {3, 1u}}};
                 set(f.thread, 12, std::uint64_t{1});
             }},
        Case{"filterThatIsNotThere", [](Forged& f) { set(f.thread, 12, std::uint64_t{5}); }},
        Case{"realTime", [](Forged& f) { set(f.thread, 4, std::uint64_t{1}); }},
        Case{"beforeOthers", [](Forged& f) { set(f.thread, 3, std::uint64_t{1}); }},
        Case{"neverEnded", [](Forged& f) { set(f.task, 14, std::uint64_t(-1000)); }},
        Case{"loginOfAnother", [](Forged& f) { set(f.task, 13, std::uint64_t{0}); }},
        Case{"oldFilter", [](Forged& f) { set(f.task, 11, std::uint64_t{0}); }},
        Case{"pidNamespaceOfTheHost", inside(5, 1)}, Case{"networkOfTheHost", inside(6, 2)},
        Case{"mountsOfTheHost", inside(9, 6)}, Case{"usersOfTheHost", inside(10, 7)},
        Case{"noNamespaceOfUsers", [](Forged& f) { std::erase_if(f.inside, [](const Field& field) {
                                        return field.first == 10;
                                    }); }},
        Case{"hostsNamespacesUntold", [](Forged& f) { f.outside.clear(); }},
        Case{"rootIsSomebodyElse", [](Forged& f) { set(f.users, 2, std::uint64_t{1500}); }},
        Case{"fewerUsers", [](Forged& f) { set(f.users, 3, std::uint64_t{10}); }},
        Case{"diskMounted",
             mount({{1, 16u}, {2, 9u}, {4, 209u}, {6, std::string("/")}, {7, std::string("/mnt")},
                    {8, std::string("/dev/sda1")}, {14, std::string("ext4")}})},
        Case{"overlayOfTheHost",
             mount({{1, 17u}, {2, 9u}, {4, 209u}, {6, std::string("/")}, {7, std::string("/mnt")},
                    {9, std::string("lowerdir=/root")}})},
        Case{"mountFromOutside", mount({{1, 5u}, {2, 9u}, {4, 209u}, {6, std::string("/")},
                                        {7, std::string("/mnt")}, {13, 1u}})},
        Case{"secondRoot", mount({{1, 17u}, {2, 9u}, {4, 209u}, {6, std::string("/")},
                                  {7, std::string("/")}})},
        Case{"sysfs", mount({{1, 2u}, {2, 9u}, {4, 209u}, {5, 0xeu}, {6, std::string("/")},
                             {7, std::string("/sys")}})},
        Case{"mountByAPlugin", mount({{2, 9u}, {7, std::string("/mnt")}, {12, 1u},
                                      {18, std::string("dev_null")}})},
        Case{"procWithSetuid", [](Forged& f) { set(f.mounts[1], 5, std::uint64_t{0}); }},
        Case{"mountOutOfTheRoot", mount({{2, 9u}, {7, std::string("/a/../../etc")},
                                         {18, std::string("dev_null")}})},
        Case{"veth", [](Forged& f) { set(f.device, 1, std::uint64_t{2}); }},
        Case{"cableOfAnotherName",
             [](Forged& f) {
                 f.device = cable();
                 set(f.device, 5, std::string("eth1"));
             }},
        Case{"cableInABridge",
             [](Forged& f) {
                 f.device = cable();
                 f.device.push_back({14, 2u});
             }},
        Case{"anotherLoopback", [](Forged& f) { set(f.device, 5, std::string("eth0")); }},
        Case{"rulesOfAFirewall", [](Forged& f) { f.firewall = "include \"/etc/shadow\"\n"; }},
        Case{"otherNetlinkMessages",
             [](Forged& f) { f.rules = words({0x71706986, 16, 16, 0, 0}); }},
        Case{"brokenNetlinkMessages", [](Forged& f) { f.rules = words({0x71706986, 4000}); }},
        Case{"secondNetwork",
             [](Forged& f) { f.more["netdev-77.img"] = image(0x57373951, {message(f.device)}); }},
        Case{"secondMounts", [](Forged& f) { f.more["mountpoints-3.img"] = "x"; }},
        Case{"processBesideTheTree", [](Forged& f) { f.more["core-9.img"] = "x"; }},
        Case{"externalFile", regular(9, std::uint64_t{1})},
        Case{"pathOutOfTheRoot", regular(6, std::string("/home/../../etc/shadow"))},
        Case{"relativePath", regular(6, std::string("etc/shadow"))},
        Case{"pathWithNul", regular(6, std::string("/home/a\0b", 9))},
        Case{"fileIsMade", regular(2, std::uint64_t{O_WRONLY | O_CREAT})},
        Case{"fileIsEmptied", regular(2, std::uint64_t{O_WRONLY | O_TRUNC})},
        Case{"fileOfTwoKinds",
             [](Forged& f) {
                 f.files.push_back({{1, 2u}, {2, 7u}, {18, message({{1, 7u}})},
                                    {3, message({{1, 7u}, {6, std::string("/etc/shadow")}})}});
             }},
        Case{"externalResource", file(16, 15, {{1, 7u}})},
        Case{"namespaceFile", file(14, 5, {{1, 7u}})}, Case{"tunnel", file(15, 11, {{1, 7u}})},
        Case{"packetSocket", file(10, 6, {{1, 7u}})}, Case{"fanotify", file(12, 14, {{1, 7u}})},
        Case{"rawSocket", file(4, 4, {{1, 7u}, {4, 3u}})},
        Case{"socketOfAnotherNetwork", file(4, 4, {{1, 7u}, {4, 1u}, {18, 2u}})},
        Case{"unixSocketOfAnotherNetwork", file(5, 16, unixSocket({{16, 2u}}))},
        Case{"socketByAKey", file(5, 16, unixSocket({{6, 16u}}))},
        Case{"socketOutOfTheRoot",
             file(5, 16, unixSocket({{11, std::string("/tmp/../../run/x")}}))},
        Case{"socketOfRoot", file(5, 16, unixSocket({{11, std::string("/tmp/x")},
                                                     {13, message({{1, 0140777u}, {2, 0u}, {3, 0u}})}}))},
        Case{"ghostDevice", ghost(1500, S_IFBLK | 0666)},
        Case{"ghostSetuid", ghost(1500, S_IFREG | 04755)},
        Case{"ghostSetuidOfRoot", ghost(0, S_IFREG | 04755)},
        Case{"memoryThatIsSetuid", memoryFile(1500, S_IFREG | 04777)},
        Case{"memoryOfRootThatIsSetuid", memoryFile(0, S_IFREG | 04755)},
        Case{"memoryOfAnother", memoryFile(1501, S_IFREG | 0777)},
        Case{"mappedMemoryThatIsNotThere",
             [](Forged& f) { set(f.area, 7, std::uint64_t{65 | 1 << 7 | 1 << 14}); }},
        Case{"ghostOfAnother", ghost(1501, S_IFREG | 0644)},
        Case{"fileThatWouldBeRemoved",
             [](Forged& f) {
                 f.more["remap-fpath.img"] =
                     image(0x59133954, {message({{1, 1u}, {2, 1u}, {3, 0u}})});
             }},
        Case{"terminalOfTheHost",
             [](Forged& f) {
                 f.more["tty-info.img"] = image(0x59453036, {message({{1, 1u}, {2, 2u}})});
             }},
        Case{"mappedFileIsEmptied",
             [](Forged& f) { set(f.area, 10, std::uint64_t{O_RDWR | O_TRUNC}); }},
        Case{"mappedFileThatIsNotThere", [](Forged& f) { set(f.area, 4, std::uint64_t{9}); }},
        Case{"memoryOfTheKernel",
             [](Forged& f) { set(f.area, 2, std::uint64_t{0xffffffffff601000}); }},
        Case{"memoryBackwards", [](Forged& f) { set(f.area, 2, std::uint64_t{0x1000}); }}),
    [](const auto& info) { return std::string(info.param.name); });

} // namespace
} // namespace entracte::test
