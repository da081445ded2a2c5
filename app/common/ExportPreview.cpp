#include "app/common/ExportPreview.h"

#include "app/common/TransferFiles.h"
#include "session/base/ScopeExit.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

namespace entracte {

namespace {

constexpr std::size_t kBlock = 512;               // of a tar archive
constexpr std::size_t kMostManifest = 8u << 20;   // bytes
constexpr std::size_t kMostAttributes = 64 << 10; // of one member
constexpr int kMostMembers = 8;                   // before the manifest: attributes only
constexpr qsizetype kMostTitles = 100;

Error notOurs(const char* detail) {
    return {ErrorCode::SnapshotDamaged, "The file is not a session that Entracte exported.", detail,
            "Nothing was changed."};
}

// The bytes of a descriptor, decompressed where they are zstd's.
class PlainBytes {
public:
    explicit PlainBytes(int from) : m_from(from) {}

    Result<std::string> take(std::size_t size) {
        while (m_plain.size() < size) {
            ENTRACTE_ASSIGN(more, fill());
            if (!more)
                return fail(notOurs("it is cut short"));
        }
        std::string taken = m_plain.substr(0, size);
        m_plain.erase(0, size);
        return taken;
    }

private:
    // A piece more; false at the end.
    Result<bool> fill() {
        if (m_zstd && m_rawAt < m_raw.size())
            return decompress();
        std::array<char, 64 << 10> piece{};
        const ssize_t got = ::read(m_from, piece.data(), piece.size());
        if (got < 0 && errno == EINTR)
            return true;
        if (got < 0)
            return fail(Error::fromErrno("The file could not be read"));
        if (got == 0)
            return false;
        m_raw.erase(0, m_rawAt);
        m_rawAt = 0;
        m_raw.append(piece.data(), static_cast<std::size_t>(got));
        constexpr std::string_view kMagic = "\x28\xb5\x2f\xfd";
        if (!m_known && m_raw.size() >= kMagic.size()) {
            m_known = true;
            if (m_raw.starts_with(kMagic))
                m_zstd.reset(::ZSTD_createDStream());
        }
        if (m_known && !m_zstd)
            m_plain += std::exchange(m_raw, {});
        return true;
    }

    Result<bool> decompress() {
        std::array<char, 128 << 10> out{};
        ZSTD_inBuffer in{m_raw.data(), m_raw.size(), m_rawAt};
        ZSTD_outBuffer to{out.data(), out.size(), 0};
        if (::ZSTD_isError(::ZSTD_decompressStream(m_zstd.get(), &to, &in)) != 0)
            return fail(notOurs("it cannot be decompressed"));
        m_rawAt = in.pos;
        m_plain.append(out.data(), to.pos);
        return true;
    }

    int m_from;
    bool m_known = false; // whether it is compressed
    std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> m_zstd{nullptr,
                                                                         ::ZSTD_freeDStream};
    std::string m_raw;
    std::size_t m_rawAt = 0; // of it, what has been decompressed
    std::string m_plain;
};

// An octal number, as tar has them; more than anything when it is none.
std::size_t octal(std::string_view field) {
    std::size_t value = 0;
    for (const char c : field) {
        if (c == '\0' || c == ' ')
            break;
        if (c < '0' || c > '7')
            return SIZE_MAX;
        value = value * 8 + static_cast<std::size_t>(c - '0');
    }
    return value;
}

Result<std::string> manifestOf(PlainBytes& bytes) {
    for (int member = 0; member < kMostMembers; ++member) {
        ENTRACTE_ASSIGN(head, bytes.take(kBlock));
        const std::string_view header(head);
        if (header.substr(257, 5) != "ustar")
            return fail(notOurs("it is no archive"));
        const char kind = header[156];
        const std::size_t size = octal(header.substr(124, 12));
        const bool attributes = kind == 'x' || kind == 'g';
        if (size > (attributes ? kMostAttributes : kMostManifest))
            return fail(notOurs("its first member is too large"));
        const std::size_t whole = (size + kBlock - 1) / kBlock * kBlock;
        ENTRACTE_ASSIGN(content, bytes.take(whole));
        if (attributes)
            continue;
        if (std::string_view(header.data(), ::strnlen(header.data(), 100)) != "manifest.json")
            return fail(notOurs("it does not begin with a manifest"));
        content.resize(size);
        return std::move(content);
    }
    return fail(notOurs("there is no manifest"));
}

quint64 number(const QJsonValue& value) {
    const double given = value.toDouble();
    return given > 0 && given < 9e15 ? static_cast<quint64>(given) : 0;
}

Result<ExportPreview> parse(const std::string& manifest) {
    const auto all =
        QJsonDocument::fromJson(
            QByteArray::fromRawData(manifest.data(), static_cast<qsizetype>(manifest.size())))
            .object();
    if (all["format"].toString() != "entracte-session")
        return fail(notOurs("its manifest is none"));
    if (all["version"].toInt() != 1)
        return fail(ErrorCode::HostMismatch, "The file was exported by a newer Entracte.", {},
                    "Nothing was changed. Update Entracte on this computer.");
    ExportPreview preview;
    preview.name = all["name"].toString();
    preview.imageBytes = number(all["imageBytes"]);
    preview.layerBytes = number(all["layerBytes"]);
    const auto info = all["info"].toObject();
    preview.comment = info["comment"].toString();
    preview.takenUnixMs = static_cast<qint64>(number(info["takenUnixMs"]));
    preview.windows = static_cast<uint>(std::min<quint64>(number(info["windows"]), 1'000'000));
    preview.programs = static_cast<uint>(std::min<quint64>(number(info["programs"]), 1'000'000));
    const auto survey = all["restore"]["survey"].toObject();
    for (const auto& window : survey["windows"].toArray()) {
        const auto title = window[0].toString();
        preview.titles.append(title.isEmpty() ? window[1].toString() : title);
        if (preview.titles.size() == kMostTitles)
            break;
    }
    preview.picture = QByteArray::fromBase64(survey["thumbnail"].toString().toLatin1());
    return preview;
}

} // namespace

Result<ExportPreview> readExportPreview(int from) {
    PlainBytes bytes(from);
    ENTRACTE_ASSIGN(manifest, manifestOf(bytes));
    return parse(manifest);
}

Result<ExportPreview> previewOfExport(const std::string& path, const std::string& passphrase) {
    ENTRACTE_ASSIGN(stream, ExportedStream::open(path));
    ENTRACTE_ASSIGN(pipe, makePipe());
    std::signal(SIGPIPE, SIG_IGN);
    Status given;
    Result<ExportPreview> read;
    {
        std::thread giver([&] {
            given = stream.give(pipe.write.get(), passphrase);
            pipe.write.reset();
        });
        const ScopeExit join([&] { giver.join(); });
        read = readExportPreview(pipe.read.get());
        pipe.read.reset(); // the rest is not needed
    }
    // What was read well needs no more; else the giver's error is the cause of the reader's.
    if (!read && !given && !isClosedPipe(given.error()))
        return fail(given.error());
    return read;
}

} // namespace entracte
