#pragma once

// The options of a screen, of what was typed and where the caller sits (app/common).

#include "app/cli/Arguments.h"
#include "app/common/CallerEnvironment.h"

namespace entracte::cli {

// The options screen, width, height, display, xauthority: of what --screen (host when not said) and
// --size say, with DISPLAY and XAUTHORITY.
QVariantMap screenOptions(const Arguments& arguments);

} // namespace entracte::cli
