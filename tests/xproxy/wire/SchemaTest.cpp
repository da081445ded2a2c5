#include "tests/xproxy/wire/Collected.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <regex>
#include <set>
#include <sstream>

namespace entracte::wire {
namespace {

// The elements of one kind in one of xcb-proto's files: name -> number, copies included.
std::map<std::string, int> inXml(std::string_view xmlName, const std::string& pattern) {
    std::ifstream file(std::string(XCB_PROTO_XML_DIR "/") + std::string(xmlName) + ".xml");
    std::stringstream text;
    text << file.rdbuf();
    const std::string content =
        std::regex_replace(text.str(), std::regex("<!--[^]*?-->"), std::string());
    std::map<std::string, int> result;
    const std::regex expression(pattern);
    for (std::sregex_iterator match(content.begin(), content.end(), expression), end; match != end;
         ++match)
        result[(*match)[1]] = std::stoi((*match)[2]);
    return result;
}

template <typename Function>
void forEachMessage(Function function) {
    for (const ExtensionSchema& extension : extensions())
        for (const auto table :
             {extension.requests, extension.events, extension.genericEvents, extension.errors})
            for (const MessageSchema* schema : table)
                if (schema != nullptr) {
                    function(*schema);
                    if (schema->reply != nullptr)
                        function(*schema->reply);
                }
}

TEST(SchemaTest, knowsTheExtensionsByTheNamesOfQueryExtension) {
    for (const char* name :
         {"core", "BIG-REQUESTS", "XC-MISC", "RENDER", "MIT-SHM", "XFIXES", "SHAPE", "SYNC",
          "RANDR", "XINERAMA", "XKEYBOARD", "XInputExtension", "Generic Event Extension", "DAMAGE",
          "Composite", "MIT-SCREEN-SAVER", "XTEST", "DOUBLE-BUFFER"})
        EXPECT_NE(extensionByName(name), nullptr) << name;
    EXPECT_EQ(extensionByName("NOTHING"), nullptr);
    EXPECT_EQ(extensions().front().name, "core");
}

TEST(SchemaTest, hasEveryRequestOfTheXml) {
    for (const ExtensionSchema& extension : extensions()) {
        const auto requests =
            inXml(extension.xmlName, "<request\\s+name=\"(\\w+)\"[^>]*opcode=\"(\\d+)\"");
        std::size_t known = 0;
        for (const MessageSchema* schema : extension.requests)
            known += schema != nullptr ? 1 : 0;
        EXPECT_EQ(known, requests.size()) << extension.name;
        EXPECT_GT(known, 0u) << extension.name;
        for (const auto& [name, opcode] : requests) {
            const MessageSchema* schema = requestByName(extension.name, name);
            ASSERT_NE(schema, nullptr) << name;
            EXPECT_EQ(schema->number, opcode) << name;
            EXPECT_EQ(extension.requests[static_cast<std::size_t>(opcode)], schema) << name;
            EXPECT_EQ(schema->direction, Direction::Request);
            EXPECT_EQ(schema->hasReply, schema->reply != nullptr);
        }
    }
}

TEST(SchemaTest, hasEveryEventOfTheXml) {
    for (const ExtensionSchema& extension : extensions()) {
        auto events =
            inXml(extension.xmlName, "<event(?:copy)?\\s+name=\"(\\w+)\"[^>]*number=\"(\\d+)\"");
        events.erase("GeGeneric"); // stands for all generic events
        std::set<std::pair<std::string, int>> known;
        for (const MessageSchema* schema : extension.events)
            if (schema != nullptr)
                known.emplace(schema->name, schema->number);
        for (const MessageSchema* schema : extension.genericEvents)
            if (schema != nullptr)
                known.emplace(schema->name, schema->geType);
        EXPECT_EQ(known.size(), events.size()) << extension.name;
        for (const auto& event : events)
            EXPECT_TRUE(known.contains(event)) << extension.name << " " << event.first;
    }
}

TEST(SchemaTest, hasEveryErrorOfTheXml) {
    for (const ExtensionSchema& extension : extensions()) {
        const auto errors =
            inXml(extension.xmlName, "<error(?:copy)?\\s+name=\"(\\w+)\"[^>]*number=\"(\\d+)\"");
        for (const auto& [name, number] : errors) {
            ASSERT_LT(static_cast<std::size_t>(number), extension.errors.size()) << name;
            EXPECT_EQ(extension.errors[static_cast<std::size_t>(number)]->name, name);
        }
        EXPECT_EQ(extension.errorCodes, extension.errors.size());
    }
}

TEST(SchemaTest, findsCoreRequestsByOpcode) {
    EXPECT_EQ(coreRequest(1)->name, "CreateWindow");
    EXPECT_EQ(coreRequest(127)->name, "NoOperation");
    EXPECT_EQ(coreRequest(0), nullptr);
    EXPECT_EQ(coreRequest(200), nullptr);
}

TEST(SchemaTest, saysWhichMessagesCarryDescriptors) {
    EXPECT_EQ(request("MIT-SHM", "AttachFd").descriptors, 1);
    EXPECT_EQ(reply("MIT-SHM", "CreateSegment").descriptors, 1);
    EXPECT_EQ(request("MIT-SHM", "CreateSegment").descriptors, 0);
}

TEST(SchemaTest, describesFieldsByName) {
    const MessageSchema& create = request("core", "CreateWindow");
    const auto named = [&](std::string_view name) {
        return *std::ranges::find(create.fields, name, &FieldDescription::name);
    };
    EXPECT_EQ(named("wid").offset, 4);
    EXPECT_EQ(named("wid").kind, FieldKind::Window);
    EXPECT_EQ(named("wid").type, "WINDOW");
    EXPECT_EQ(named("cursor").offset, -1);
    EXPECT_EQ(named("cursor").kind, FieldKind::Cursor);
}

TEST(SchemaTest, hasFieldsExactlyWhenAFieldIsDescribed) {
    forEachMessage([](const MessageSchema& schema) {
        bool described = schema.name == "PolyText8" || schema.name == "PolyText16" ||
                         schema.direction == Direction::GenericEvent;
        for (const FieldDescription& field : schema.fields)
            described |= field.kind != FieldKind::None && field.kind != FieldKind::Descriptor;
        EXPECT_EQ(schema.hasFields, described) << schema.extension << " " << schema.name;
    });
}

TEST(SchemaTest, survivesCountsThatLie) {
    for (const ByteOrder order : kOrders) {
        // GetMonitors that promises 4 thousand million monitors and outputs
        MessageBuilder bytes(order, 0);
        bytes.u8(1).u8(0).u16(1).u32(0).u32(0).u32(0xffffffff).u32(0xffffffff).pad(12);
        bytes.u32(5).u8(1).u8(1).u16(0xffff).pad(16);
        const auto message = bytes.finishReply();
        Collector collector(message, order);
        EXPECT_FALSE(walkFields(reply("RANDR", "GetMonitors"), message, order, false, collector));
        // A class whose length is shorter than itself
        MessageBuilder device(order, 0);
        device.u8(1).u8(0).u16(1).u32(0).u16(1).pad(22).u16(2).u16(1).u16(3).u16(1).u16(0).u8(1).u8(
            0);
        device.u16(1).u16(0).u16(6).u16(0);
        const auto short_ = device.finishReply();
        Collector again(short_, order);
        EXPECT_FALSE(
            walkFields(reply("XInputExtension", "XIQueryDevice"), short_, order, false, again));
    }
}

// Bytes of no meaning, for every message there is: nothing is read beyond the end (AddressSanitizer
// and the collector look), and every walk comes to an end.
TEST(SchemaTest, survivesAnyBytes) {
    std::mt19937 random(20240229); // always the same bytes
    forEachMessage([&](const MessageSchema& schema) {
        for (int round = 0; round < 60; ++round) {
            std::vector<std::byte> message(random() % 300);
            const bool smallNumbers = round % 2 == 0; // counts that are believable lead further in
            for (std::byte& byte : message)
                byte = static_cast<std::byte>(smallNumbers && random() % 4 != 0 ? random() % 3
                                                                                : random());
            const ByteOrder order = kOrders[random() % 2];
            Collector collector(message, order);
            walkFields(schema, message, order, random() % 2 == 0, collector);
            EXPECT_LE(collector.found.size(), message.size());
        }
    });
}

} // namespace
} // namespace entracte::wire
