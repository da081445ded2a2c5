#include "app/repository/Pusher.h"

namespace entracte::repository {

namespace {

constexpr std::size_t kSenders = 3; // a link is seldom filled by one

} // namespace

Result<std::unique_ptr<Pusher>> Pusher::begin(Repository& repository, const PushLimits& limits) {
    const auto began = std::chrono::steady_clock::now();
    // The marks first, the packs last: what a prune removes between is then missing among the
    // packs, and what it marks between stays for longer than a push may take.
    ENTRACTE_ASSIGN(marks, repository.marks());
    ENTRACTE_ASSIGN(indexes, repository.indexes());
    ENTRACTE_ASSIGN(packs, repository.packs());
    std::set<std::string> marked;
    for (const auto& [name, mark] : marks.whole)
        marked.insert(mark.paths.begin(), mark.paths.end());
    std::unique_ptr<Pusher> pusher(
        new Pusher(repository, chunksOf(indexes, packs, marked), limits));
    pusher->m_began = began;
    return pusher;
}

Pusher::Pusher(Repository& repository, Chunks known, const PushLimits& limits)
    : m_repository(repository), m_limits(limits), m_known(std::move(known)),
      m_cutter(*repository.keys(),
               [this](ByteBuffer piece) { return takePiece(m_stream, std::move(piece)); }),
      m_senders(kSenders), m_encoders(WorkCrew::usualSize()) {
    for (std::size_t i = 0; i < m_encoders.size(); ++i)
        m_sealers.push_back(std::make_unique<Sealer>(repository.keys()));
    for (std::size_t i = 0; i < m_senders.size(); ++i)
        m_senderSealers.push_back(std::make_unique<Sealer>(repository.keys()));
}

Status Pusher::write(ByteView bytes) {
    m_bytes += bytes.size();
    return m_cutter.write(bytes);
}

Status Pusher::takePiece(std::vector<ChunkId>& recipe, ByteBuffer piece) {
    std::size_t number = 0;
    {
        const std::lock_guard lock(m_mutex);
        number = recipe.size();
        recipe.emplace_back();
    }
    auto content = std::make_shared<const ByteBuffer>(std::move(piece));
    ENTRACTE_TRY(m_encoders.submit([this, &recipe, number, content](std::size_t worker) {
        return encode(*m_sealers[worker], recipe, number, *content);
    }));
    return send(false);
}

Status Pusher::encode(Sealer& sealer, std::vector<ChunkId>& recipe, std::size_t number,
                      const ByteBuffer& piece) {
    const ChunkId id = sealer.idOf(piece);
    {
        const std::lock_guard lock(m_mutex);
        recipe[number] = id;
        if (const auto spot = m_known.spots.find(id);
            spot != m_known.spots.end() && spot->second.length == piece.size()) {
            m_used.insert(m_known.packs[spot->second.pack]);
            return {};
        }
        if (!m_fresh.insert(id).second)
            return {};
    }
    ENTRACTE_ASSIGN(record, sealer.sealChunk(id, piece));
    const std::lock_guard lock(m_mutex);
    m_open.chunks.push_back({id, static_cast<std::uint32_t>(m_open.file.size()),
                             static_cast<std::uint32_t>(record.size()),
                             static_cast<std::uint32_t>(piece.size())});
    m_open.file.insert(m_open.file.end(), record.begin(), record.end());
    if (m_open.file.size() >= m_limits.packBytes)
        m_full.push_back(std::make_shared<const Pack>(std::exchange(m_open, {})));
    return {};
}

Status Pusher::send(bool everything) {
    std::vector<std::shared_ptr<const Pack>> full;
    {
        const std::lock_guard lock(m_mutex);
        full.swap(m_full);
        if (everything && !m_open.chunks.empty())
            full.push_back(std::make_shared<const Pack>(std::exchange(m_open, {})));
    }
    for (const auto& pack : full)
        ENTRACTE_TRY(m_senders.submit(
            [this, pack](std::size_t worker) { return store(*m_senderSealers[worker], *pack); }));
    return {};
}

Status Pusher::store(Sealer& sealer, const Pack& pack) {
    const ObjectName name = nameOf(pack.file);
    Place& place = m_repository.place();
    ENTRACTE_TRY(place.write(pathOf(Kind::Pack, name), pack.file));
    const Index index{{{name, static_cast<std::uint32_t>(pack.file.size()), pack.chunks}}};
    ENTRACTE_ASSIGN(file, sealer.sealObject(ObjectKind::Index, formatIndex(index)));
    ENTRACTE_TRY(place.write(pathOf(Kind::Index, nameOf(file)), file));
    const std::lock_guard lock(m_mutex);
    m_used.insert(name);
    m_added += pack.file.size() + file.size();
    ++m_packs;
    return {};
}

Status Pusher::lookAgain() {
    ENTRACTE_ASSIGN(packs, m_repository.packs());
    for (const ObjectName& name : m_used)
        if (!packs.present.contains(name))
            return fail(ErrorCode::Busy,
                        "Something that this snapshot needs has vanished from the repository "
                        "meanwhile. No snapshot was made there.",
                        pathOf(Kind::Pack, name), "Push again: what is missing is sent anew.");
    // The clock of this machine alone: what other clocks say does not matter here.
    if (std::chrono::steady_clock::now() - m_began > m_limits.longest)
        return fail(ErrorCode::Busy,
                    "This took so long that somebody may have tidied the repository meanwhile. No "
                    "snapshot was made there.",
                    {}, "Push again: what has been sent is not sent again.");
    return {};
}

Result<Pushed> Pusher::finish(Manifest facts) {
    ENTRACTE_TRY(m_cutter.finish());
    ENTRACTE_TRY(m_encoders.finish());
    // The list of a large snapshot's pieces is large, too, and much like that of the one before.
    {
        Cutter cutter(*m_repository.keys(),
                      [this](ByteBuffer piece) { return takePiece(m_recipe, std::move(piece)); });
        for (const ChunkId& id : m_stream)
            ENTRACTE_TRY(cutter.write(id));
        ENTRACTE_TRY(cutter.finish());
    }
    ENTRACTE_TRY(m_encoders.finish());
    ENTRACTE_TRY(send(true));
    ENTRACTE_TRY(m_senders.finish());
    ENTRACTE_TRY(lookAgain());

    facts.streamBytes = m_bytes;
    facts.addedBytes = m_added;
    facts.recipeBytes = m_stream.size() * sizeof(ChunkId);
    facts.recipe = m_recipe;
    Pushed pushed{{}, m_bytes, m_added, m_packs};
    ENTRACTE_ASSIGN(name,
                    m_repository.add(Kind::Manifest, ObjectKind::Manifest, formatManifest(facts)));
    pushed.manifest = name;
    return pushed;
}

} // namespace entracte::repository
