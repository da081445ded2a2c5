#pragma once

// What entracte-desk and the helper say to each other: a byte each, in packets. The one is the
// person's and passes on what a program of the session asked; the other says how it went.

namespace entracte::desk {

enum class Wish : char { Snapshot = 's', Suspend = 'e' };
enum class Outcome : char { Saved = 'y', Failed = 'n' };

} // namespace entracte::desk
