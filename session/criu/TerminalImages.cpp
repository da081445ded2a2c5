#include "session/criu/TerminalImages.h"

#include "session/criu/ImageWriter.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace entracte {
namespace {

constexpr std::uint32_t kFilesMagic = 0x56303138;
constexpr std::uint32_t kTerminalsMagic = 0x59453036;
constexpr std::uint32_t kProcessesMagic = 0x50273030;
constexpr std::uint32_t kIdsMagic = 0x54432030;
constexpr std::uint32_t kTableMagic = 0x56213732;

// file_entry, fdinfo_entry (fdinfo.proto)
namespace file {
constexpr std::uint32_t kType = 1, kId = 2, kRegular = 3, kTerminal = 19;
constexpr std::uint64_t kTypeRegular = 1, kTypeTerminal = 11;
} // namespace file
namespace slot {
constexpr std::uint32_t kFile = 1, kType = 3;
}
namespace regular { // regfile.proto
constexpr std::uint32_t kId = 1, kName = 6, kSize = 8, kMode = 10;
}
namespace terminal { // tty_file_entry (tty.proto)
constexpr std::uint32_t kInfo = 2, kRegular = 6;
}
namespace info { // tty_info_entry (tty.proto)
constexpr std::uint32_t kId = 1, kType = 2, kSession = 6, kDevice = 8, kPty = 12, kPtyIndex = 1;
constexpr std::uint64_t kTypePty = 1, kTypeExternal = 5;
} // namespace info
namespace process { // pstree.proto, task_kobj_ids_entry (core.proto)
constexpr std::uint32_t kPid = 1, kSession = 4, kIdsFiles = 2;
}

constexpr std::uint64_t kFirstSlaveDevice = 136 << 8; // /dev/pts/0 (Linux, devices.txt)

Error damaged(const char* detail) {
    return {ErrorCode::SnapshotDamaged, "The saved memory of the session cannot be read.", detail,
            "Resume an older snapshot."};
}

class Message {
public:
    explicit Message(Bytes bytes) {
        ProtobufReader reader(bytes);
        while (const auto field = reader.next())
            m_fields.push_back(*field);
        m_bad = reader.bad();
    }
    bool bad() const { return m_bad; }
    const std::vector<ProtobufReader::Field>& fields() const { return m_fields; }
    const ProtobufReader::Field* find(std::uint32_t number) const {
        const auto found = std::ranges::find(m_fields, number, &ProtobufReader::Field::number);
        return found == m_fields.end() ? nullptr : &*found;
    }
    std::uint64_t number(std::uint32_t field) const {
        const auto* found = find(field);
        return found ? found->value : 0;
    }
    Message inner(std::uint32_t field) const {
        const auto* found = find(field);
        return Message(found ? found->bytes : Bytes());
    }

private:
    std::vector<ProtobufReader::Field> m_fields;
    bool m_bad = false;
};

std::string_view text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// CRIU's number for the settings of a terminal: even for the slave, odd for the master.
std::uint64_t slaveInfo(std::uint64_t index) {
    return index << 1;
}
std::uint64_t masterInfo(std::uint64_t index) {
    return (index << 1) + 1;
}

bool isOpenDevTty(const Message& entry) {
    // An external terminal is the only one without the file that it was opened by.
    return entry.number(file::kType) == file::kTypeTerminal &&
           !entry.inner(file::kTerminal).find(terminal::kRegular);
}

class Mending {
public:
    explicit Mending(const TerminalImages& images) : m_images(images) {}

    Result<MendedImages> run() {
        ENTRACTE_ASSIGN(files, splitImage(m_images.files, kFilesMagic));
        m_files = std::move(files);
        if (std::ranges::none_of(m_files, [](Bytes entry) { return isOpenDevTty(Message(entry)); }))
            return MendedImages();
        ENTRACTE_TRY(readTerminals());
        ENTRACTE_TRY(readHolders());
        readFiles();
        MendedImages mended;
        ENTRACTE_TRY(writeFiles(mended.files));
        ENTRACTE_TRY(writeTerminals(mended.terminals));
        return mended;
    }

private:
    Status readTerminals() {
        ENTRACTE_ASSIGN(entries, splitImage(m_images.terminals, kTerminalsMagic));
        for (const auto entry : entries) {
            const Message message(entry);
            if (message.bad())
                return fail(damaged("a terminal's entry is malformed"));
            if (message.number(info::kType) == info::kTypeExternal)
                continue;
            const auto id = message.number(info::kId);
            m_infos.emplace(id, message);
            if (message.number(info::kType) == info::kTypePty && message.number(info::kSession))
                m_terminalOfSession[message.number(info::kSession)] =
                    message.inner(info::kPty).number(info::kPtyIndex);
        }
        return {};
    }

