#include "xproxy/proxy/ServerProbe.h"

#include "xproxy/proxy/Pump.h"
#include "xproxy/proxy/TimeMap.h"

#include <sys/random.h>

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

constexpr std::uint32_t kInputOnly = 2;
constexpr std::uint32_t kPropertyChange = 1u << 22;
constexpr std::size_t kTokenSize = 16; // bytes
constexpr std::uint32_t kAtomsAtOnce = 512;
constexpr std::uint32_t kMostAtoms = 1u << 20;
constexpr std::string_view kServerTime = "SERVERTIME";
constexpr std::int64_t kMostTime = std::int64_t{1} << 62; // ms
constexpr std::size_t kLeastUnits = 4096;                 // of four bytes (X protocol, section 8)

// Remembers the time of the first PropertyNotify; nothing else matters while probing.
class ProbeSink final : public UpstreamSink {
public:
    std::uint32_t time = 0;
    void answer(std::span<std::byte>, Outstanding*, std::uint64_t) override {}
    void event(std::span<std::byte> message, std::uint64_t) override {
        const MessageView view(message, wire::kHostOrder);
        if (view.u8(0) == core::kPropertyNotifyEvent && time == 0)
            time = view.get(core::PropertyNotifyEvent::time);
    }
};

MessageBuilder request(std::uint8_t major, std::uint8_t second) {
    return MessageBuilder::request(wire::kHostOrder, major, second);
}

std::int64_t wide(std::uint32_t high, std::uint32_t low) {
    return static_cast<std::int64_t>(std::uint64_t{high} << 32 | low);
}

class Probe {
public:
    Probe(Upstream& utility, Clock::time_point deadline)
        : m_utility(utility), m_deadline(deadline) {
        m_pump.add(utility, m_sink);
    }

    // The reply, empty when the server answered with an error.
    Result<Bytes> ask(Bytes message) {
        auto answer = std::make_shared<std::optional<Bytes>>();
        m_utility.inject(message, [answer](ByteView reply) { *answer = copyOf(reply); });
        ENTRACTE_TRY(m_pump.until([&] { return answer->has_value(); }, m_deadline));
        Bytes reply = std::move(**answer);
        if (!reply.empty() && reply[0] != std::byte{1})
            reply.clear();
        return reply;
    }

    // All at once: a server that is asked again and again costs a wait each time.
    Status extensions(ServerFace& face) {
        auto answers = std::make_shared<std::vector<Bytes>>(kExtCount);
        auto missing = std::make_shared<std::size_t>(kExtCount - 1);
        for (std::size_t i = 1; i < kExtCount; ++i) {
            const auto name = extensionName(static_cast<Ext>(i));
            m_utility.inject(request(core::kQueryExtension, 0)
                                 .u16(static_cast<std::uint16_t>(name.size()))
                                 .pad(2)
                                 .bytes(bytesOf(name))
                                 .finish(),
                             [answers, missing, i](ByteView reply) {
                                 --*missing;
                                 (*answers)[i] = copyOf(reply);
                             });
        }
        ENTRACTE_TRY(m_pump.until([&] { return *missing == 0; }, m_deadline));
        for (std::size_t i = 1; i < kExtCount; ++i) {
            using namespace core::QueryExtensionReply;
            const MessageView view((*answers)[i], wire::kHostOrder);
            if (view.u8(0) == 1 && view.get(present))
                face.extensions.set(
                    static_cast<Ext>(i),
                    {view.get(major_opcode), view.get(first_event), view.get(first_error)});
        }
        if (!face.extensions.of(Ext::Res).present())
            face.extensions.set(Ext::Res, {kResByProxy, 0, 0});
        return {};
    }

