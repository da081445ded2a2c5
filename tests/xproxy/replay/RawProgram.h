#pragma once

// A connection of which the test writes every byte, and may write what no library would.

#include "session/base/UniqueFd.h"
#include "xproxy/state/Wire.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <string>

namespace entracte::xproxy {

class RawProgram {
public:
    explicit RawProgram(const std::string& display)
        : m_socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = "/tmp/.X11-unix/X" + display.substr(1);
        std::memcpy(address.sun_path, path.c_str(), path.size());
        EXPECT_EQ(::connect(fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        write(MessageBuilder(wire::kHostOrder, 0).u8('l').pad(1).u16(11).pad(8).take());
        std::array<std::byte, 8> head{};
        EXPECT_EQ(::recv(fd(), head.data(), head.size(), MSG_WAITALL), 8);
        EXPECT_EQ(head[0], std::byte{1});
        Bytes rest(MessageView(head, wire::kHostOrder).u16(6) * 4u);
        EXPECT_EQ(::recv(fd(), rest.data(), rest.size(), MSG_WAITALL),
                  static_cast<ssize_t>(rest.size()));
        const MessageView setup(rest, wire::kHostOrder);
        base = setup.u32(4);
        root = setup.u32(32 + (setup.u16(16) + 3u) / 4 * 4 + 8u * setup.u8(21));
    }
    int fd() const { return m_socket.get(); }
    // False: the other end takes no more, or has ended the connection.
    bool write(ByteView bytes, int flags = 0) {
        return ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | flags) ==
               static_cast<ssize_t>(bytes.size());
    }
    // The next reply, error or event, whole; nothing when the connection was ended.
    Bytes read() {
        Bytes message(32);
        if (!receive(message))
            return {};
        const auto type = std::to_integer<int>(message[0]);
        if (type == 1 || (type & 0x7f) == 35) {
            Bytes rest(MessageView(message, wire::kHostOrder).get(wire::header::replyLength) * 4u);
            if (!receive(rest))
                return {};
            message.insert(message.end(), rest.begin(), rest.end());
        }
        return message;
    }
    std::uint32_t base = 0; // of its identifiers
    std::uint32_t root = 0;

private:
    bool receive(std::span<std::byte> bytes) {
        return bytes.empty() || ::recv(fd(), bytes.data(), bytes.size(), MSG_WAITALL) ==
                                    static_cast<ssize_t>(bytes.size());
    }
    UniqueFd m_socket;
};

} // namespace entracte::xproxy
