#include "session/engine/Departure.h"

#include "session/engine/PipeSink.h"
#include "session/store/Directories.h"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>

namespace entracte {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr char kArrived = 'a';
constexpr auto kLook = 100ms; // how often it is looked whether somebody cancelled
constexpr timeval kTellLimit{5, 0};

class CountingSink final : public ByteSink {
public:
    Status write(std::span<const std::byte> bytes) override {
        m_bytes += bytes.size();
        return {};
    }
    std::uint64_t bytes() const { return m_bytes; }

private:
    std::uint64_t m_bytes = 0;
};

Status requireSocket(int fd) {
    int type = 0;
    socklen_t size = sizeof type;
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM ||
        ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) != 0 ||
        peer.ss_family != AF_UNIX)
        return fail(ErrorCode::InvalidArgument, "The descriptor is not a connected socket.");
    return {};
}

} // namespace

Result<std::unique_ptr<Departure>> Departure::begin(EngineContext& context, const SessionId& id,
                                                    DepartWishes wishes, UniqueFd out,
                                                    UniqueFd talk, JobControl& job) {
    ENTRACTE_TRY(requirePipe(out.get(), O_WRONLY));
    ENTRACTE_TRY(requireSocket(talk.get()));
    std::unique_ptr<Departure> departure(
        new Departure(context, std::move(wishes), std::move(out), std::move(talk), job));
    departure->m_known.snapshot = departure->m_wishes.since;
    ENTRACTE_ASSIGN(earlier, context.store->read(id, departure->m_wishes.since));
    ENTRACTE_ASSIGN(files, keptFilesFromJson(earlier.restore));
    departure->m_known.files = std::move(files);
    ENTRACTE_ASSIGN(marks, context.store->hostFileMarks(id, departure->m_wishes.since));
    departure->m_marks = std::move(marks);
    if (departure->m_wishes.deltas)
        if (const auto unpacked = departure->unpackEarlier(id); !unpacked)
            spdlog::info("session {}: all of its memory is sent: {}", id,
                         unpacked.error().forLog());
    return departure;
}

Status Departure::unpackEarlier(const SessionId& id) {
    ENTRACTE_ASSIGN(record, m_context.store->read(id, m_wishes.since));
    ENTRACTE_ASSIGN(place, TransferPlace::make(m_context.paths));
    m_place.emplace(std::move(place));
    ENTRACTE_ASSIGN(staging, m_place->staging(record.info.imageBytes,
                                              record.info.encrypted ? Staging::Kind::MemoryOnly
                                                                    : Staging::Kind::MemoryOrDisk));
    if (!staging.inMemory())
        return fail(ErrorCode::NoSpace, "There is not enough free memory for that.");
    m_staging.emplace(std::move(staging));
    ENTRACTE_TRY(m_context.store->extractImages(id, m_wishes.since, m_staging->images(),
                                                {m_job, "preparing", 0, 0}));
    ENTRACTE_ASSIGN(earlier, EarlierPages::in(m_staging->images()));
    m_earlier.emplace(std::move(earlier));
    return {};
}

bool Departure::forgetEarlier() {
    const bool some = m_staging.has_value(); // also where unpacking it failed in the middle
    m_earlier.reset();                       // which maps it
    m_staging.reset();
    m_place.reset();
    return some;
}

void Departure::compare(const std::filesystem::path& images) {
    m_told = std::async(std::launch::async, [this, images]() -> Result<Told> {
        try {
            return tellAll(images);
        } catch (const std::exception& problem) {
            return fail(ErrorCode::Internal, "The session could not be sent.", problem.what());
        }
    });
}

