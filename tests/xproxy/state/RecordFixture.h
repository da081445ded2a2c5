#pragma once

// What the tests of the record share: a screen, two programs, and their requests in words. Requests
// are written by hand in the byte order that the test chooses; fixtures that are parameterised run
// in both.

#include "xproxy/state/Recorder.h"
#include "xproxy/state/WindowTree.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace entracte::xproxy {

class RecordFixture : public ::testing::TestWithParam<ByteOrder> {
protected:
    static constexpr std::uint32_t kMask = 0x1fffff;
    static constexpr std::uint32_t kRoot = 0x1e7;
    static constexpr ClientId kOne = 1;
    static constexpr ClientId kTwo = 2;
    static constexpr std::uint32_t kOnes = 0x00400000; // base of client 1
    static constexpr std::uint32_t kTwos = 0x00600000;

    RecordFixture() {
        const auto root = record.create<Window>(ClientXid{kRoot}, kNobody);
        root->width = 1280;
        root->height = 800;
        root->depth = 24;
        root->visual = 0x21;
        root->mapped = true;
        record.roots = {root->id};
        record.clients[kOne].range = {kOnes, kMask};
        record.clients[kTwo].range = {kTwos, kMask};
        record.clients[kOne].order = record.clients[kTwo].order = order;
    }

    // Sends what `builder` holds.
    RequestEffects send(ClientId client, Ext ext, MessageBuilder& builder) {
        return sendBytes(client, ext, builder.finish());
    }
    RequestEffects sendBytes(ClientId client, Ext ext, const Bytes& request) {
        return recorder.request(client, ext, MessageView(request, order));
    }
    RequestEffects send(ClientId client, MessageBuilder& builder) {
        return send(client, Ext::Core, builder);
    }
    // A request that is nothing but 32-bit words after its header.
    RequestEffects words(ClientId client, std::uint8_t opcode, std::uint8_t data,
                         std::initializer_list<std::uint32_t> values) {
        auto builder = core(opcode, data);
        for (const std::uint32_t value : values)
            builder.u32(value);
        return send(client, builder);
    }
    RequestEffects words(ClientId client, Ext ext, std::uint8_t minor,
                         std::initializer_list<std::uint32_t> values) {
        auto builder = extension(minor);
        for (const std::uint32_t value : values)
            builder.u32(value);
        return send(client, ext, builder);
    }
    MessageBuilder core(std::uint8_t opcode, std::uint8_t data = 0) const {
        return MessageBuilder::request(order, opcode, data);
    }
    MessageBuilder extension(std::uint8_t minor) const {
        return MessageBuilder::request(order, 140, minor);
    }
    void event(ClientId client, MessageBuilder& builder) {
        const Bytes bytes = builder.finish();
        recorder.event(client, MessageView(bytes, order));
    }

    RequestEffects createWindow(ClientId client, std::uint32_t id, std::uint32_t parent = kRoot,
                                std::uint32_t mask = 0,
                                std::initializer_list<std::uint32_t> values = {}) {
        auto builder = core(wire::core::kCreateWindow, 24);
        builder.u32(id).u32(parent).u16(10).u16(20).u16(300).u16(200).u16(2).u16(1).u32(0x21);
        builder.u32(mask);
        for (const std::uint32_t value : values)
            builder.u32(value);
        return send(client, builder);
    }
    RequestEffects createPixmap(ClientId client, std::uint32_t id, std::uint8_t depth = 24,
                                std::uint16_t width = 64, std::uint16_t height = 32) {
        auto builder = core(wire::core::kCreatePixmap, depth);
        builder.u32(id).u32(kRoot).u16(width).u16(height);
        return send(client, builder);
    }
    void configure(ClientId client, std::uint32_t id, std::uint16_t mask,
                   std::initializer_list<std::uint32_t> values) {
        auto builder = core(wire::core::kConfigureWindow);
        builder.u32(id).u16(mask).u16(0);
        for (const std::uint32_t value : values)
            builder.u32(value);
        send(client, builder);
    }
    void reparent(ClientId client, std::uint32_t id, std::uint32_t parent, std::uint16_t x = 0,
                  std::uint16_t y = 0) {
        auto builder = core(wire::core::kReparentWindow);
        builder.u32(id).u32(parent).u16(x).u16(y);
        send(client, builder);
    }

    WindowRef window(std::uint32_t id) const { return record.find<Window>(ClientXid{id}); }
    std::shared_ptr<Pixmap> pixmap(std::uint32_t id) const {
        return record.find<Pixmap>(ClientXid{id});
    }
    std::vector<std::uint32_t> childrenOf(std::uint32_t id) const {
        std::vector<std::uint32_t> ids;
        for (const ClientXid child : window(id)->children)
            ids.push_back(raw(child));
        return ids;
    }
    // What must hold whatever programs send: each child knows its parent, and is listed once;
    // walking up ends.
    void expectSoundTree() const {
        for (const auto& one : record.all<Window>()) {
            for (const ClientXid child : one->children) {
                const auto found = record.find<Window>(child);
                EXPECT_TRUE(found) << "a child that is not there: " << std::hex << raw(child);
                if (found) {
                    EXPECT_EQ(found->parent, one->id);
                }
                EXPECT_EQ(std::count(one->children.begin(), one->children.end(), child), 1);
            }
            int steps = 0;
            for (auto up = record.find<Window>(one->parent); up && steps < 100; ++steps)
                up = record.find<Window>(up->parent);
            EXPECT_LT(steps, 100) << "a window is its own ancestor";
        }
    }

    const ByteOrder order = GetParam();
    Record record;
    Recorder recorder{record};
};

inline std::string orderSuffix(const ::testing::TestParamInfo<ByteOrder>& info) {
    return info.param == ByteOrder::Little ? "littleEndian" : "bigEndian";
}

// NOLINTNEXTLINE: for use as INSTANTIATE_BOTH_ORDERS(SomeTest);
#define INSTANTIATE_BOTH_ORDERS(Suite)                                                             \
    INSTANTIATE_TEST_SUITE_P(Orders, Suite, ::testing::Values(ByteOrder::Little, ByteOrder::Big),  \
                             orderSuffix)

} // namespace entracte::xproxy
