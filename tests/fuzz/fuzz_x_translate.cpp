// Any bytes as any message on its way between the programs' world and a server's, in both
// directions: nothing beyond them is read or written, they keep their length, and where both worlds
// are the same they keep their bytes. Requests are divided as well: no part is longer than wanted.
// The first bytes choose the direction, the byte order and the extension.

#include "xproxy/proxy/RequestSplit.h"
#include "xproxy/proxy/Translator.h"

#include <cstdlib>

namespace {

using namespace entracte::xproxy;

constexpr XidRange kProgram{0x00400000, 0x1fffff};
constexpr XidRange kOnServer{0x01400000, 0x0fffff}; // narrower: ids go by table
constexpr const char* kNames[] = {"WM_PROTOCOLS", "_NET_WM_PING",   "_NET_WM_STATE",
                                  "ATOM_PAIR",    "XdndTypeList",   "_XEMBED_INFO",
                                  "GDK_VISUALS",  "_MOTIF_WM_INFO", "TARGETS"};

struct Worlds {
    ExtensionTable programs, server;
    AtomNames names;
    Translator other{names, kProgram.mask, kOnServer.mask, false};
    Translator same{names, kProgram.mask, kProgram.mask, true};

    Worlds() {
        // Opcodes, events and errors of the programs' world, and the same in another order.
        for (std::uint8_t i = 1; i < kExtCount; ++i) {
            const auto ext = static_cast<Ext>(i);
            const auto back = static_cast<std::uint8_t>(kExtCount - i);
            programs.set(ext, numbers(ext, i));
            server.set(ext, numbers(ext, back));
        }
        for (Translator* one : {&other, &same})
            one->client = &programs;
        other.server = server;
        same.server = programs;
        other.xids.addClient(kProgram, kOnServer);
        same.xids.addClient(kProgram, kProgram);
        other.xids.fix(ClientXid{0x1e7}, ServerXid{0x2c1});
        other.visuals.match(0x21, 0x2b);
        other.time = TimeMap(1'000, 500'000);
        std::uint32_t atom = 300;
        for (const char* name : kNames) {
            names.learn(ClientAtom{atom}, name);
            other.atoms.learn(ServerAtom{1200 - atom}, name);
            same.atoms.learn(ServerAtom{atom++}, name);
        }
    }
    static ExtensionNumbers numbers(Ext ext, std::uint8_t place) {
        ExtensionNumbers made{static_cast<std::uint8_t>(128 + place), 0, 0};
        if (eventCount(ext) > 0)
            made.firstEvent = static_cast<std::uint8_t>(64 + 3 * place);
        if (errorCount(ext) > 0)
            made.firstError = static_cast<std::uint8_t>(128 + 6 * place);
        return made;
    }
};

void expect(bool holds) {
    if (!holds)
        std::abort();
}

void divide(Ext ext, std::uint8_t opcode, const MessageView& view, std::size_t most) {
    SetupInfo setup;
    setup.bitmapScanlinePad = 32;
    setup.formats = {{1, 1, 32}, {8, 8, 32}, {24, 32, 32}};
    for (const Bytes& part : splitRequest(ext, opcode, view, most, setup))
        expect(part.size() <= most && part.size() >= 4);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kHead = 4;
    constexpr std::size_t kLeast = 32; // what the proxy looks at is a whole message
    if (size < kHead)
        return 0;
    Worlds worlds;
    const ByteOrder order = (data[0] & 1) != 0 ? ByteOrder::Big : ByteOrder::Little;
    const bool big = (data[0] & 2) != 0;
    const unsigned way = data[0] >> 2 & 3;
    const auto ext = static_cast<Ext>(data[1] % kExtCount);
    const std::uint8_t opcode = data[2];
    const auto* given = reinterpret_cast<const std::byte*>(data + kHead);
    Bytes message(given, given + (size - kHead));
    message.resize(std::max(message.size(), way == 0 ? std::size_t{big ? 8u : 4u} : kLeast));
    const auto* schema = requestSchema(ext, opcode);
    if (way == 0) { // the header says what it is
        message[0] = std::byte{ext == Ext::Core ? opcode : worlds.programs.of(ext).major};
        if (ext != Ext::Core)
            message[1] = std::byte{opcode};
        divide(ext, opcode, MessageView(message, order, big), 16u + data[3] * 4u);
    }
    const Bytes request = message; // what a reply is the answer to
    for (Translator* translator : {&worlds.same, &worlds.other}) {
        Bytes changed = message;
        if (way == 0)
            translator->request(schema, ext, changed, order, big);
        else if (way == 1 && schema && schema->reply)
            translator->reply(schema->reply, ext, MessageView(request, order), changed, order);
        else if (way == 2)
            translator->event(changed, order);
        else if (way == 3)
            translator->error(changed, order);
        expect(changed.size() == message.size());
        expect(translator != &worlds.same || changed == message);
    }
    return 0;
}
