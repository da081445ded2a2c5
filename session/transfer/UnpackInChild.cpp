#include "session/transfer/UnpackInChild.h"

#include "session/base/Companion.h"
#include "session/base/FdPassing.h"
#include "session/base/Printable.h"
#include "session/base/Subprocess.h"
#include "session/transfer/PageDelta.h"

#include <sys/socket.h>

#include <array>
#include <charconv>

namespace entracte {

namespace {

// Questions: "S IMAGES LAYER", "F NAME", "G NAME" and "P NAME", each answered, with "+" and perhaps
// a descriptor or not at all ("=": of a file that is filled); then "D", or "E" and the four parts
// of an error.
constexpr std::size_t kMaxMessage = 16 * 1024;
constexpr char kSeparator = '\x1f';
constexpr std::chrono::milliseconds kLook{250};

Error broken(std::string detail) {
    return {ErrorCode::SnapshotDamaged, "The file could not be read safely.", std::move(detail),
            "Nothing was changed."};
}

Status send(int socket, const std::string& text, std::span<const int> fds = {}) {
    return sendMessage(socket, std::as_bytes(std::span(text)), fds);
}

// An error as the process told it; what it says is shown to a person.
Error errorIn(std::string_view told) {
    std::array<std::string, 4> parts;
    for (auto& part : parts) {
        const auto end = std::min(told.find(kSeparator), told.size());
        part = printable(told.substr(0, end), 1000);
        told.remove_prefix(std::min(end + 1, told.size()));
    }
    return {errorCodeFromName(parts[0]), parts[1], parts[2], parts[3]};
}

class Host {
public:
    Host(UnpackTarget& target, int socket) : m_target(target), m_socket(socket) {}

    // True when it is done.
    Result<bool> answer(std::string_view message) {
        if (message == "D")
            return true;
        if (message.starts_with("E"))
            return fail(errorIn(message.substr(1)));
        if (message.starts_with("S ")) {
            ENTRACTE_TRY(expect(message.substr(2)));
            ENTRACTE_TRY(send(m_socket, "+"));
            return false;
        }
        if (message.starts_with("P ") && m_expected) {
            const auto number = numberOfPages(message.substr(2));
            if (!number)
                return fail(broken("entracte-unpack asked for pages that no session has"));
            ENTRACTE_ASSIGN(pages, m_target.earlier(*number));
            const int fd = pages.get();
            ENTRACTE_TRY(send(m_socket, "+", std::span(&fd, 1)));
            return false;
        }
        if (message.starts_with("G ") && m_expected) {
            const auto number = numberOfPages(message.substr(2));
            if (!number)
                return fail(broken("entracte-unpack asked for pages that no session has"));
            ENTRACTE_ASSIGN(pages, m_target.createPages(*number));
            const int fd = pages.file.get();
            ENTRACTE_TRY(send(m_socket, pages.filled ? "=" : "+", std::span(&fd, 1)));
            return false;
        }
        if (!message.starts_with("F ") || !m_expected)
            return fail(broken("entracte-unpack asked for something unknown"));
        const std::string name(message.substr(2));
        if (name != kManifestMember && name != kLayerMember && !imageKind(name))
            return fail(broken("entracte-unpack asked for a file that no session has"));
        ENTRACTE_ASSIGN(file, m_target.create(name));
        const int fd = file.get();
        ENTRACTE_TRY(send(m_socket, "+", std::span(&fd, 1)));
        return false;
    }

private:
    Status expect(std::string_view numbers) {
        std::uint64_t images = 0;
        std::uint64_t layer = 0;
        const char* const end = numbers.data() + numbers.size();
        const auto first = std::from_chars(numbers.data(), end, images);
        if (std::exchange(m_expected, true) || first.ec != std::errc() || first.ptr == end ||
            std::from_chars(first.ptr + 1, end, layer).ptr != end)
            return fail(broken("entracte-unpack told sizes that are none"));
        return m_target.expect(images, layer);
    }