Result<Departure::Told> Departure::tellAll(const std::filesystem::path& images) const {
    Told told;
    if (!m_earlier)
        return told;
    // Files of the host are being put beside them.
    ENTRACTE_ASSIGN(folder, openDirectory(images, false));
    ENTRACTE_ASSIGN(names, namesIn(folder.get()));
    for (const std::string& name : names) {
        const auto number = numberOfPages(name);
        if (!number)
            continue;
        const UniqueFd file(
            ::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        struct stat info {};
        if (!file || ::fstat(file.get(), &info) != 0)
            return fail(Error::fromErrno("An image of the session could not be opened"));
        ENTRACTE_ASSIGN(records, m_earlier->compare(*number, file.get(),
                                                    static_cast<std::uint64_t>(info.st_size),
                                                    [this] { return goOn(); }));
        if (records)
            told.emplace(name, std::move(*records));
    }
    return told;
}

SameFiles Departure::same() const {
    SameFiles same{m_wishes.since, {}};
    const auto& told = m_told.get();
    if (!told) // the sending says so, too
        return same;
    for (const auto& [name, records] : *told)
        for (const DeltaRecord& record : records)
            same.files[name].push_back(
                {record.source == 0 ? "" : pagesImage(record.source), record.at, record.pages});
    return same;
}

void Departure::send(SnapshotRecord record, const std::vector<KeptFile>& files,
                     const std::filesystem::path& images, const std::string& name,
                     LayerSource layer) {
    m_end = Clock::now() + m_context.options.departLimit;
    m_sending = std::async(std::launch::async, [=, this, record = std::move(record)]() mutable {
        try {
            return sendAll(std::move(record), files, images, name, layer);
        } catch (const std::exception& problem) {
            return Status(
                fail(ErrorCode::Internal, "The session could not be sent.", problem.what()));
        }
    });
}

Status Departure::sendAll(SnapshotRecord record, std::vector<KeptFile> files,
                          const std::filesystem::path& images, const std::string& name,
                          const LayerSource& layer) {
    // By what the other side knows them.
    std::map<std::string, std::uint32_t> numbers;
    for (const KeptFile& file : m_known.files)
        if (file.stored)
            numbers.emplace(file.path, *file.stored);
    for (KeptFile& file : files) {
        file.arrivedAs.clear(); // on its way here
        if (!file.stored)
            continue;
        const auto number = numbers.find(file.path);
        if (number == numbers.end() || number->second >= m_marks.size())
            return fail(ErrorCode::Internal, "A file of the session is not known.", file.path);
        file.arrivedAs = nameOfHostFile(m_marks[number->second]);
        file.stored.reset();
    }
    record.restore["files"] = keptFilesToJson(files);
    record.restore["base"] = m_wishes.since;
    std::uint64_t imageBytes = 0;
    ENTRACTE_ASSIGN(members, imagesIn(images, imageBytes));
    CountingSink counted;
    ENTRACTE_TRY(layer(counted));
    const auto manifest = bundleManifest(record, name, imageBytes, counted.bytes());
    ENTRACTE_ASSIGN(told, m_told.get());

    ENTRACTE_ASSIGN(sink, PipeSink::open(m_out.get(), [this] { return goOn(); },
                                         {m_context.options.departIdleLimit, m_end}));
    ENTRACTE_ASSIGN(writer, BundleWriter::begin(sink, false, {}));
    ENTRACTE_TRY(writer->addText(kManifestMember, formatBundleManifest(manifest)));
    for (const BundleImage& image : members)
        ENTRACTE_TRY(sendImage(*writer, image, told));
    ENTRACTE_TRY(writer->addStream(kLayerMember, counted.bytes(), layer));
    return writer->finish();
}

Status Departure::sendImage(BundleWriter& writer, const BundleImage& image, const Told& told) {
    const auto records = told.find(image.name);
    if (records == told.end())
        return writer.addFile(kImagesPrefix + image.name, image.file.get());
    return writer.addStream(
        kDeltasPrefix + image.name, deltaBytes(records->second),
        [&](ByteSink& sink) { return writeDelta(records->second, image.file.get(), sink); });
}

Status Departure::goOn() const {
    if (m_stop)
        return fail(ErrorCode::Cancelled, "The sending was stopped.");
    return m_job.check();
}

Status Departure::awaitArrival() {
    ENTRACTE_TRY(m_sending.get());
    m_out.reset(); // whoever reads has it all
    while (Clock::now() < m_end) {
        ENTRACTE_TRY(goOn());
        pollfd poller{m_talk.get(), POLLIN, 0};
        if (::poll(&poller, 1, static_cast<int>(kLook.count())) <= 0)
            continue;
        char word = 0;
        const ssize_t got = ::recv(m_talk.get(), &word, 1, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got == 1 && word == kArrived)
            return {};
        return fail(ErrorCode::Cancelled, "Whoever was to take the session has gone.");
    }
    return fail(ErrorCode::TimedOut, "It was not heard in time that the session has arrived.");
}

void Departure::tellGiven() const {
    const auto still =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - m_still);
    const std::string line =
        nlohmann::json{{"input", m_input}, {"still_ms", still.count()}}.dump() + "\n";
    ::setsockopt(m_talk.get(), SOL_SOCKET, SO_SNDTIMEO, &kTellLimit, sizeof kTellLimit);
    std::string_view left = line;
    while (!left.empty()) {
        const ssize_t sent = ::send(m_talk.get(), left.data(), left.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return; // it is given all the same; "entracte move" asks what became of it
        left.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void Departure::stop() {
    m_stop = true;
    if (m_told.valid())
        m_told.wait();
    if (m_sending.valid())
        m_sending.wait();
}

} // namespace entracte
