#pragma once

// Memory that the proxy shares with one X server (MIT-SHM, by descriptor), so that large images of
// the core protocol cross it without being copied more often than without a proxy: a PutImage is
// read from the program straight into it and becomes a ShmPutImage; a GetImage becomes a
// ShmGetImage, and the program is written to from it. Programs know nothing of it. A server that
// takes no descriptors (a remote one) is never asked for more than once.

#include "session/base/UniqueFd.h"
#include "xproxy/proxy/Upstream.h"

namespace entracte::xproxy {

// One piece of it. In use as long as anybody but SharedImages holds it; outlives its server.
class SharedImage {
public:
    static constexpr std::size_t kSize = 8u << 20; // bytes; only what was used takes memory

    // Null: no memory.
    static std::shared_ptr<SharedImage> make(ServerXid segment);
    ~SharedImage();
    SharedImage(const SharedImage&) = delete;
    SharedImage& operator=(const SharedImage&) = delete;

    std::span<std::byte> bytes() const { return {m_memory, kSize}; }
    ServerXid segment() const { return m_segment; }
    const UniqueFd& fd() const { return m_fd; }
    // Gives the memory back; what it held is gone.
    void forget();
    bool used = false; // since it was last forgotten

private:
    SharedImage(UniqueFd fd, std::byte* memory, ServerXid segment)
        : m_fd(std::move(fd)), m_memory(memory), m_segment(segment) {}
    UniqueFd m_fd;
    std::byte* m_memory;
    ServerXid m_segment;
};

class SharedImages {
public:
    // Images below are not worth the requests around them.
    static constexpr std::size_t kLarge = 64u << 10; // bytes

    // A free piece; null when there is none (yet). `freshId` numbers a segment on the utility
    // connection.
    std::shared_ptr<SharedImage> take(Upstream& utility, std::uint8_t shmMajor,
                                      const std::function<ServerXid()>& freshId);
    // Whether it is attached on this server.
    bool has(const SharedImage& image) const;
    // Lets the server go of all of it.
    void close(Upstream& utility, std::uint8_t shmMajor);
    // To be called now and then: memory that nobody used since the last time is given back.
    void tidy();
    bool anyUsed() const;

private:
    void attach(Upstream& utility, std::uint8_t shmMajor, ServerXid segment);

    struct Piece {
        std::shared_ptr<SharedImage> image;
        bool attached = false;
    };
    std::shared_ptr<std::vector<Piece>> m_pieces = std::make_shared<std::vector<Piece>>();
    std::shared_ptr<bool> m_refused = std::make_shared<bool>(false);
};

} // namespace entracte::xproxy