    UnpackTarget& m_target;
    int m_socket;
    bool m_expected = false;
};

} // namespace

Status unpackInChild(int input, UnpackTarget& target, const ImageRules& rules,
                     const std::function<Status()>& check) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return fail(Error::fromErrno("The reader of the file could not be started"));
    const UniqueFd ours(pair[0]);
    UniqueFd theirs(pair[1]);
    SubprocessSpec spec;
    std::string groups;
    for (const auto group : rules.groups)
        groups += (groups.empty() ? "" : ",") + std::to_string(group);
    spec.command = {companionProgram("entracte-unpack").string(), std::to_string(rules.uid),
                    std::to_string(rules.gid), groups};
    spec.standardInput = input;
    spec.fds = {{theirs.get(), 3}};
    ENTRACTE_ASSIGN(child, Subprocess::start(spec));
    theirs.reset();
    Host host(target, ours.get());
    for (;;) {
        ENTRACTE_TRY(check());
        auto message = receiveMessage(ours.get(), kMaxMessage, kLook);
        if (!message && message.error().code() == ErrorCode::TimedOut)
            continue;
        if (!message)
            return fail(broken(message.error().forLog()));
        if (message->bytes.empty()) {
            const auto status = child.wait(std::chrono::seconds(5));
            return fail(broken("entracte-unpack " +
                               (status ? status->inWords() : "gave no answer") + " " +
                               printable(child.errors(), 500)));
        }
        ENTRACTE_ASSIGN(done, host.answer({reinterpret_cast<const char*>(message->bytes.data()),
                                           message->bytes.size()}));
        if (done)
            return {};
    }
}

Result<UnpackTarget::Pages> RemoteTarget::ask(const std::string& question) {
    ENTRACTE_TRY(send(m_socket, question));
    ENTRACTE_ASSIGN(answer, receiveMessage(m_socket, kMaxMessage, std::chrono::milliseconds(-1)));
    if (answer.bytes.size() != 1 ||
        (answer.bytes[0] != std::byte{'+'} && answer.bytes[0] != std::byte{'='}))
        return fail(broken("the helper is gone"));
    return Pages{answer.fds.empty() ? UniqueFd() : std::move(answer.fds.front()),
                 answer.bytes[0] == std::byte{'='}};
}

Status RemoteTarget::expect(std::uint64_t imageBytes, std::uint64_t layerBytes) {
    const auto answered = ask("S " + std::to_string(imageBytes) + " " + std::to_string(layerBytes));
    return answered ? Status() : Status(fail(answered.error()));
}

Result<UniqueFd> RemoteTarget::create(const std::string& name) {
    ENTRACTE_ASSIGN(answer, askForFile("F " + name));
    return std::move(answer.file);
}

Result<UnpackTarget::Pages> RemoteTarget::createPages(std::uint32_t number) {
    return askForFile("G " + pagesImage(number));
}

Result<UniqueFd> RemoteTarget::earlier(std::uint32_t number) {
    ENTRACTE_ASSIGN(answer, askForFile("P " + pagesImage(number)));
    return std::move(answer.file);
}

Result<UnpackTarget::Pages> RemoteTarget::askForFile(const std::string& question) {
    ENTRACTE_ASSIGN(answer, ask(question));
    if (!answer.file)
        return fail(broken("the helper gave no file"));
    return std::move(answer);
}

void RemoteTarget::finish(const Status& outcome) {
    if (outcome) {
        static_cast<void>(send(m_socket, "D"));
        return;
    }
    const Error& error = outcome.error();
    std::string told = "E" + std::string(errorInfo(error.code()).name);
    for (const auto& part : {error.sentence(), error.detail(), error.hint()})
        told += kSeparator + part.substr(0, 3000);
    static_cast<void>(send(m_socket, told));
}

} // namespace entracte
