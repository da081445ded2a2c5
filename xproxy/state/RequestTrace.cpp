#include "xproxy/state/RequestTrace.h"

namespace entracte::xproxy {

namespace core = wire::core;
namespace render = wire::render;

namespace {

using Kind = RequestTrace::Kind;
using Table = std::array<RequestTrace, 256>;

constexpr RequestTrace draws(wire::Field<std::uint32_t> field) {
    return {Kind::Draws, static_cast<std::uint8_t>(field.offset)};
}
constexpr RequestTrace drawsToPicture(wire::Field<std::uint32_t> field) {
    return {Kind::DrawsToPicture, static_cast<std::uint8_t>(field.offset)};
}

constexpr Table coreTable() {
    Table table{};
    for (const unsigned opcode : {core::kNoOperation, core::kClearArea, core::kBell})
        table[opcode] = {Kind::Nothing, 0};
    for (unsigned opcode = core::kPolyPoint; opcode <= core::kPutImage; ++opcode)
        table[opcode] = draws(core::PolyPoint::drawable);
    // PolyText8 and 16 may change the graphics context.
    for (const unsigned opcode : {core::kImageText8, core::kImageText16})
        table[opcode] = draws(core::ImageText8::drawable);
    table[core::kCopyArea] = draws(core::CopyArea::dst_drawable);
    table[core::kCopyPlane] = draws(core::CopyPlane::dst_drawable);
    return table;
}

constexpr Table renderTable() {
    Table table{};
    table[render::kComposite] = drawsToPicture(render::Composite::dst);
    for (const unsigned opcode :
         {render::kTrapezoids, render::kTriangles, render::kTriStrip, render::kTriFan,
          render::kCompositeGlyphs8, render::kCompositeGlyphs16, render::kCompositeGlyphs32})
        table[opcode] = drawsToPicture(render::Trapezoids::dst);
    table[render::kFillRectangles] = drawsToPicture(render::FillRectangles::dst);
    table[render::kAddTraps] = drawsToPicture(render::AddTraps::picture);
    return table;
}

constexpr Table shmTable() {
    Table table{};
    table[wire::shm::kPutImage] = draws(wire::shm::PutImage::drawable);
    return table;
}

constexpr Table kCore = coreTable();
constexpr Table kRender = renderTable();
constexpr Table kShm = shmTable();
constexpr RequestTrace kFull;

} // namespace

const RequestTrace& traceOf(Ext ext, std::uint8_t opcode) {
    switch (ext) {
    case Ext::Core:
        return kCore[opcode];
    case Ext::Render:
        return kRender[opcode];
    case Ext::Shm:
        return kShm[opcode];
    default:
        return kFull;
    }
}

} // namespace entracte::xproxy
