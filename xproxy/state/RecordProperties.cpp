// Properties that programs of the session set, and selections that they own.

#include "xproxy/state/Recorder.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

constexpr std::size_t kMaxProperty = 64u << 20; // bytes; larger ones are not kept

void changeProperty(const RequestContext& c) {
    using namespace core::ChangeProperty;
    const auto window_ = c.record.find<Window>(xidOf(c.view, window));
    const std::uint8_t format_ = c.view.get(format);
    if (!window_ || (format_ != 8 && format_ != 16 && format_ != 32))
        return;
    const std::size_t size = std::size_t{c.view.get(data_len)} * (format_ / 8u);
    const ByteView given = c.view.part(kFixedSize, size);
    if (given.size() != size)
        return;
    Bytes value = reordered(given, format_, c.view.order(), wire::kHostOrder);
    const auto found = window_->properties.find(atomOf(c.view, property));
    if (c.view.get(mode) > core::PropMode::Append)
        return; // BadValue
    if (c.view.get(mode) != core::PropMode::Replace && found != window_->properties.end()) {
        const auto& old = found->second;
        if (old.type != atomOf(c.view, type) || old.format != format_)
            return; // BadMatch
        const bool append = c.view.get(mode) == core::PropMode::Append;
        value.insert(append ? value.begin() : value.end(), old.data.begin(), old.data.end());
    }
    auto& known = window_->properties[atomOf(c.view, property)];
    if (value.size() > kMaxProperty) {
        window_->properties.erase(atomOf(c.view, property));
        return;
    }
    const std::uint64_t serial = known.serial ? known.serial : ++c.record.propertySerial;
    known = {atomOf(c.view, type), format_, std::move(value), c.client, serial};
}

void rotateProperties(const RequestContext& c) {
    using namespace core::RotateProperties;
    const auto window_ = c.record.find<Window>(xidOf(c.view, window));
    const std::size_t count = c.view.get(atoms_len);
    if (!window_ || count == 0 || c.view.size() < kFixedSize + 4 * count)
        return;
    const auto atomAt = [&](std::size_t i) { return ClientAtom{c.view.u32(kFixedSize + 4 * i)}; };
    std::vector<PropertyValue> values;
    for (std::size_t i = 0; i < count; ++i) {
        const auto found = window_->properties.find(atomAt(i));
        if (found == window_->properties.end())
            return;
        values.push_back(found->second);
    }
    const int shift = c.view.get(delta) % static_cast<int>(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t to = (i + count + static_cast<std::size_t>(shift + int(count))) % count;
        auto& into = window_->properties[atomAt(to)];
        const std::uint64_t serial = into.serial; // only the values move
        into = values[i];
        into.serial = serial;
    }
}

} // namespace

void recordPropertyRequest(const RequestContext& c) {
    switch (c.opcode) {
    case core::kChangeProperty:
        changeProperty(c);
        break;
    case core::kDeleteProperty:
        if (const auto window = c.record.find<Window>(xidOf(c.view, core::DeleteProperty::window)))
            window->properties.erase(atomOf(c.view, core::DeleteProperty::property));
        break;
    case core::kRotateProperties:
        rotateProperties(c);
        break;
    case core::kSetSelectionOwner: {
        using namespace core::SetSelectionOwner;
        const ClientXid window = xidOf(c.view, owner);
        const auto known = c.record.selections.find(atomOf(c.view, selection));
        const std::uint32_t when = c.view.get(time);
        // A time before the last change is ignored (X protocol, section 10).
        if (known != c.record.selections.end() && when != 0 && known->second.time != 0 &&
            static_cast<std::int32_t>(when - known->second.time) < 0)
            break;
        if (window != ClientXid::None && !c.record.find<Window>(window) &&
            c.record.isOfPrograms(window))
            break; // BadWindow
        if (auto& used = c.record.usedSelections;
            used.size() < Record::kMostSelections &&
            std::ranges::find(used, atomOf(c.view, selection)) == used.end())
            used.push_back(atomOf(c.view, selection));
        if (window == ClientXid::None)
            c.record.selections.erase(atomOf(c.view, selection));
        else if (c.record.find<Window>(window))
            c.record.selections[atomOf(c.view, selection)] = {window, c.client, c.view.get(time)};
        break;
    }
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace entracte::xproxy
