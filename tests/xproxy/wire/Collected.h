#pragma once

// What the tests of the walker share: a visitor that writes down what it is shown.

#include "xproxy/wire/Message.h"
#include "xproxy/wire/Schema.h"

#include <gtest/gtest.h>

#include <ostream>
#include <utility>
#include <vector>

namespace entracte::wire {

struct Found {
    FieldKind kind;
    std::uint32_t value;
    bool operator==(const Found&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Found& found) {
    return out << "{kind " << static_cast<int>(found.kind) << ", 0x" << std::hex << found.value
               << std::dec << "}";
}

class Collector final : public FieldVisitor {
public:
    Collector(std::span<const std::byte> message, ByteOrder order)
        : m_message(message), m_order(order) {}

    void visit(const FieldRef& field) override {
        ASSERT_TRUE(field.size == 1 || field.size == 2 || field.size == 4);
        ASSERT_LE(field.offset + field.size, m_message.size());
        ASSERT_NE(field.kind, FieldKind::None);
        const MessageView view(m_message, field.bigEndian ? ByteOrder::Big : m_order);
        const std::uint32_t value = field.size == 1   ? view.u8(field.offset)
                                    : field.size == 2 ? view.u16(field.offset)
                                                      : view.u32(field.offset);
        found.push_back({field.kind, value});
        refs.push_back(field);
    }

    std::vector<Found> found;
    std::vector<FieldRef> refs;

private:
    std::span<const std::byte> m_message;
    ByteOrder m_order;
};

inline const MessageSchema& request(std::string_view extension, std::string_view name) {
    const MessageSchema* schema = requestByName(extension, name);
    if (schema == nullptr)
        throw std::invalid_argument("no such request");
    return *schema;
}

inline const MessageSchema& reply(std::string_view extension, std::string_view name) {
    return *request(extension, name).reply;
}

// Walks a whole message and every beginning of it: what a beginning shows must be a beginning of
// what the whole shows, and a beginning that misses something must say so.
inline std::vector<Found> walk(const MessageSchema& schema, std::span<const std::byte> message,
                               ByteOrder order, bool bigRequest = false) {
    Collector whole(message, order);
    EXPECT_TRUE(walkFields(schema, message, order, bigRequest, whole)) << schema.name;
    for (std::size_t size = 0; size < message.size(); ++size) {
        // A copy of exactly that size, so that AddressSanitizer sees a step beyond.
        const std::vector<std::byte> part(message.begin(),
                                          message.begin() + static_cast<std::ptrdiff_t>(size));
        Collector collector(part, order);
        const bool complete = walkFields(schema, part, order, bigRequest, collector);
        EXPECT_LE(collector.found.size(), whole.found.size()) << schema.name << " cut at " << size;
        for (std::size_t i = 0; i < collector.found.size() && i < whole.found.size(); ++i)
            EXPECT_EQ(collector.found[i], whole.found[i]) << schema.name << " cut at " << size;
        if (complete && schema.direction != Direction::Request) {
            EXPECT_EQ(collector.found.size(), whole.found.size())
                << schema.name << " cut at " << size;
        }
    }
    return whole.found;
}

inline constexpr ByteOrder kOrders[] = {ByteOrder::Little, ByteOrder::Big};

} // namespace entracte::wire
