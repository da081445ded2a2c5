#pragma once

// A session on its way to another machine while it stands still here (docs/moving.md). What CRIU
// has just dumped goes out of the staging into a pipe of the person's, beside being stored here;
// then the session waits, frozen, for the word that all of it has arrived and was found good. Only
// then it is given away.
//
// It never waits without a limit: where nothing moves, or all takes too long, the sending ends with
// an error, and whoever froze the session lets it go on.
//
// Who talks: a command of the person's, over a stream socket of its own. It says 'a' (all has
// arrived), and is answered, once the session is given, with one line of JSON:
// {"input": …, "still_ms": …}, what was typed meanwhile (HeldInput.h) and since when it stands
// still. Its end of the socket closed is a no. Used by the job's thread; the sending has its own.

#include "session/engine/BundleParts.h"
#include "session/engine/EngineContext.h"
#include "session/engine/HeldInput.h"
#include "session/engine/HostFiles.h"
#include "session/engine/TransferPlace.h"
#include "session/store/TreeArchiver.h"
#include "session/transfer/BundleWriter.h"
#include "session/transfer/PageDelta.h"

#include <atomic>
#include <functional>
#include <future>
#include <map>

namespace entracte {

// The layer as an archive into a sink; called twice, the first time to learn its size.
using LayerSource = std::function<Status(ByteSink&)>;

class Departure {
public:
    // `out`: the writing end of a pipe; `talk`: a connected stream socket.
    static Result<std::unique_ptr<Departure>> begin(EngineContext& context, const SessionId& id,
                                                    DepartWishes wishes, UniqueFd out,
                                                    UniqueFd talk, JobControl& job);
    Departure(const Departure&) = delete;
    Departure& operator=(const Departure&) = delete;
    ~Departure() { stop(); }

    const DepartWishes& wishes() const { return m_wishes; }
    // The files of the host that the other side has already.
    const KnownFiles& known() const { return m_known; }

    // Leaves the memory to others that the earlier round takes: all is sent. False: there was none.
    bool forgetEarlier();

    // From now on. `record` and `files` are what is stored, too; what lies in `images`, and
    // what `layer` reads, must not change until stop().
    void standsStill() { m_still = std::chrono::steady_clock::now(); }
    // Begins to look which of the memory in `images` the other side has; once, before send().
    void compare(const std::filesystem::path& images);
    // What that found, for the store, which has the same; waits for its end.
    SameFiles same() const;
    void send(SnapshotRecord record, const std::vector<KeptFile>& files,
              const std::filesystem::path& images, const std::string& name, LayerSource layer);
    // Waits for the end of the sending, and for the word.
    Status awaitArrival();
    // What was typed while it stood still.
    void noteInput(const Input& input) { m_input = inputToJson(input); }
    // The session has ended here, and is given away, which is on the disk.
    void tellGiven() const;
    // Ends what is under way.
    void stop();

private:
    Departure(EngineContext& context, DepartWishes wishes, UniqueFd out, UniqueFd talk,
              JobControl& job)
        : m_context(context), m_wishes(std::move(wishes)), m_out(std::move(out)),
          m_talk(std::move(talk)), m_job(job) {}
    Status sendAll(SnapshotRecord record, std::vector<KeptFile> files,
                   const std::filesystem::path& images, const std::string& name,
                   const LayerSource& layer);
    // The records of each of CRIU's files of pages that is told so.
    using Told = std::map<std::string, std::vector<DeltaRecord>>;
    Result<Told> tellAll(const std::filesystem::path& images) const;
    static Status sendImage(BundleWriter& writer, const BundleImage& image, const Told& told);
    // What the other side has of the session's memory. Without it all is sent.
    Status unpackEarlier(const SessionId& id);
    Status goOn() const;

    EngineContext& m_context;
    const DepartWishes m_wishes;
    UniqueFd m_out;
    const UniqueFd m_talk;
    JobControl& m_job;
    KnownFiles m_known;
    std::vector<std::uint64_t> m_marks; // of the known files, by their numbers
    std::optional<TransferPlace> m_place;
    std::optional<Staging> m_staging; // in m_place: the images of what was brought last
    std::optional<EarlierPages> m_earlier;
    std::atomic<bool> m_stop{false};
    std::chrono::steady_clock::time_point m_end; // until then it must have arrived
    std::chrono::steady_clock::time_point m_still;
    nlohmann::json m_input = nlohmann::json::object();
    std::shared_future<Result<Told>> m_told;
    std::future<Status> m_sending;
};

} // namespace entracte