    Status pictFormats(ServerFace& face) {
        const auto major = face.extensions.of(Ext::Render).major;
        if (!major)
            return {};
        ENTRACTE_TRY(ask(request(major, wire::render::kQueryVersion).u32(0).u32(11).finish()));
        ENTRACTE_ASSIGN(reply, ask(request(major, wire::render::kQueryPictFormats).finish()));
        const MessageView view(reply, wire::kHostOrder);
        const std::uint32_t count = view.get(wire::render::QueryPictFormatsReply::num_formats);
        constexpr std::size_t kFormatSize = 28;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = 32 + i * kFormatSize;
            if (at + kFormatSize > reply.size())
                break;
            PictFormatInfo format;
            format.id = view.u32(at);
            format.type = view.u8(at + 4);
            format.depth = view.u8(at + 5);
            for (std::size_t m = 0; m < format.masks.size(); ++m)
                format.masks[m] = view.u16(at + 8 + 2 * m);
            face.pictFormats.push_back(format);
        }
        face.pictFormatsReply = std::move(reply);
        return {};
    }

    Status glx(ServerFace& face) {
        namespace glx = wire::glx;
        const auto major = face.extensions.of(Ext::Glx).major;
        if (!major)
            return {};
        constexpr std::uint32_t kFirstScreen = 0;
        ENTRACTE_TRY(ask(request(major, glx::kQueryVersion).u32(1).u32(4).finish()));
        ENTRACTE_ASSIGN(visuals,
                        ask(request(major, glx::kGetVisualConfigs).u32(kFirstScreen).finish()));
        ENTRACTE_ASSIGN(configs,
                        ask(request(major, glx::kGetFBConfigs).u32(kFirstScreen).finish()));
        readFbConfigs(face, MessageView(configs, wire::kHostOrder));
        face.visualConfigsReply = std::move(visuals);
        face.fbConfigsReply = std::move(configs);
        return {};
    }

    // Pairs of attribute and value (GLX 1.4 protocol, "GetFBConfigs").
    static void readFbConfigs(ServerFace& face, const MessageView& view) {
        constexpr std::uint32_t kVisualId = 0x800b;
        constexpr std::uint32_t kFbConfigId = 0x8013;
        using namespace wire::glx::GetFBConfigsReply;
        const std::size_t pairs = view.get(num_properties);
        constexpr std::size_t kPair = 8;
        std::size_t at = kFixedSize;
        for (std::uint32_t i = 0; i < view.get(num_FB_configs); ++i) {
            if (pairs == 0 || at + pairs * kPair > view.size())
                return;
            ServerFace::FbConfig config;
            for (std::size_t pair = 0; pair < pairs; ++pair, at += kPair) {
                const std::uint32_t attribute = view.u32(at);
                const std::uint32_t value = view.u32(at + 4);
                if (attribute == kFbConfigId)
                    config.id = value;
                else if (attribute == kVisualId)
                    config.visual = value;
                else
                    config.properties.insert(config.properties.end(), {attribute, value});
            }
            face.fbConfigs.push_back(std::move(config));
        }
    }

    Status randr(ServerFace& face, std::uint32_t root) {
        namespace randr = wire::randr;
        const auto major = face.extensions.of(Ext::RandR).major;
        if (!major)
            return {};
        ENTRACTE_TRY(ask(request(major, randr::kQueryVersion).u32(1).u32(5).finish()));
        ENTRACTE_ASSIGN(reply,
                        ask(request(major, randr::kGetScreenResourcesCurrent).u32(root).finish()));
        // Xephyr numbers its output only when somebody asks thoroughly; elsewhere that may take
        // seconds, since monitors are asked.
        if (MessageView(reply, wire::kHostOrder)
                .get(randr::GetScreenResourcesCurrentReply::num_outputs) == 0) {
            ENTRACTE_ASSIGN(thorough,
                            ask(request(major, randr::kGetScreenResources).u32(root).finish()));
            reply = std::move(thorough);
        }
        const MessageView view(reply, wire::kHostOrder);
        using Reply = wire::Field<std::uint16_t>; // both replies have one shape
        constexpr Reply kCrtcs = randr::GetScreenResourcesCurrentReply::num_crtcs;
        constexpr Reply kOutputs = randr::GetScreenResourcesCurrentReply::num_outputs;
        constexpr Reply kModes = randr::GetScreenResourcesCurrentReply::num_modes;
        constexpr std::size_t kModeSize = 32;
        std::size_t at = 32;
        for (std::size_t i = 0; i < view.get(kCrtcs) && at < view.size(); ++i, at += 4)
            face.crtcs.push_back(view.u32(at));
        for (std::size_t i = 0; i < view.get(kOutputs) && at < view.size(); ++i, at += 4)
            face.outputs.push_back(view.u32(at));
        for (std::size_t i = 0; i < view.get(kModes) && at < view.size(); ++i, at += kModeSize)
            face.modes.push_back(view.u32(at));
        return {};
    }

    Status systemCounters(ServerFace& face) {
        namespace sync = wire::sync;
        const auto major = face.extensions.of(Ext::Sync).major;
        if (!major)
            return {};
        ENTRACTE_TRY(ask(request(major, sync::kInitialize).u8(3).u8(1).pad(2).finish()));
        ENTRACTE_ASSIGN(reply, ask(request(major, sync::kListSystemCounters).finish()));
        const MessageView view(reply, wire::kHostOrder);
        // Each: counter, resolution of 64 bits, length of the name, name, filled up to 4 bytes.
        constexpr std::size_t kFixed = 14;
        std::size_t at = sync::ListSystemCountersReply::kFixedSize;
        const std::uint32_t count = view.get(sync::ListSystemCountersReply::counters_len);
        for (std::uint32_t i = 0; i < count && at + kFixed <= view.size(); ++i) {
            const std::size_t length = view.u16(at + 12);
            face.systemCounters.push_back({textOf(view.part(at + kFixed, length)), view.u32(at),
                                           wide(view.u32(at + 4), view.u32(at + 8))});
            at += padded(kFixed + length);
        }
        for (const auto& counter : face.systemCounters)
            if (counter.name == kServerTime) {
                using namespace sync::QueryCounterReply;
                ENTRACTE_ASSIGN(value,
                                ask(request(major, sync::kQueryCounter).u32(counter.id).finish()));
                const MessageView told(value, wire::kHostOrder);
                const auto time = wide(static_cast<std::uint32_t>(told.get(counter_value_hi)),
                                       told.get(counter_value_lo));
                if (time >= 0 && time < kMostTime) // else nobody can reckon with it
                    face.serverTime = time;
            }
        return {};
    }

    Status devices(ServerFace& face) {
        namespace xinput = wire::xinput;
        const auto major = face.extensions.of(Ext::XInput).major;
        if (!major)
            return {};
        ENTRACTE_TRY(ask(request(major, xinput::kXIQueryVersion).u16(2).u16(2).finish()));
        ENTRACTE_ASSIGN(reply, ask(request(major, xinput::kXIQueryDevice).u16(0).pad(2).finish()));
        const MessageView view(reply, wire::kHostOrder);
        const unsigned count = view.u16(8);
        std::size_t at = 32;
        for (unsigned i = 0; i < count && at + 12 <= reply.size(); ++i) {
            face.devices.push_back({view.u16(at), view.u16(at + 2)});
            const unsigned classes = view.u16(at + 6);
            at += 12 + padded(view.u16(at + 8));
            for (unsigned c = 0; c < classes && at + 4 <= reply.size(); ++c)
                at += std::max<std::size_t>(4, std::size_t{view.u16(at + 2)} * 4);
        }
        return {};
    }

    Status agreeOnVersions(ServerFace& face) {
        if (const auto major = face.extensions.of(Ext::XFixes).major)
            ENTRACTE_TRY(ask(request(major, wire::xfixes::kQueryVersion).u32(5).u32(0).finish()));
        std::size_t units = face.setup.maxRequestLength;
        if (units < kLeastUnits)
            return fail(ErrorCode::ScreenUnavailable,
                        "The X server takes no requests of usual size.",
                        std::to_string(units) + " units");
        if (const auto major = face.extensions.of(Ext::BigRequests).major) {
            ENTRACTE_ASSIGN(reply, ask(request(major, wire::bigrequests::kEnable).finish()));
            const MessageView view(reply, wire::kHostOrder);
            units = std::max<std::size_t>(
                units, view.get(wire::bigrequests::EnableReply::maximum_request_length));
        }
        face.longestRequest = units * 4;
        return {};
    }

    // Atoms are numbered densely from 1 and never go (X protocol, section 3 "ATOM").
    Status atoms(ServerKnowledge& knowledge) {
        bool end = false;
        for (std::uint32_t next = kLastPredefinedAtom + 1; !end && next < kMostAtoms;
             next += kAtomsAtOnce) {
            auto missing = std::make_shared<std::uint32_t>(kAtomsAtOnce);
            auto found = std::make_shared<std::vector<std::pair<ServerAtom, std::string>>>();
            for (std::uint32_t atom = next; atom < next + kAtomsAtOnce; ++atom) {
                m_utility.inject(
                    request(core::kGetAtomName, 0).u32(atom).finish(), [=](ByteView reply) {
                        --*missing;
                        const MessageView view(reply, wire::kHostOrder);
                        if (view.u8(0) == 1)
                            found->emplace_back(
                                ServerAtom{atom},
                                textOf(view.part(32, view.get(core::GetAtomNameReply::name_len))));
                    });
            }
            ENTRACTE_TRY(m_pump.until([&] { return *missing == 0; }, m_deadline));
            end = found->size() < kAtomsAtOnce;
            std::ranges::move(*found, std::back_inserter(knowledge.atoms));
        }
        return {};
    }

    // ICCCM 2.0, section 2.1: a timestamp is got by appending to a property.
    Status time(ServerKnowledge& knowledge, std::uint32_t root, ServerXid window) {
        const ByteView token = knowledge.token;
        ServerFace& face = knowledge.face;
        MessageBuilder create = request(core::kCreateWindow, 0);
        create.u32(raw(window)).u32(root).u16(0).u16(0).u16(1).u16(1).u16(0);
        create.u16(kInputOnly).u32(0).u32(core::CW::OverrideRedirect | core::CW::EventMask);
        m_utility.inject(create.u32(1).u32(kPropertyChange).finish());
        MessageBuilder change = request(core::kChangeProperty, core::PropMode::Append);
        change.u32(raw(window)).u32(core::Atom::WM_NAME).u32(core::Atom::STRING).u8(8).pad(3);
        m_utility.inject(
            change.u32(static_cast<std::uint32_t>(token.size())).bytes(token).finish());
        knowledge.asked = Clock::now();
        ENTRACTE_TRY(m_pump.until([&] { return m_sink.time != 0; }, m_deadline));
        face.time = m_sink.time;
        face.serverTime = near(face.serverTime, face.time);
        return {};
    }

