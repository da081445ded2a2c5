#include "xproxy/proxy/OutputQueue.h"

#include <algorithm>
#include <utility>

namespace entracte::xproxy {

namespace {
constexpr std::size_t kMaxSpare = 64u << 10; // bytes kept for the next time
constexpr std::size_t kMaxWritten = 256u << 10;
constexpr std::size_t kMaxLentParts = 32;
} // namespace

OutputQueue::Part& OutputQueue::ownPart() {
    if (m_parts.size() == m_first || !m_parts.back().isOwn()) {
        m_parts.emplace_back().own = std::move(m_spare);
        m_spare = {};
    }
    return m_parts.back();
}

void OutputQueue::append(ByteView bytes) {
    if (bytes.empty())
        return;
    Bytes& own = ownPart().own;
    own.insert(own.end(), bytes.begin(), bytes.end());
    m_size += bytes.size();
}

void OutputQueue::lend(ByteView bytes) {
    if (bytes.empty())
        return;
    const bool follows = m_lent && m_parts.size() > m_first;
    if (follows && !m_parts.back().isOwn() && !m_parts.back().holder) {
        ByteView& last = m_parts.back().borrowed;
        if (last.data() + last.size() == bytes.data()) {
            last = {last.data(), last.size() + bytes.size()};
            m_size += bytes.size();
            return;
        }
    }
    if (m_parts.size() - m_first >= kMaxLentParts) {
        append(bytes);
        return;
    }
    m_parts.emplace_back().borrowed = bytes;
    m_size += bytes.size();
    m_lent = true;
}

void OutputQueue::pin(ByteView bytes, std::shared_ptr<const void> holder) {
    if (bytes.empty())
        return;
    auto& part = m_parts.emplace_back();
    part.borrowed = bytes;
    part.holder = std::move(holder);
    m_size += bytes.size();
}

std::size_t OutputQueue::gather(std::span<iovec> parts, std::size_t limit) const {
    std::size_t count = 0;
    for (std::size_t i = m_first; i < m_parts.size() && count < parts.size() && limit > 0; ++i) {
        const ByteView view = m_parts[i].view();
        const std::size_t length = std::min(view.size(), limit);
        parts[count++] = {const_cast<std::byte*>(view.data()), length};
        limit -= length;
    }
    return count;
}

void OutputQueue::drop(Part& part) {
    if (part.isOwn() && part.own.capacity() > m_spare.capacity() &&
        part.own.capacity() <= kMaxSpare) {
        m_spare = std::move(part.own);
        m_spare.clear();
    }
    part = {};
}

void OutputQueue::written(std::size_t count) {
    m_size -= count;
    while (count > 0) {
        Part& part = m_parts[m_first];
        const std::size_t left = part.view().size();
        if (count < left) {
            part.begin += count;
            if (part.isOwn() && part.begin > kMaxWritten) {
                part.own.erase(part.own.begin(),
                               part.own.begin() + static_cast<std::ptrdiff_t>(part.begin));
                part.begin = 0;
            }
            return;
        }
        count -= left;
        drop(part);
        ++m_first;
    }
    if (m_first == m_parts.size()) {
        m_parts.clear();
        m_first = 0;
        m_lent = false;
    }
}

void OutputQueue::settle() {
    if (!m_lent)
        return;
    m_lent = false;
    auto parts = std::exchange(m_parts, {});
    const std::size_t first = std::exchange(m_first, 0);
    m_size = 0;
    for (std::size_t i = first; i < parts.size(); ++i) {
        Part& part = parts[i];
        if (part.holder || (part.isOwn() && m_parts.empty())) {
            m_size += part.view().size();
            m_parts.push_back(std::move(part));
        } else {
            append(part.view());
        }
    }
}

void OutputQueue::unpin() {
    for (Part& part : m_parts)
        if (part.holder) {
            part.own.assign(part.borrowed.begin(), part.borrowed.end());
            part.borrowed = {};
            part.holder.reset();
        }
}

void OutputQueue::clear() {
    m_parts.clear();
    m_first = 0;
    m_size = 0;
    m_lent = false;
}

} // namespace entracte::xproxy
