#include "tests/fuzz/ReplayProperty.h"

#include "tests/fuzz/ModelServer.h"
#include "tests/fuzz/RecordText.h"
#include "xproxy/replay/Replay.h"
#include "xproxy/wire/Schema.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>

namespace entracte::fuzz {

using namespace xproxy;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kMask = 0x1fffff;
constexpr std::uint32_t kRoot = 0x1e7;
constexpr std::uint32_t kVisual = 0x21;
constexpr std::uint8_t kDepth = 24;
constexpr XidRange kRanges[] = {{0x00200000, kMask}, {0x00400000, kMask}, {0x00600000, kMask}};
constexpr std::uint32_t kIdsInUse = 12; // few, so that requests meet
constexpr std::uint8_t kFirstMajor = 128;
constexpr std::size_t kMaxRequests = 200;

ExtensionTable numbers() {
    ExtensionTable table;
    for (std::size_t i = 1; i < kExtCount; ++i)
        table.set(static_cast<Ext>(i),
                  {static_cast<std::uint8_t>(kFirstMajor + i),
                   static_cast<std::uint8_t>(64 + 3 * i), static_cast<std::uint8_t>(128 + 3 * i)});
    return table;
}

ServerFace face() {
    ServerFace made;
    made.extensions = numbers();
    made.setup.ridMask = kMask;
    ScreenInfo screen;
    screen.root = kRoot;
    screen.defaultColormap = 0x20;
    screen.rootVisual = kVisual;
    screen.rootDepth = kDepth;
    screen.width = 1280;
    screen.height = 800;
    screen.depths = {{kDepth, {{.id = kVisual, .visualClass = 4}}}};
    made.setup.screens = {screen};
    return made;
}

class Reader {
public:
    explicit Reader(std::span<const std::byte> input) : m_input(input) {}
    bool more() const { return !m_input.empty(); }
    std::uint8_t byte() {
        if (m_input.empty())
            return 0;
        const auto value = static_cast<std::uint8_t>(m_input.front());
        m_input = m_input.subspan(1);
        return value;
    }

private:
    std::span<const std::byte> m_input;
};

// Makes what names something name one of few things, so that requests are about one another.
class Tamer final : public wire::FieldVisitor {
public:
    explicit Tamer(std::vector<wire::FieldRef>& fields) : m_fields(fields) {}
    void visit(const wire::FieldRef& field) override { m_fields.push_back(field); }

private:
    std::vector<wire::FieldRef>& m_fields;
};

void tame(Bytes& request, const wire::MessageSchema& schema, std::size_t client) {
    std::vector<wire::FieldRef> fields;
    Tamer tamer(fields);
    wire::walkFields(schema, request, wire::kHostOrder, false, tamer);
    for (const auto& field : fields) {
        if (field.size != 4 || field.offset + 4 > request.size())
            continue;
        const std::uint32_t value = MessageView(request, wire::kHostOrder).u32(field.offset);
        std::uint32_t tamed = value;
        switch (field.kind) {
        case wire::FieldKind::Atom:
            tamed = 1 + value % 80;
            break;
        case wire::FieldKind::Timestamp:
            tamed = 0;
            break;
        case wire::FieldKind::Visual:
            tamed = kVisual;
            break;
        case wire::FieldKind::Keysym:
        case wire::FieldKind::EventClass:
        case wire::FieldKind::PictFormat:
        case wire::FieldKind::Crtc:
        case wire::FieldKind::Output:
        case wire::FieldKind::Mode:
            break;
        default: { // XIDs
            const std::uint32_t which = value % 16;
            if (which == 0)
                tamed = 0;
            else if (which == 1)
                tamed = kRoot;
            else if (which < 12)
                tamed = kRanges[client].base + value / 16 % kIdsInUse + 1;
            else
                tamed = kRanges[3 - client].base + value / 16 % kIdsInUse + 1;
        }
        }
        put32(request, field.offset, tamed, wire::kHostOrder);
    }
}

// The program's pixels have come: as the server would give them.
void answerCaptures(const RequestEffects& effects) {
    for (const auto& wanted : effects.captures) {
        const std::size_t bytes = std::size_t{wanted.width} * wanted.height * 4;
        if (bytes == 0 || bytes > (64u << 10))
            continue;
        wanted.into->width = wanted.width;
        wanted.into->height = wanted.height;
        wanted.into->depth = kDepth;
        wanted.into->data.resize(bytes);
        wanted.into->valid = true;
    }
}

unsigned opcodesOf(Ext ext) {
    static const auto kCounts = [] {
        std::array<unsigned, kExtCount> counts{};
        for (std::size_t i = 0; i < kExtCount; ++i)
            for (unsigned opcode = 0; opcode < 127; ++opcode)
                if (requestSchema(static_cast<Ext>(i), static_cast<std::uint8_t>(opcode)))
                    counts[i] = opcode + 1;
        return counts;
    }();
    return std::max(1u, kCounts[static_cast<std::size_t>(ext)]);
}

// Memory that came by descriptor.
void giveMemory(const Record& record, const RequestEffects& effects) {
    const auto segment = record.find<ShmSegment>(effects.created);
    if (segment && segment->shmid < 0)
        segment->memory.reset(::memfd_create("segment", MFD_CLOEXEC));
}

// One request: who, which extension, which request, how long, and its bytes.
void recordOne(Reader& reader, Record& record, Recorder& recorder,
               const ExtensionTable& extensions) {
    const std::size_t client = 1 + reader.byte() % 2;
    const auto ext = static_cast<Ext>(reader.byte() % kExtCount);
    const auto opcode = static_cast<std::uint8_t>(reader.byte() % opcodesOf(ext));
    const auto* schema = requestSchema(ext, opcode);
    if (!schema)
        return;
    const std::uint8_t second = reader.byte();
    auto builder = ext == Ext::Core ? MessageBuilder::request(wire::kHostOrder, opcode, second)
                                    : MessageBuilder::request(wire::kHostOrder,
                                                              extensions.of(ext).major, opcode);
    for (unsigned left = reader.byte() % 64; left > 0; --left)
        builder.u8(reader.byte());
    Bytes request = builder.finish();
    tame(request, *schema, client);
    const auto effects = recorder.request(static_cast<ClientId>(client), ext,
                                          MessageView(request, wire::kHostOrder));
    answerCaptures(effects);
    giveMemory(record, effects);
}

// Keeps nothing: a model has no events.
class Deaf final : public UpstreamSink {
public:
    void answer(std::span<std::byte>, Outstanding*, std::uint64_t) override {}
    void event(std::span<std::byte>, std::uint64_t) override {}
};

std::string difference(const std::vector<std::string>& recorded,
                       const std::vector<std::string>& replayed) {
    std::vector<std::string> lost;
    std::vector<std::string> added;
    std::ranges::set_difference(recorded, replayed, std::back_inserter(lost));
    std::ranges::set_difference(replayed, recorded, std::back_inserter(added));
    std::string text;
    for (const auto& line : lost)
        text += "recorded only: " + line + "\n";
    for (const auto& line : added)
        text += "replayed only: " + line + "\n";
    return text;
}

} // namespace

