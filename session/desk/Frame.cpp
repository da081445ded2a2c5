#include "session/desk/Frame.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace entracte::desk {
namespace {

struct Header {
    std::uint32_t magic;
    Kind kind;
    std::uint32_t client;
    std::uint32_t token;
    std::uint32_t size; // of the payload, bytes
};
static_assert(sizeof(Header) == 20);

} // namespace

std::string encode(const Frame& frame) {
    const Header header{kMagic, frame.kind, frame.client, frame.token,
                        static_cast<std::uint32_t>(frame.payload.size())};
    return std::string(reinterpret_cast<const char*>(&header), sizeof header) + frame.payload;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string payload;
    for (const auto& text : texts)
        payload.append(text.c_str()).push_back('\0');
    return payload;
}

std::optional<std::vector<std::string>> texts(std::string_view payload) {
    std::vector<std::string> found;
    while (!payload.empty()) {
        const auto end = payload.find('\0');
        if (end == std::string_view::npos)
            return std::nullopt;
        found.emplace_back(payload.substr(0, end));
        payload.remove_prefix(end + 1);
    }
    return found;
}

std::optional<std::int32_t> number(std::string_view text) {
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<Frame> FrameReader::next() {
    Header header{};
    if (m_broken || m_bytes.size() < sizeof header)
        return std::nullopt;
    std::memcpy(&header, m_bytes.data(), sizeof header);
    if (header.magic != kMagic || header.size > kMaxPayload) {
        m_broken = true;
        return std::nullopt;
    }
    if (m_bytes.size() < sizeof header + header.size)
        return std::nullopt;
    Frame frame{header.kind, header.client, header.token,
                m_bytes.substr(sizeof header, header.size)};
    m_bytes.erase(0, sizeof header + header.size);
    return frame;
}

bool Line::read() {
    std::array<char, 8192> bytes{};
    // Once for each time that it is readable: nobody keeps the others waiting.
    const auto got = ::recv(m_socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    m_reader.add({bytes.data(), static_cast<std::size_t>(got)});
    return got > 0 && !m_reader.broken();
}

bool Line::send(const Frame& frame) {
    auto bytes = encode(frame);
    if (frame.payload.size() > kMaxPayload || m_owed.size() + bytes.size() > kMaxWaiting)
        return false;
    m_owed += bytes;
    return true;
}

bool Line::flush() {
    while (!m_owed.empty()) {
        const auto sent =
            ::send(m_socket, m_owed.data(), m_owed.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        m_owed.erase(0, static_cast<std::size_t>(sent));
    }
    return true;
}

} // namespace entracte::desk
