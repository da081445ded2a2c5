#pragma once

// What was read from a socket and not yet used. The memory is taken from a small pool when
// something is read and given back when nothing is left, so that a thousand idle programs cost
// nothing, and a busy one reads into memory that is warm and need not be cleared.

#include "xproxy/state/Ids.h"

#include <memory>

namespace entracte::xproxy {

class InputBuffer {
public:
    static constexpr std::size_t kChunk = 64 * 1024; // bytes of a read at most

    std::span<std::byte> bytes() { return {m_memory.get() + m_begin, m_end - m_begin}; }
    // Where the next read goes; never empty. May move what is there.
    std::span<std::byte> space();
    void added(std::size_t count) { m_end += count; }
    // Before all that is there.
    void prepend(ByteView bytes);
    // Whoever still holds a view of what was used may go on reading it until release().
    void consume(std::size_t count);
    void clear() { m_begin = m_end = 0; }
    // Gives the memory back if nothing is left.
    void release();

private:
    std::unique_ptr<std::byte[]> m_memory;
    std::size_t m_capacity = 0;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
};

} // namespace entracte::xproxy