std::string replayDifference(std::span<const std::byte> input) {
    Core core;
    core.face = face();
    Record& record = core.record;
    const auto root = record.create<Window>(ClientXid{kRoot}, kNobody);
    root->width = 1280;
    root->height = 800;
    root->depth = kDepth;
    root->visual = kVisual;
    root->mapped = true;
    record.roots = {root->id};
    for (std::uint32_t atom = 69; atom <= 80; ++atom)
        record.atoms.learn(ClientAtom{atom}, "ATOM_" + std::to_string(atom));
    for (const ClientId id : {1u, 2u})
        record.clients[id].range = kRanges[id];
    Reader reader(input);
    for (std::size_t i = 0; i < kMaxRequests && reader.more(); ++i)
        recordOne(reader, record, core.recorder, core.face->extensions);

    ModelServer server(record);
    server.extensions = core.face->extensions;
    core.link = std::make_unique<ServerLink>();
    core.link->face = *core.face;
    core.link->translator = std::make_unique<Translator>(record.atoms, kMask, kMask, false);
    Translator& translator = *core.link->translator;
    translator.client = &core.face->extensions;
    translator.server = core.face->extensions;
    translator.xids.fix(ClientXid{kRoot}, ServerXid{kRoot});
    core.link->utility = std::make_unique<Upstream>(server.connect(kNobody, kRanges[0]),
                                                    wire::kHostOrder, kRanges[0], 0);
    Pump pump;
    Deaf deaf;
    pump.add(*core.link->utility, deaf);
    for (const ClientId id : {1u, 2u}) {
        auto client = std::make_unique<Client>(id, UniqueFd());
        client->phase = Client::Phase::Running;
        client->range = kRanges[id];
        client->upstream = std::make_unique<Upstream>(server.connect(id, kRanges[id]),
                                                      wire::kHostOrder, kRanges[id], 0);
        translator.xids.addClient(kRanges[id], kRanges[id]);
        pump.add(*client->upstream, deaf);
        core.clients.emplace(id, std::move(client));
    }
    server.start();
    RequestPath requests(core);
    const auto done = replayRecord(core, requests, pump, Clock::now() + 20s);
    server.finish();
    if (!done)
        return "the replay failed: " + done.error().forLog() + "\n";
    return difference(textOf(record), textOf(server.record));
}

} // namespace entracte::fuzz