    // Which sessions' processes hold which file.
    Status readHolders() {
        std::multimap<std::uint64_t, std::uint64_t> sessionsOfTable;
        ENTRACTE_ASSIGN(processes, splitImage(m_images.processes, kProcessesMagic));
        for (const auto entry : processes) {
            const Message message(entry);
            const auto ids =
                m_images.ids.find(static_cast<std::uint32_t>(message.number(process::kPid)));
            if (ids == m_images.ids.end())
                continue; // one that has ended and waits to be reaped
            ENTRACTE_ASSIGN(numbers, splitImage(ids->second, kIdsMagic));
            if (!numbers.empty())
                sessionsOfTable.emplace(Message(numbers.front()).number(process::kIdsFiles),
                                        message.number(process::kSession));
        }
        for (const auto& [table, image] : m_images.tables) {
            ENTRACTE_ASSIGN(slots, splitImage(image, kTableMagic));
            const auto [first, last] = sessionsOfTable.equal_range(table);
            for (const auto entry : slots) {
                const Message message(entry);
                if (message.number(slot::kType) == file::kTypeTerminal)
                    for (auto session = first; session != last; ++session)
                        m_holders.emplace(message.number(slot::kFile), session->second);
            }
        }
        return {};
    }

    void readFiles() {
        for (const auto entry : m_files) {
            const Message message(entry);
            m_highestId = std::max(m_highestId, message.number(file::kId));
            if (const auto* found = message.find(file::kRegular))
                m_regular.emplace(message.number(file::kId), found->bytes);
            if (const auto* found = message.find(file::kTerminal)) {
                const Message terminal(found->bytes);
                if (terminal.find(terminal::kRegular))
                    m_opened.emplace(terminal.number(terminal::kInfo),
                                     terminal.number(terminal::kRegular));
            }
        }
    }

    std::optional<std::uint64_t> terminalOf(std::uint64_t fileId) const {
        const auto [first, last] = m_holders.equal_range(fileId);
        for (auto holder = first; holder != last; ++holder) {
            const auto found = m_terminalOfSession.find(holder->second);
            // Restored from its master's side, so that must be in the session too.
            if (found != m_terminalOfSession.end() && m_infos.contains(masterInfo(found->second)) &&
                m_opened.contains(masterInfo(found->second)))
                return found->second;
        }
        return std::nullopt;
    }

    // The file beneath a terminal, made from the one that the terminal's master was opened by
    // ("/dev/pts/ptmx").
    Result<std::string> regularFile(std::uint64_t index, std::uint64_t id) const {
        const auto master = m_regular.find(m_opened.find(masterInfo(index))->second);
        if (master == m_regular.end())
            return fail(damaged("the master of a terminal is missing"));
        const Message original(master->second);
        ProtobufWriter inner;
        for (const auto& field : original.fields()) {
            if (field.number == regular::kId)
                inner.number(regular::kId, id);
            else if (field.number == regular::kName) {
                const auto name = text(field.bytes);
                const auto folder = name.substr(0, name.rfind('/') + 1);
                inner.bytes(regular::kName, std::string(folder) + std::to_string(index));
            } else if (field.number != regular::kSize && field.number != regular::kMode)
                inner.copy(field);
        }
        ProtobufWriter outer;
        outer.number(file::kType, file::kTypeRegular);
        outer.number(file::kId, id);
        outer.bytes(file::kRegular, inner.message());
        return outer.message();
    }

    Status writeFiles(std::string& image) {
        image = beginImage(kFilesMagic);
        for (const auto entry : m_files) {
            const Message message(entry);
            if (!isOpenDevTty(message)) {
                appendEntry(image, text(entry));
                if (message.find(file::kTerminal))
                    m_used.insert(message.inner(file::kTerminal).number(terminal::kInfo));
                continue;
            }
            const auto index = terminalOf(message.number(file::kId));
            if (!index)
                return fail(ErrorCode::RestoreFailed,
                            "A program of the session kept a terminal open that was not its own.",
                            "file " + std::to_string(message.number(file::kId)),
                            "Resume an older snapshot.");
            const auto id = ++m_highestId;
            ENTRACTE_ASSIGN(regular, regularFile(*index, id));
            appendEntry(image, regular);
            const Message opened = message.inner(file::kTerminal);
            ProtobufWriter inner;
            for (const auto& field : opened.fields())
                if (field.number == terminal::kInfo)
                    inner.number(terminal::kInfo, slaveInfo(*index));
                else
                    inner.copy(field);
            inner.number(terminal::kRegular, id);
            ProtobufWriter outer;
            for (const auto& field : message.fields())
                if (field.number == file::kTerminal)
                    outer.bytes(file::kTerminal, inner.message());
                else
                    outer.copy(field);
            appendEntry(image, outer.message());
            m_used.insert(slaveInfo(*index));
        }
        return {};
    }

