#include "xproxy/wire/Schema.h"

#include "xproxy/wire/Program.h"

#include <algorithm>

namespace entracte::wire {

namespace {

const MessageSchema* at(std::span<const MessageSchema* const> table, std::size_t index) {
    return index < table.size() ? table[index] : nullptr;
}

} // namespace

std::span<const ExtensionSchema> extensions() {
    return kExtensions;
}

const ExtensionSchema* extensionByName(std::string_view queryExtensionName) {
    const auto found = std::ranges::find(kExtensions, queryExtensionName, &ExtensionSchema::name);
    return found == kExtensions.end() ? nullptr : &*found;
}

const MessageSchema* coreRequest(std::uint8_t majorOpcode) {
    return at(kExtensions.front().requests, majorOpcode);
}

const MessageSchema* requestByName(std::string_view extension, std::string_view request) {
    const ExtensionSchema* schema = extensionByName(extension);
    if (schema == nullptr)
        return nullptr;
    const auto found = std::ranges::find_if(schema->requests, [&](const MessageSchema* candidate) {
        return candidate != nullptr && candidate->name == request;
    });
    return found == schema->requests.end() ? nullptr : *found;
}

const MessageSchema* eventSchema(const ExtensionSchema& extension, std::uint8_t offset,
                                 std::span<const std::byte> event) {
    const bool bySubtype = extension.eventCodes < extension.events.size();
    if (!bySubtype)
        return at(extension.events, offset);
    if (offset != 0 || event.size() < 2)
        return nullptr;
    return at(extension.events, std::to_integer<std::size_t>(event[1]));
}

const MessageSchema* genericEventSchema(const ExtensionSchema& extension, std::uint16_t evtype) {
    return at(extension.genericEvents, evtype);
}

} // namespace entracte::wire
