#include "xproxy/state/Extensions.h"

namespace entracte::xproxy {

namespace {

constexpr std::array<std::string_view, kExtCount> kNames = {"core",
                                                            "BIG-REQUESTS",
                                                            "XC-MISC",
                                                            "RENDER",
                                                            "MIT-SHM",
                                                            "XFIXES",
                                                            "SHAPE",
                                                            "SYNC",
                                                            "RANDR",
                                                            "XINERAMA",
                                                            "XKEYBOARD",
                                                            "XInputExtension",
                                                            "Generic Event Extension",
                                                            "DAMAGE",
                                                            "Composite",
                                                            "MIT-SCREEN-SAVER",
                                                            "XTEST",
                                                            "GLX",
                                                            "DOUBLE-BUFFER",
                                                            "X-Resource"};

constexpr std::uint8_t kFirstExtensionEvent = 64;
constexpr std::uint8_t kFirstExtensionError = 128;
constexpr std::uint8_t kFirstExtensionMajor = 128;

const wire::ExtensionSchema* schemaOf(Ext ext) {
    static const auto schemas = [] {
        std::array<const wire::ExtensionSchema*, kExtCount> found{};
        for (std::size_t i = 0; i < kExtCount; ++i) {
            found[i] = i == 0 ? &wire::extensions().front() : wire::extensionByName(kNames[i]);
        }
        return found;
    }();
    return schemas[static_cast<std::size_t>(ext)];
}

const wire::MessageSchema* pick(std::span<const wire::MessageSchema* const> list, std::size_t at) {
    return at < list.size() ? list[at] : nullptr;
}

} // namespace

std::string_view extensionName(Ext ext) {
    return kNames[static_cast<std::size_t>(ext)];
}

std::optional<Ext> extensionByName(std::string_view name) {
    for (std::size_t i = 1; i < kExtCount; ++i)
        if (kNames[i] == name)
            return static_cast<Ext>(i);
    return {};
}

void ExtensionTable::set(Ext ext, ExtensionNumbers numbers) {
    m_numbers[static_cast<std::size_t>(ext)] = numbers;
    m_byMajor = {};
    for (std::size_t i = kExtCount - 1; i > 0; --i) // of two with one number the first
        if (m_numbers[i].major >= kFirstExtensionMajor)
            m_byMajor[m_numbers[i].major - kFirstExtensionMajor] = static_cast<Ext>(i);
}

std::optional<ExtensionTable::Place> ExtensionTable::byEvent(std::uint8_t code) const {
    if (code < kFirstExtensionEvent)
        return Place{Ext::Core, code};
    for (std::size_t i = 1; i < kExtCount; ++i) {
        const auto& numbers = m_numbers[i];
        const auto ext = static_cast<Ext>(i);
        if (numbers.present() && numbers.firstEvent != 0 && code >= numbers.firstEvent &&
            code < numbers.firstEvent + eventCount(ext))
            return Place{ext, static_cast<std::uint8_t>(code - numbers.firstEvent)};
    }
    return {};
}

std::optional<ExtensionTable::Place> ExtensionTable::byError(std::uint8_t code) const {
    if (code < kFirstExtensionError)
        return Place{Ext::Core, code};
    for (std::size_t i = 1; i < kExtCount; ++i) {
        const auto& numbers = m_numbers[i];
        const auto ext = static_cast<Ext>(i);
        if (numbers.present() && numbers.firstError != 0 && code >= numbers.firstError &&
            code < numbers.firstError + errorCount(ext))
            return Place{ext, static_cast<std::uint8_t>(code - numbers.firstError)};
    }
    return {};
}

const wire::MessageSchema* requestSchema(Ext ext, std::uint8_t majorOrMinor) {
    const auto* schema = schemaOf(ext);
    return schema ? pick(schema->requests, majorOrMinor) : nullptr;
}

const wire::MessageSchema* eventSchema(Ext ext, std::uint8_t offset, ByteView event) {
    const auto* schema = schemaOf(ext);
    return schema ? wire::eventSchema(*schema, offset, event) : nullptr;
}

const wire::MessageSchema* genericEventSchema(Ext ext, std::uint16_t evtype) {
    const auto* schema = schemaOf(ext);
    return schema ? wire::genericEventSchema(*schema, evtype) : nullptr;
}

const wire::MessageSchema* errorSchema(Ext ext, std::uint8_t offset) {
    const auto* schema = schemaOf(ext);
    return schema ? pick(schema->errors, offset) : nullptr;
}

std::size_t eventCount(Ext ext) {
    const auto* schema = schemaOf(ext);
    return schema ? schema->eventCodes : 0;
}

std::size_t errorCount(Ext ext) {
    const auto* schema = schemaOf(ext);
    return schema ? schema->errorCodes : 0;
}

} // namespace entracte::xproxy
