#include "app/desktop/widgets/Choices.h"

#include "app/desktop/model/Wording.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLocale>

#include <algorithm>

namespace entracte::desktop {

namespace {

QString memoryText(quint64 bytes) {
    // Of the round numbers that are offered, gigabytes are said as people say them.
    return bytes % (quint64{1} << 30) == 0
               ? LimitsChoice::tr("%1 of memory").arg(sizeText((bytes >> 30) * 1'000'000'000))
               : LimitsChoice::tr("%1 of memory").arg(sizeText(bytes));
}

QString processorsText(uint percent) {
    if (percent == 50)
        return LimitsChoice::tr("Half a processor");
    if (percent % 100 == 0)
        return LimitsChoice::tr("%n processor(s)", nullptr, static_cast<int>(percent / 100));
    return LimitsChoice::tr("%1 % of a processor").arg(percent);
}

// With what it is now among them, in its place.
template <typename Number>
void offer(QComboBox* box, QList<Number> choices, Number now, const QString& none,
           QString (*text)(Number)) {
    if (now != 0 && !choices.contains(now))
        choices.append(now);
    std::sort(choices.begin(), choices.end());
    box->addItem(none, Number{0});
    for (const auto choice : choices)
        box->addItem(text(choice), choice);
    box->setCurrentIndex(box->findData(now));
}

} // namespace

QComboBox* intervalBox(uint current, QWidget* parent) {
    auto* const box = new QComboBox(parent);
    QList<uint> choices{0, 300, 600, 900, 1800, 3600, 4 * 3600, 86'400};
    if (!choices.contains(current))
        choices.append(current);
    std::sort(choices.begin(), choices.end());
    for (const auto seconds : choices)
        box->addItem(intervalText(seconds), seconds);
    box->setCurrentIndex(box->findData(current));
    return box;
}

LimitsChoice::LimitsChoice(QWidget* parent, quint64 memory, uint cpuPercent)
    : QWidget(parent), m_memory(new QComboBox(this)), m_cpu(new QComboBox(this)) {
    m_memory->setAccessibleName(tr("Memory at most"));
    m_cpu->setAccessibleName(tr("Processors at most"));
    QList<quint64> sizes;
    for (const quint64 gigabytes : {1, 2, 4, 8, 16})
        sizes.append(gigabytes << 30);
    offer<quint64>(m_memory, sizes, memory, tr("All memory"), memoryText);
    offer<uint>(m_cpu, {50, 100, 200, 400}, cpuPercent, tr("All processors"), processorsText);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_memory, 1);
    row->addWidget(m_cpu, 1);
    setFocusProxy(m_memory); // what the name before them leads to
}

quint64 LimitsChoice::memory() const {
    return m_memory->currentData().toULongLong();
}

uint LimitsChoice::cpuPercent() const {
    return m_cpu->currentData().toUInt();
}

} // namespace entracte::desktop
