#include "app/desktop/model/Deletions.h"

#include <algorithm>

namespace entracte::desktop {

Deletions::Deletions(int undoMs, QObject* parent) : QObject(parent) {
    m_timer.setSingleShot(true);
    m_timer.setInterval(undoMs);
    connect(&m_timer, &QTimer::timeout, this, &Deletions::deleteNow);
}

void Deletions::add(const Item& item) {
    if (isHidden(item.path))
        return;
    m_waiting.append(item);
    m_timer.start();
    emit changed();
}

void Deletions::undo() {
    m_timer.stop();
    m_waiting.clear();
    emit changed();
}

void Deletions::deleteNow() {
    m_timer.stop();
    const auto items = std::exchange(m_waiting, {});
    for (const auto& item : items)
        m_asked.insert(item.path);
    for (const auto& item : items)
        emit due(item);
    emit changed();
}

void Deletions::refused(const QString& path) {
    if (m_asked.remove(path))
        emit changed();
}

bool Deletions::isHidden(const QString& path) const {
    const auto covers = [&](const QString& hidden) {
        return path == hidden || path.startsWith(hidden + '/');
    };
    return std::any_of(m_waiting.begin(), m_waiting.end(),
                       [&](const Item& item) { return covers(item.path); }) ||
           std::any_of(m_asked.begin(), m_asked.end(), covers);
}

} // namespace entracte::desktop
