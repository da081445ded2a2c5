#pragma once

// The last round of a move, which was resumed out of memory, on its way into the store
// (docs/moving.md): afterwards the newest snapshot here is what came, and not the round before it.
// The session runs meanwhile, and whatever fails here, it runs on.

#include "session/engine/EngineContext.h"
#include "session/engine/HeldInput.h"

namespace entracte {

// Before CRIU, and what is mended for it, get to the images: they stay as they came, at the cost of
// their names (hard links beside them).
Status keepAsTheyCame(const Staging& staging);

// `arrival`: but for its staging, which is `staging`. `peer`: where it came from. `typed`: what was
// typed while it stood still, and came with the word. The caller holds the session.
Status storeArrivedRound(EngineContext& context, const SessionRecord& session, const Person& person,
                         const StagedArrival& arrival, const Staging& staging,
                         const std::string& peer, const Input& typed, JobControl& job);

} // namespace entracte
