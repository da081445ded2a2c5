#include "xproxy/proxy/SharedImages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace entracte::xproxy {

namespace {
// One is filled, one is read; the others wait, so that a program that sends many need not stop
// whenever the server draws.
constexpr std::size_t kPieces = 8;
} // namespace

std::shared_ptr<SharedImage> SharedImage::make(ServerXid segment) {
    // Sealed, so that a server cannot take the memory away from under the proxy.
    UniqueFd fd(::memfd_create("entracte-image", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd || ::ftruncate(fd.get(), kSize) != 0 ||
        ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return nullptr;
    void* memory = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (memory == MAP_FAILED)
        return nullptr;
    return std::shared_ptr<SharedImage>(
        new SharedImage(std::move(fd), static_cast<std::byte*>(memory), segment));
}

SharedImage::~SharedImage() {
    ::munmap(m_memory, kSize);
}

void SharedImage::forget() {
    ::fallocate(m_fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, kSize);
    used = false;
}

std::shared_ptr<SharedImage> SharedImages::take(Upstream& utility, std::uint8_t shmMajor,
                                                const std::function<ServerXid()>& freshId) {
    bool comes = false;
    for (const Piece& piece : *m_pieces) {
        comes = comes || !piece.attached;
        if (piece.attached && piece.image.use_count() == 1) {
            piece.image->used = true;
            return piece.image;
        }
    }
    if (!comes && !*m_refused && m_pieces->size() < kPieces) {
        const ServerXid segment = freshId();
        if (auto image = SharedImage::make(segment)) {
            m_pieces->push_back({std::move(image)});
            attach(utility, shmMajor, segment);
        } else {
            *m_refused = true;
        }
    }
    return nullptr;
}

void SharedImages::attach(Upstream& utility, std::uint8_t shmMajor, ServerXid segment) {
    using namespace wire::shm;
    const auto& image = m_pieces->back().image;
    utility.stream.queueFd(UniqueFd(::dup(image->fd().get())));
    // An error comes before the answer to the question that follows.
    utility.inject(MessageBuilder::request(wire::kHostOrder, shmMajor, kAttachFd)
                       .u32(raw(segment))
                       .u8(0)
                       .pad(3)
                       .finish(),
                   [refused = m_refused](ByteView error) { *refused |= !error.empty(); });
    utility.sync([pieces = m_pieces, refused = m_refused] {
        if (*refused)
            std::erase_if(*pieces, [](const Piece& piece) { return !piece.attached; });
        for (Piece& piece : *pieces)
            piece.attached = true;
    });
}

void SharedImages::close(Upstream& utility, std::uint8_t shmMajor) {
    for (const Piece& piece : *m_pieces)
        utility.inject(MessageBuilder::request(wire::kHostOrder, shmMajor, wire::shm::kDetach)
                           .u32(raw(piece.image->segment()))
                           .finish());
    m_pieces->clear();
}

bool SharedImages::has(const SharedImage& image) const {
    return std::ranges::any_of(*m_pieces, [&](const Piece& piece) {
        return piece.attached && piece.image.get() == &image;
    });
}

bool SharedImages::anyUsed() const {
    return std::ranges::any_of(*m_pieces, [](const Piece& piece) { return piece.image->used; });
}

void SharedImages::tidy() {
    for (const Piece& piece : *m_pieces)
        if (piece.image.use_count() == 1 && piece.image->used)
            piece.image->forget();
}

} // namespace entracte::xproxy
