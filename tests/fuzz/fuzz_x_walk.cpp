// Any bytes as any X message: the walker reads nothing beyond them, reports nothing beyond them,
// and comes to an end. The first three bytes choose the message and the byte order.

#include "xproxy/wire/Schema.h"

#include <cstdlib>
#include <vector>

namespace {

using namespace entracte::wire;

const std::vector<const MessageSchema*>& schemas() {
    static const std::vector<const MessageSchema*> all = [] {
        std::vector<const MessageSchema*> result;
        for (const ExtensionSchema& extension : extensions())
            for (const auto table :
                 {extension.requests, extension.events, extension.genericEvents, extension.errors})
                for (const MessageSchema* schema : table)
                    if (schema != nullptr) {
                        result.push_back(schema);
                        if (schema->reply != nullptr)
                            result.push_back(schema->reply);
                    }
        return result;
    }();
    return all;
}

class Checker final : public FieldVisitor {
public:
    explicit Checker(std::size_t size) : m_size(size) {}
    void visit(const FieldRef& field) override {
        if (field.offset > m_size || field.size > m_size - field.offset)
            std::abort();
        if (field.kind == FieldKind::None || ++m_count > m_size)
            std::abort();
    }

private:
    std::size_t m_size;
    std::size_t m_count = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3)
        return 0;
    const MessageSchema& schema =
        *schemas()[static_cast<std::size_t>(data[0] | (data[1] & 0x3f) << 8) % schemas().size()];
    const std::span message(reinterpret_cast<const std::byte*>(data + 3), size - 3);
    const ByteOrder order = (data[2] & 1) != 0 ? ByteOrder::Big : ByteOrder::Little;
    Checker checker(message.size());
    walkFields(schema, message, order, (data[2] & 2) != 0, checker);
    Checker inner(message.size());
    walkFieldsAt(schema, message, data[2], message.size() / 2, order, inner);
    return 0;
}