    // The slaves' settings are those of their masters, where only the master's are known.
    Status writeTerminals(std::string& image) const {
        image = beginImage(kTerminalsMagic);
        const auto write = [&](const Message& message, std::optional<std::uint64_t> asSlave) {
            ProtobufWriter writer;
            for (const auto& field : message.fields())
                if (asSlave && field.number == info::kId)
                    writer.number(info::kId, slaveInfo(*asSlave));
                else if (asSlave && field.number == info::kDevice)
                    writer.number(info::kDevice, kFirstSlaveDevice + *asSlave);
                else
                    writer.copy(field);
            appendEntry(image, writer.message());
        };
        for (const auto& [id, message] : m_infos)
            write(message, std::nullopt);
        for (const auto id : m_used) {
            if (m_infos.contains(id))
                continue;
            const auto master = m_infos.find(id + 1);
            if (id % 2 != 0 || master == m_infos.end())
                return fail(damaged("the settings of a terminal are missing"));
            write(master->second, id >> 1);
        }
        return {};
    }

    const TerminalImages& m_images;
    std::vector<Bytes> m_files;
    std::map<std::uint64_t, Message> m_infos; // but for external ones
    std::map<std::uint64_t, std::uint64_t> m_terminalOfSession;
    std::multimap<std::uint64_t, std::uint64_t> m_holders; // file: session
    std::map<std::uint64_t, Bytes> m_regular;
    std::map<std::uint64_t, std::uint64_t> m_opened; // settings: regular file
    std::set<std::uint64_t> m_used;                  // settings
    std::uint64_t m_highestId = 0;
};

void pack(std::string& stream, char kind, std::uint32_t number, std::string_view bytes) {
    const std::uint64_t size = bytes.size();
    stream += kind;
    stream.append(reinterpret_cast<const char*>(&number), sizeof number);
    stream.append(reinterpret_cast<const char*>(&size), sizeof size);
    stream.append(bytes);
}

template <typename Take>
Status unpack(std::string_view stream, Take take) {
    while (!stream.empty()) {
        std::uint32_t number = 0;
        std::uint64_t size = 0;
        constexpr auto head = 1 + sizeof number + sizeof size;
        if (stream.size() < head)
            return fail(damaged("a stream is cut short"));
        const char kind = stream.front();
        std::memcpy(&number, stream.data() + 1, sizeof number);
        std::memcpy(&size, stream.data() + 1 + sizeof number, sizeof size);
        stream.remove_prefix(head);
        if (size > stream.size())
            return fail(damaged("a stream is cut short"));
        take(kind, number, stream.substr(0, size));
        stream.remove_prefix(size);
    }
    return {};
}

} // namespace

Result<MendedImages> mendTerminals(const TerminalImages& images) {
    return Mending(images).run();
}

std::string packTerminals(const TerminalImages& images) {
    std::string stream;
    pack(stream, 'f', 0, images.files);
    pack(stream, 't', 0, images.terminals);
    pack(stream, 'p', 0, images.processes);
    for (const auto& [pid, image] : images.ids)
        pack(stream, 'i', pid, image);
    for (const auto& [number, image] : images.tables)
        pack(stream, 'd', number, image);
    return stream;
}

Result<TerminalImages> unpackTerminals(std::string_view stream) {
    TerminalImages images;
    ENTRACTE_TRY(unpack(stream, [&](char kind, std::uint32_t number, std::string_view bytes) {
        auto& place = kind == 'f'   ? images.files
                      : kind == 't' ? images.terminals
                      : kind == 'p' ? images.processes
                      : kind == 'i' ? images.ids[number]
                                    : images.tables[number];
        place = bytes;
    }));
    return images;
}

std::string packMended(const MendedImages& images) {
    std::string stream;
    if (images.files.empty())
        return stream;
    pack(stream, 'f', 0, images.files);
    pack(stream, 't', 0, images.terminals);
    return stream;
}

Result<MendedImages> unpackMended(std::string_view stream) {
    MendedImages images;
    ENTRACTE_TRY(unpack(stream, [&](char kind, std::uint32_t, std::string_view bytes) {
        (kind == 'f' ? images.files : images.terminals) = bytes;
    }));
    return images;
}

} // namespace entracte
