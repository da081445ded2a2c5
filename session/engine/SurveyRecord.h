#pragma once

// What was to be seen of a session, as its snapshot remembers it.

#include "session/engine/Types.h"

#include <nlohmann/json.hpp>

namespace entracte {

nlohmann::json surveyToJson(const Survey& survey);
// Of a snapshot's `restore`; an empty one when the snapshot has none.
Survey surveyFromJson(const nlohmann::json& restore);

} // namespace entracte
