#include "xproxy/proxy/InputBuffer.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace entracte::xproxy {

namespace {

constexpr std::size_t kPooled = 4;
constexpr std::size_t kLeastSpace = InputBuffer::kChunk / 4;

std::vector<std::unique_ptr<std::byte[]>>& pool() {
    static std::vector<std::unique_ptr<std::byte[]>> chunks;
    return chunks;
}

} // namespace

std::span<std::byte> InputBuffer::space() {
    const std::size_t used = m_end - m_begin;
    if (!m_memory) {
        if (pool().empty()) {
            m_memory = std::make_unique_for_overwrite<std::byte[]>(kChunk);
        } else {
            m_memory = std::move(pool().back());
            pool().pop_back();
        }
        m_capacity = kChunk;
    } else if (m_capacity - m_end < kLeastSpace) {
        if (m_capacity - used < kLeastSpace) { // a message larger than this is on its way
            auto more = std::make_unique_for_overwrite<std::byte[]>(2 * m_capacity);
            std::memcpy(more.get(), m_memory.get() + m_begin, used);
            m_memory = std::move(more);
            m_capacity *= 2;
        } else {
            std::memmove(m_memory.get(), m_memory.get() + m_begin, used);
        }
        m_begin = 0;
        m_end = used;
    }
    return {m_memory.get() + m_end, std::min(m_capacity - m_end, kChunk)};
}

void InputBuffer::prepend(ByteView more) {
    const std::size_t used = m_end - m_begin;
    const std::size_t capacity = std::max(2 * kChunk, 2 * (used + more.size()));
    auto memory = std::make_unique_for_overwrite<std::byte[]>(capacity);
    std::memcpy(memory.get(), more.data(), more.size());
    if (used > 0)
        std::memcpy(memory.get() + more.size(), m_memory.get() + m_begin, used);
    m_memory = std::move(memory);
    m_capacity = capacity;
    m_begin = 0;
    m_end = used + more.size();
}

void InputBuffer::consume(std::size_t count) {
    m_begin += count;
    if (m_begin >= m_end)
        clear();
}

void InputBuffer::release() {
    if (m_end > m_begin || !m_memory)
        return;
    if (m_capacity == kChunk && pool().size() < kPooled)
        pool().push_back(std::move(m_memory));
    m_memory.reset();
    m_capacity = 0;
}

} // namespace entracte::xproxy
