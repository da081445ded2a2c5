#include "tests/fuzz/ModelServer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace entracte::fuzz {

using namespace xproxy;
namespace core = wire::core;

ModelServer::ModelServer(const Record& original) : m_original(original) {
    for (const ClientXid id : original.roots) {
        const auto from = original.find<Window>(id);
        const auto root = record.create<Window>(id, kNobody);
        root->width = from->width;
        root->height = from->height;
        root->depth = from->depth;
        root->visual = from->visual;
        root->mapped = true;
        record.roots.push_back(id);
    }
    record.pictFormats = original.pictFormats;
}

ModelServer::~ModelServer() {
    finish();
}

UniqueFd ModelServer::connect(ClientId client, XidRange range) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        std::abort();
    m_lines.push_back({client, std::make_unique<SocketStream>(UniqueFd(ends[0]))});
    record.clients[client].range = range;
    return UniqueFd(ends[1]);
}

void ModelServer::start() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        std::abort();
    m_endSeen.reset(ends[0]);
    m_end.reset(ends[1]);
    m_thread = std::thread([this] { run(); });
}

void ModelServer::finish() {
    m_end.reset();
    if (m_thread.joinable())
        m_thread.join();
}

void ModelServer::run() {
    for (;;) {
        std::vector<pollfd> polled{{m_endSeen.get(), POLLIN, 0}};
        for (const Line& line : m_lines)
            polled.push_back({line.stream->fd(),
                              static_cast<short>(line.stream->queued() ? POLLIN | POLLOUT : POLLIN),
                              0});
        ::poll(polled.data(), polled.size(), -1);
        for (std::size_t i = 0; i < m_lines.size(); ++i)
            if (polled[i + 1].revents != 0)
                serve(m_lines[i]);
        if (polled[0].revents != 0)
            return;
    }
}

bool ModelServer::serve(Line& line) {
    const bool alive = line.stream->read();
    for (;;) {
        const auto input = line.stream->input();
        if (input.size() < 4)
            break;
        std::size_t size = MessageView(input, wire::kHostOrder).u16(2) * std::size_t{4};
        const bool big = size == 0;
        if (big) {
            if (input.size() < 8)
                break;
            size = MessageView(input, wire::kHostOrder).u32(4) * std::size_t{4};
        }
        if (size == 0 || input.size() < size)
            break;
        ++line.sequence;
        handle(line, MessageView(input.first(size), wire::kHostOrder, big));
        line.stream->consume(size);
    }
    return line.stream->flush() && alive;
}

void ModelServer::handle(Line& line, const MessageView& view) {
    const auto ext = extensions.byMajor(view.u8(0));
    if (!ext)
        return;
    const std::uint8_t opcode = *ext == Ext::Core ? view.u8(0) : view.u8(1);
    m_recorder.request(line.client, *ext, view);
    const auto* schema = requestSchema(*ext, opcode);
    if (!schema || !schema->hasReply)
        return;
    auto reply = MessageBuilder::reply(wire::kHostOrder, line.sequence);
    if (*ext == Ext::Core && opcode == core::kInternAtom) {
        const auto name =
            textOf(view.part(core::InternAtom::kFixedSize, view.get(core::InternAtom::name_len)));
        const auto known = m_original.atoms.find(name);
        reply.set(core::InternAtomReply::atom, known ? raw(*known) : 0u);
    }
    const Bytes bytes = reply.finishReply();
    // What is granted is granted.
    m_recorder.reply(line.client, *ext, view, MessageView(bytes, wire::kHostOrder));
    line.stream->queue(bytes);
}

} // namespace entracte::fuzz
