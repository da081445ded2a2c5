#include "session/engine/HeldInput.h"

#include "session/engine/Processes.h"

#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <set>

namespace entracte {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostOfOne = 128 * 1024; // bytes; what the kernel queues by itself is less
constexpr std::size_t kMostOfAll = 512 * 1024;
constexpr std::size_t kMaxHeld = 256; // each is a descriptor of ours
constexpr std::size_t kQueueIsFull = 4096;
constexpr int kRoomMs = 100;
constexpr std::chrono::seconds kLongest{1}; // for all: the session stands still
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

std::string toBase64(const std::string& bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), kBase64), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), kBase64);
    text.pop_back(); // the NUL
    return text;
}

tl::unexpected<Error> senseless() {
    return fail(ErrorCode::SnapshotDamaged, "What was typed meanwhile cannot be read.");
}

// The inode of a socket that /proc names so; 0: it is none.
std::uint64_t inodeIn(const std::filesystem::path& link) {
    constexpr std::string_view kLabel = "socket:[";
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(link, error);
    std::uint64_t inode = 0;
    if (!error && target.starts_with(kLabel))
        std::from_chars(target.data() + kLabel.size(), target.data() + target.size(), inode);
    return inode;
}

// What is there now.
void readOn(int socket, std::string& bytes, std::size_t most) {
    std::array<char, 16384> buffer{};
    while (bytes.size() < most) {
        const ssize_t got = ::recv(socket, buffer.data(),
                                   std::min(buffer.size(), most - bytes.size()), MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        bytes.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

// A server that had filled what the kernel queues (some hundred events) has the rest in a queue of
// its own, and sends it as soon as there is room.
void makeRoom(int socket, std::string& bytes, std::size_t most, Clock::time_point deadline) {
    readOn(socket, bytes, most);
    pollfd polled{socket, POLLIN, 0};
    while (bytes.size() >= kQueueIsFull && bytes.size() < most && Clock::now() < deadline &&
           ::poll(&polled, 1, kRoomMs) == 1) {
        const std::size_t before = bytes.size();
        readOn(socket, bytes, most);
        if (bytes.size() == before) // its end
            break;
    }
}

} // namespace

nlohmann::json inputToJson(const Input& input) {
    auto object = nlohmann::json::object();
    for (const auto& [inode, bytes] : input)
        if (!bytes.empty())
            object[std::to_string(inode)] = toBase64(bytes);
    return object;
}

Result<Input> inputFromJson(const nlohmann::json& restore) {
    Input input;
    const auto found = restore.find("input");
    if (found == restore.end())
        return input;
    if (!found->is_object() || found->size() > kMaxHeld)
        return senseless();
    for (const auto& [name, value] : found->items()) {
        std::uint64_t inode = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), inode);
        if (error != std::errc() || end != name.data() + name.size() || !value.is_string())
            return senseless();
        const auto& letters = value.get_ref<const std::string&>();
        std::string bytes(letters.size(), '\0');
        std::size_t size = 0;
        if (letters.size() > 2 * kMostOfOne ||
            sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                              letters.data(), letters.size(), nullptr, &size, nullptr,
                              kBase64) != 0 ||
            size > kMostOfOne)
            return senseless();
        bytes.resize(size);
        input.emplace(inode, std::move(bytes));
    }
    return input;
}

HeldInput::HeldInput(pid_t init, const std::vector<std::uint64_t>& inodes) {
    const std::set<std::uint64_t> wanted(inodes.begin(), inodes.end());
    const std::size_t most = std::min(wanted.size(), kMaxHeld);
    for (const pid_t pid : most == 0 ? std::vector<pid_t>() : processesBeneath(init)) {
        UniqueFd process;
        std::error_code gone;
        for (std::filesystem::directory_iterator entry("/proc/" + std::to_string(pid) + "/fd",
                                                       gone);
             !gone && entry != std::filesystem::directory_iterator(); entry.increment(gone)) {
            const std::uint64_t inode = inodeIn(entry->path());
            if (m_sockets.size() == most || !wanted.contains(inode) || m_sockets.contains(inode))
                continue;
            if (!process)
                process.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
            const int number = std::atoi(entry->path().filename().c_str());
            if (UniqueFd ours(
                    static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), number, 0)));
                ours)
                m_sockets.emplace(inode, std::move(ours));
        }
    }
}

Input HeldInput::take() {
    Input input;
    std::size_t left = kMostOfAll;
    const auto deadline = Clock::now() + kLongest;
    const auto read = [&](auto step) {
        for (const auto& [inode, socket] : m_sockets) {
            std::string& bytes = input[inode];
            const std::size_t before = bytes.size();
            step(socket.get(), bytes, std::min(before + left, kMostOfOne));
            left -= bytes.size() - before;
        }
    };
    read([&](int socket, std::string& bytes, std::size_t most) {
        makeRoom(socket, bytes, most, deadline);
    });
    // Nobody's end may be told to anybody: to the connections that are open still a server would
    // say that the windows of one that has ended are gone. So they all turn deaf before one ends.
    for (const auto& [inode, socket] : m_sockets)
        ::shutdown(socket.get(), SHUT_RD); // what was said until now can be read
    read([](int socket, std::string& bytes, std::size_t most) { readOn(socket, bytes, most); });
    for (const auto& [inode, socket] : m_sockets)
        ::shutdown(socket.get(), SHUT_RDWR);
    m_sockets.clear();
    return input;
}

Result<UniqueFd> endedConnection(const std::string& said) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return fail(Error::fromErrno("A socket for the session could not be made"));
    UniqueFd end(pair[0]);
    const UniqueFd other(pair[1]);
    if (said.empty())
        return end;
    const int room = 4 * static_cast<int>(kMostOfOne);
    ::setsockopt(other.get(), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    if (::send(other.get(), said.data(), said.size(), MSG_DONTWAIT | MSG_NOSIGNAL) !=
        static_cast<ssize_t>(said.size()))
        return fail(Error::fromErrno("What was typed meanwhile could not be handed on"));
    return end;
}

} // namespace entracte