private:
    Upstream& m_utility;
    Clock::time_point m_deadline;
    ProbeSink m_sink;
    Pump m_pump;
};

} // namespace

Result<ServerKnowledge> probeServer(Upstream& utility, const SetupInfo& setup, ServerXid window,
                                    Clock::time_point deadline) {
    ServerKnowledge knowledge;
    knowledge.face.setup = setup;
    const std::uint32_t root = setup.screens.front().root;
    Probe probe(utility, deadline);
    ENTRACTE_TRY(probe.extensions(knowledge.face));
    ENTRACTE_TRY(probe.agreeOnVersions(knowledge.face));
    ENTRACTE_TRY(probe.pictFormats(knowledge.face));
    ENTRACTE_TRY(probe.systemCounters(knowledge.face));
    ENTRACTE_TRY(probe.glx(knowledge.face));
    ENTRACTE_TRY(probe.randr(knowledge.face, root));
    ENTRACTE_TRY(probe.devices(knowledge.face));
    ENTRACTE_TRY(probe.atoms(knowledge));
    knowledge.token.resize(kTokenSize);
    if (::getrandom(knowledge.token.data(), knowledge.token.size(), 0) < 0)
        return fail(Error::fromErrno("No random bytes could be had"));
    ENTRACTE_TRY(probe.time(knowledge, root, window));
    return knowledge;
}

Result<Bytes> readToken(Upstream& utility, ServerXid window, Clock::time_point deadline) {
    Probe probe(utility, deadline);
    ENTRACTE_ASSIGN(reply, probe.ask(request(core::kGetProperty, 0)
                                         .u32(raw(window))
                                         .u32(core::Atom::WM_NAME)
                                         .u32(core::Atom::STRING)
                                         .u32(0)
                                         .u32(kTokenSize / 4)
                                         .finish()));
    const MessageView view(reply, wire::kHostOrder);
    return copyOf(view.part(32, view.get(core::GetPropertyReply::value_len)));
}

} // namespace entracte::xproxy
