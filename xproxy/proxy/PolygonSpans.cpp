#include "xproxy/proxy/PolygonSpans.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

constexpr int kMostRow = 32'767;                 // no drawable is larger
constexpr std::size_t kMostCrossings = 4u << 20; // of rows and edges
constexpr std::size_t kPointSize = 4;            // bytes
constexpr std::size_t kRectangle = 8;            // bytes

struct Point {
    std::int16_t x = 0, y = 0;
};

// An edge meets a row: the first pixel at or right of it.
struct Crossing {
    std::int32_t row = 0;
    std::int32_t x = 0;
    std::int32_t way = 0; // 1 downwards, -1 upwards
    auto operator<=>(const Crossing&) const = default;
};

std::vector<Point> pointsOf(const MessageView& view) {
    constexpr std::uint8_t kPrevious = 1;
    const auto data = view.tail(core::FillPoly::kFixedSize);
    const bool relative = view.get(core::FillPoly::coordinate_mode) == kPrevious;
    std::vector<Point> points(data.size() / kPointSize);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::size_t at = core::FillPoly::kFixedSize + i * kPointSize;
        const Point before = relative && i > 0 ? points[i - 1] : Point{};
        points[i] = {
            static_cast<std::int16_t>(before.x + static_cast<std::int16_t>(view.u16(at))),
            static_cast<std::int16_t>(before.y + static_cast<std::int16_t>(view.u16(at + 2)))};
    }
    return points;
}

std::int64_t ceilDivided(std::int64_t number, std::int64_t by) {
    return number >= 0 ? (number + by - 1) / by : -(-number / by);
}

// X protocol, section 10 "FillPoly": coordinates are those of the pixels' centres; a centre on an
// edge is inside if the inside is to its right, on a horizontal one if it is below.
std::vector<Crossing> crossingsOf(const std::vector<Point>& points) {
    std::vector<Crossing> found;
    for (std::size_t i = 0; i < points.size(); ++i) {
        Point from = points[i];
        Point to = points[i + 1 == points.size() ? 0 : i + 1];
        const int way = from.y < to.y ? 1 : -1;
        if (way < 0)
            std::swap(from, to);
        const std::int64_t wide = to.x - from.x;
        const std::int64_t high = to.y - from.y;
        for (int row = std::max<int>(from.y, 0); row < std::min<int>(to.y, kMostRow + 1); ++row) {
            if (found.size() == kMostCrossings)
                return {};
            const std::int64_t x = from.x + ceilDivided((row - from.y) * wide, high);
            found.push_back({row, static_cast<std::int32_t>(x), way});
        }
    }
    std::ranges::sort(found);
    return found;
}

} // namespace

std::vector<Bytes> fillPolygonInParts(const MessageView& view, bool winding, std::size_t most) {
    constexpr std::size_t kHead = core::PolyFillRectangle::kFixedSize;
    if (most < kHead + kRectangle || view.get(core::FillPoly::shape) > core::PolyShape::Convex ||
        view.get(core::FillPoly::coordinate_mode) > core::CoordMode::Previous)
        return {};
    const auto begin = [&] {
        auto request = MessageBuilder::request(view.order(), core::kPolyFillRectangle, 0);
        request.u32(view.get(core::FillPoly::drawable)).u32(view.get(core::FillPoly::gc));
        return request;
    };
    std::vector<Bytes> parts;
    MessageBuilder part = begin();
    const auto crossings = crossingsOf(pointsOf(view));
    int inside = 0;
    for (std::size_t i = 0; i + 1 < crossings.size(); ++i) {
        const Crossing& left = crossings[i];
        const Crossing& right = crossings[i + 1];
        inside = winding ? inside + left.way : 1 - inside;
        const int from = std::max(left.x, 0);
        if (right.row != left.row) {
            inside = 0; // every row has its way in and its way out
            continue;
        }
        if (inside == 0 || right.x <= from)
            continue;
        part.u16(static_cast<std::uint16_t>(from)).u16(static_cast<std::uint16_t>(left.row));
        part.u16(static_cast<std::uint16_t>(right.x - from)).u16(1);
        if (part.size() + kRectangle > most) {
            parts.push_back(part.finish());
            part = begin();
        }
    }
    if (!crossings.empty())
        parts.push_back(part.finish()); // also when nothing is filled: it is judged all the same
    return parts;
}

} // namespace entracte::xproxy
