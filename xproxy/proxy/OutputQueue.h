#pragma once

// What is to be written to a socket, in order. Bytes are copied, or only lent where they stay where
// they are until the next flush (what was just read and goes on as it is), or pinned: kept alive
// and unchanged by a holder until the last of them was written.

#include "xproxy/state/Ids.h"

#include <sys/uio.h>

#include <memory>
#include <vector>

namespace entracte::xproxy {

class OutputQueue {
public:
    void append(ByteView bytes);
    void lend(ByteView bytes);
    void pin(ByteView bytes, std::shared_ptr<const void> holder);

    std::size_t size() const { return m_size; }
    // The oldest, at most `limit` bytes in at most `parts.size()` parts. How many parts.
    std::size_t gather(std::span<iovec> parts, std::size_t limit) const;
    void written(std::size_t count);
    // What is only lent is copied: its owner needs the memory.
    void settle();
    // The same for what is pinned.
    void unpin();
    void clear();

private:
    struct Part {
        Bytes own; // when nothing is borrowed
        std::size_t begin = 0;
        ByteView borrowed;
        std::shared_ptr<const void> holder;
        bool isOwn() const { return borrowed.data() == nullptr; }
        ByteView view() const {
            return isOwn() ? ByteView(own).subspan(begin) : borrowed.subspan(begin);
        }
    };
    Part& ownPart();
    void drop(Part& part);

    std::vector<Part> m_parts;
    std::size_t m_first = 0; // of m_parts that is not yet written
    std::size_t m_size = 0;  // bytes in all
    Bytes m_spare;           // memory of an own part that was written
    bool m_lent = false;     // some part is neither own nor pinned
};

} // namespace entracte::xproxy
