#include "app/desktop/widgets/NetworkChoice.h"

#include "app/desktop/widgets/Pieces.h"

#include <QComboBox>
#include <QLineEdit>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace entracte::desktop {

namespace {
constexpr qsizetype kMaxPorts = 64; // the helper's limit
}

QStringList typedPorts(const QString& text) {
    static const QRegularExpression between(R"([\s,;]+)");
    QStringList ports;
    for (const auto& word : text.split(between, Qt::SkipEmptyParts)) {
        bool well = false;
        const auto port = word.toUShort(&well);
        if (!well || port == 0)
            return {};
        if (const auto number = QString::number(port); !ports.contains(number))
            ports.append(number);
    }
    return ports.size() > kMaxPorts ? QStringList() : ports;
}

NetworkChoice::NetworkChoice(QWidget* parent)
    : QWidget(parent), m_kinds(new QComboBox(this)), m_ports(new QLineEdit(this)),
      m_hint(faintLabel({}, this, 0.92)) {
    m_kinds->setAccessibleName(tr("Network"));
    m_kinds->addItem(tr("What I reach"), "nat");
    m_kinds->addItem(tr("None"), "none");
    m_kinds->addItem(tr("Only ports of this computer"), "host-limited");
    m_ports->setAccessibleName(tr("Ports of this computer"));
    m_ports->setPlaceholderText(tr("For example: 5432, 8080"));
    m_hint->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    column->addWidget(m_kinds);
    column->addWidget(m_ports);
    column->addWidget(m_hint);
    connect(m_kinds, &QComboBox::currentIndexChanged, this, &NetworkChoice::refresh);
    connect(m_ports, &QLineEdit::textChanged, this, &NetworkChoice::refresh);
    refresh();
}

QWidget* NetworkChoice::kinds() const {
    return m_kinds;
}

void NetworkChoice::setCopies(bool copies) {
    if (m_copies == copies)
        return;
    m_copies = copies;
    if (copies) {
        m_kinds->insertItem(0, tr("As that session has it"), QString());
        m_kinds->setCurrentIndex(0);
    } else {
        m_kinds->removeItem(0);
    }
    refresh();
}

QString NetworkChoice::network() const {
    const auto kind = m_kinds->currentData().toString();
    if (kind == "host-limited")
        return kind + ':' + typedPorts(m_ports->text()).join(',');
    // Asked for by name, its absence would be an error.
    return kind == "nat" && !m_copies ? QString() : kind;
}

bool NetworkChoice::isUsable() const {
    return m_kinds->currentData() != "host-limited" || !typedPorts(m_ports->text()).isEmpty();
}

void NetworkChoice::refresh() {
    const auto kind = m_kinds->currentData().toString();
    const bool limited = kind == "host-limited";
    m_ports->setVisible(limited);
    m_hint->setText(
        kind == "none" ? tr("Its programs reach each other, and nothing else.")
        : !limited     ? QString()
        : !m_ports->text().trimmed().isEmpty() && !isUsable()
            ? tr("Ports are numbers from 1 to 65535, at most %1 of them.").arg(kMaxPorts)
            : tr("Programs reach these ports under the address 10.0.2.2, and nothing else."));
    m_hint->setVisible(!m_hint->text().isEmpty());
    emit changed();
}

} // namespace entracte::desktop
