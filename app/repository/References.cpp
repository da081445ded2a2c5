#include "app/repository/References.h"

namespace entracte::repository {

Result<Survey> survey(Repository& repository) {
    Survey seen;
    // A manifest is written after its packs and their indexes, so what is listed after it is whole.
    ENTRACTE_ASSIGN(manifests, repository.manifests());
    ENTRACTE_ASSIGN(marks, repository.marks());
    ENTRACTE_ASSIGN(indexes, repository.indexes());
    ENTRACTE_ASSIGN(packs, repository.packs());
    seen.manifests = std::move(manifests);
    seen.marks = std::move(marks);
    seen.indexes = std::move(indexes);
    seen.packs = std::move(packs);
    return seen;
}

Result<Needs> needsOf(Repository& repository, const Chunks& chunks,
                      const std::vector<std::pair<ObjectName, Manifest>>& considered) {
    Needs needs;
    std::vector<ChunkId> lists;
    std::vector<const std::pair<ObjectName, Manifest>*> readable;
    for (const auto& one : considered) {
        bool there = true;
        for (const ChunkId& id : one.second.recipe) {
            there = there && chunks.spots.contains(id);
            needs.chunks.insert(id);
        }
        if (there) {
            readable.push_back(&one);
            lists.insert(lists.end(), one.second.recipe.begin(), one.second.recipe.end());
        } else {
            needs.broken.emplace_back(one.first,
                                      damagedRepository("its list of chunks is in no pack"));
        }
    }
    ENTRACTE_ASSIGN(fetched, Fetcher::fetch(repository, chunks, lists));
    for (const auto* const one : readable) {
        const auto ids = recipeOf(repository.sealer(), *fetched, one->second);
        if (!ids) {
            needs.broken.emplace_back(one->first, ids.error());
            continue;
        }
        std::size_t missing = 0;
        for (const ChunkId& id : *ids) {
            missing += chunks.spots.contains(id) ? 0 : 1;
            needs.chunks.insert(id);
        }
        if (missing > 0)
            needs.broken.emplace_back(
                one->first, damagedRepository(std::to_string(missing) + " chunks are in no pack"));
    }
    return needs;
}

} // namespace entracte::repository
