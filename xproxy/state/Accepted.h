#pragma once

// Which part of a value list a server takes. Requests are recorded before the server has judged
// them, and one that is wrong may still have a part that is not: a server goes from the lowest bit
// upwards and stops at the first value that it does not like (the protocol leaves the order open;
// this is the X.Org servers').

#include "xproxy/state/Record.h"

namespace entracte::xproxy {

// Of ChangeGC, with all identifiers known first, as CreateGC has them.
ValueList acceptedByGContext(const Record& record, const GContext& gc, const ValueList& values);
ValueList acceptedByWindow(const Record& record, const Window& window, ClientId client,
                           const ValueList& values);
ValueList acceptedByPicture(const Record& record, const Picture& picture, const ValueList& values);

} // namespace entracte::xproxy
