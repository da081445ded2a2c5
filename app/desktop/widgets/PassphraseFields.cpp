#include "app/desktop/widgets/PassphraseFields.h"

#include "app/desktop/model/Passphrase.h"
#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/Pieces.h"

#include <QFormLayout>
#include <QLineEdit>
#include <QProgressBar>

#include <algorithm>

namespace entracte::desktop {

namespace {
constexpr int kEnoughBits = 80; // the bar is full
constexpr int kLongest = 250;   // characters: of at most four bytes, the helper takes 1024
} // namespace

PassphraseFields::PassphraseFields(QWidget* parent)
    : QWidget(parent), m_once(new QLineEdit(this)), m_again(new QLineEdit(this)),
      m_strength(new QProgressBar(this)), m_words(faintLabel({}, this, 0.95)) {
    for (auto* const line : {m_once, m_again}) {
        line->setEchoMode(QLineEdit::Password);
        line->setMaxLength(kLongest);
        connect(line, &QLineEdit::textChanged, this, &PassphraseFields::refresh);
    }
    m_once->setAccessibleName(tr("Passphrase"));
    m_again->setAccessibleName(tr("The passphrase once more"));
    m_strength->setRange(0, kEnoughBits);
    m_strength->setTextVisible(false);
    m_strength->setFixedHeight(6);
    m_strength->setAccessibleName(tr("How hard it is to guess"));
    auto* const form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(kBesideNames);
    form->addRow(tr("&Passphrase:"), m_once);
    form->addRow(tr("&Once more:"), m_again);
    form->addRow(QString(), m_strength);
    form->addRow(QString(), m_words);
    setFocusProxy(m_once);
    refresh();
}

QString PassphraseFields::text() const {
    return m_once->text();
}

bool PassphraseFields::isUsable() const {
    return !m_once->text().isEmpty() && m_once->text() == m_again->text();
}

void PassphraseFields::clear() {
    m_once->clear();
    m_again->clear();
}

void PassphraseFields::refresh() {
    const auto strength = strengthOf(m_once->text());
    m_strength->setValue(std::min(kEnoughBits, static_cast<int>(strength.bits)));
    auto palette = m_strength->palette();
    palette.setColor(QPalette::Highlight,
                     toneColour(strength.grade == Strength::Grade::Strong ? Tone::Good
                                : strength.grade == Strength::Grade::Fair ? Tone::Warning
                                                                          : Tone::Bad,
                                palette));
    m_strength->setPalette(palette);
    const bool differ = !m_again->text().isEmpty() && m_again->text() != m_once->text();
    m_words->setText(differ ? tr("The two are not the same.") : strength.sentence);
    emit changed();
}

} // namespace entracte::desktop
