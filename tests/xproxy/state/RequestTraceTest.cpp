// Requests that need no more than the table says.

#include "xproxy/state/RequestTrace.h"

#include <gtest/gtest.h>

namespace entracte::xproxy {
namespace {

TEST(RequestTraceTest, whatGoesInBulkHasNoAnswerAndNoDescriptors) {
    unsigned bulk = 0;
    for (std::size_t ext = 0; ext < kExtCount; ++ext)
        for (unsigned opcode = 0; opcode < 256; ++opcode) {
            const auto number = static_cast<std::uint8_t>(opcode);
            if (traceOf(static_cast<Ext>(ext), number).kind == RequestTrace::Kind::Full)
                continue;
            const auto* schema = requestSchema(static_cast<Ext>(ext), number);
            ASSERT_NE(schema, nullptr) << ext << ' ' << opcode;
            EXPECT_FALSE(schema->hasReply) << schema->name;
            EXPECT_EQ(schema->descriptors, 0) << schema->name;
            ++bulk;
        }
    EXPECT_GT(bulk, 25u);
}

TEST(RequestTraceTest, whatChangesTheRecordDoesNot) {
    for (const std::uint8_t opcode :
         {wire::core::kCreateWindow, wire::core::kChangeGC, wire::core::kChangeProperty,
          wire::core::kSendEvent, wire::core::kFreePixmap})
        EXPECT_EQ(traceOf(Ext::Core, opcode).kind, RequestTrace::Kind::Full);
    EXPECT_EQ(traceOf(Ext::Render, wire::render::kAddGlyphs).kind, RequestTrace::Kind::Full);
    EXPECT_EQ(traceOf(Ext::XFixes, 1).kind, RequestTrace::Kind::Full);
}

TEST(RequestTraceTest, namesWhereItDraws) {
    EXPECT_EQ(traceOf(Ext::Core, wire::core::kPolySegment).target, 4);
    EXPECT_EQ(traceOf(Ext::Core, wire::core::kCopyArea).target,
              wire::core::CopyArea::dst_drawable.offset);
    EXPECT_EQ(traceOf(Ext::Render, wire::render::kComposite).target,
              wire::render::Composite::dst.offset);
}

} // namespace
} // namespace entracte::xproxy
