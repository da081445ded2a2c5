#include "app/desktop/widgets/Pieces.h"

#include "app/desktop/model/Wording.h"
#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/Painting.h"

#include <QAction>
#include <QApplication>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>
#include <QResizeEvent>
#include <QScrollArea>
#include <QStyleOption>
#include <QVBoxLayout>

#include <algorithm>

namespace entracte::desktop {

namespace {

// A button that follows the palette's accent, also when that changes.
class PrimaryButton : public QObject {
public:
    explicit PrimaryButton(QPushButton* button) : QObject(button), m_button(button) { colour(); }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::ApplicationPaletteChange ||
            event->type() == QEvent::EnabledChange)
            colour();
        return QObject::eventFilter(watched, event);
    }

private:
    void colour() {
        QPalette palette;
        if (m_button->isEnabled()) {
            const auto given = QApplication::palette();
            palette = given;
            palette.setColor(QPalette::Button, given.color(QPalette::Highlight));
            palette.setColor(QPalette::ButtonText, given.color(QPalette::HighlightedText));
        }
        m_button->setPalette(palette);
    }
    QPushButton* m_button;
};

} // namespace

void makePrimary(QPushButton* button) {
    button->installEventFilter(new PrimaryButton(button));
}

QPushButton* buttonFor(QAction* action, QWidget* parent, bool primary) {
    auto* const button = new QPushButton(parent);
    const auto follow = [button, action, primary] {
        button->setText(action->text());
        const auto role =
            primary && action->isEnabled() ? QPalette::HighlightedText : QPalette::ButtonText;
        button->setIcon(action->icon());
        if (primary) {
            // Drawn once more in the accent's colour of text.
            const auto colour = QApplication::palette().color(
                action->isEnabled() ? QPalette::Active : QPalette::Disabled, role);
            button->setIcon(actionIcon(action->property("iconName").toString(), colour));
        }
        button->setToolTip(action->toolTip());
        button->setEnabled(action->isEnabled());
    };
    follow();
    QObject::connect(action, &QAction::changed, button, follow);
    QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
    if (primary)
        makePrimary(button);
    return button;
}

namespace {

// Its picture says that there is a menu; the style's mark for it would be drawn across. (A style
// sheet takes the mark away, too, but the first one of a program slows its start.)
class MenuButton : public QToolButton {
public:
    using QToolButton::QToolButton;

protected:
    void initStyleOption(QStyleOptionToolButton* option) const override {
        QToolButton::initStyleOption(option);
        option->features.setFlag(QStyleOptionToolButton::HasMenu, false);
    }
};

void makeFlat(QToolButton* button, const QString& icon, const QString& name) {
    button->setIcon(actionIcon(icon));
    button->setIconSize({18, 18});
    button->setAutoRaise(true);
    button->setToolTip(plainTip(name));
    button->setAccessibleName(name);
    button->setFocusPolicy(Qt::StrongFocus);
}

} // namespace

QToolButton* flatButton(const QString& icon, const QString& name, QWidget* parent) {
    auto* const button = new QToolButton(parent);
    makeFlat(button, icon, name);
    return button;
}

QToolButton* menuButton(const QString& icon, const QString& name, QMenu* menu, QWidget* parent) {
    auto* const button = new MenuButton(parent);
    makeFlat(button, icon, name);
    button->setMenu(menu);
    button->setPopupMode(QToolButton::InstantPopup);
    return button;
}

QLabel* wrapped(const QString& text, QWidget* parent) {
    auto* const label = new QLabel(text, parent);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    return label;
}

QLabel* faintLabel(const QString& text, QWidget* parent, double size) {
    auto* const label = wrapped(text, parent);
    label->setFont(scaled(label->font(), size));
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

QLabel* problemLabel(QWidget* parent) {
    auto* const label = wrapped({}, parent);
    auto palette = label->palette();
    palette.setColor(QPalette::WindowText, toneColour(Tone::Bad, palette));
    label->setPalette(palette);
    label->hide();
    return label;
}

QLabel* title(const QString& text, QWidget* parent, double size) {
    auto* const label = wrapped(text, parent);
    label->setFont(scaled(label->font(), size, true));
    return label;
}

QScrollArea* uprightScroll(QWidget* parent) {
    auto* const area = new QScrollArea(parent);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    return area;
}

void tellPlainly(QMessageBox& box, const QString& more) {
    box.setInformativeText(more);
    box.setTextFormat(Qt::PlainText);
    for (auto* const label : box.findChildren<QLabel*>())
        label->setTextFormat(Qt::PlainText);
}

void makeClearable(QLineEdit* line) {
    line->setClearButtonEnabled(true);
    if (auto* const action = line->findChild<QAction*>("_q_qlineeditclearaction"))
        action->setText(QApplication::translate("Pieces", "Clear"));
}

void makeSearch(QLineEdit* line) {
    makeClearable(line);
    auto* const lens = line->addAction(actionIcon("search"), QLineEdit::LeadingPosition);
    lens->setText(QApplication::translate("Pieces", "Search"));
}

QLabel* picture(const QString& icon, int size, const QColor& colour, QWidget* parent) {
    auto* const label = new QLabel(parent);
    label->setPixmap(
        actionIcon(icon, colour).pixmap(QSize(size, size), label->devicePixelRatioF()));
    label->setFixedSize(size, size);
    return label;
}

void alignNames(QWidget* dialog) {
    QList<QLabel*> names;
    int widest = 0;
    for (auto* const label : dialog->findChildren<QLabel*>())
        if (label->buddy()) {
            names.append(label);
            widest = std::max(widest, label->sizeHint().width());
        }
    for (auto* const label : names)
        label->setMinimumWidth(widest);
}

void fitHeight(QWidget* dialog, int width) {
    dialog->setMinimumWidth(width);
    dialog->layout()->setSizeConstraint(QLayout::SetNoConstraint);
    dialog->resize(width, dialog->layout()->totalHeightForWidth(width));
}

void growToFit(QWidget* dialog) {
    // From the innermost: an outer layout knows what the inner ones told it last.
    auto inner = dialog->findChildren<QWidget*>();
    std::reverse(inner.begin(), inner.end());
    for (auto* const widget : inner)
        if (widget->layout())
            widget->layout()->activate();
    auto* const layout = dialog->layout();
    layout->invalidate();
    layout->activate();
    const int width = std::max(dialog->width(), layout->totalMinimumSize().width());
    dialog->resize(width, std::max(dialog->height(), layout->totalHeightForWidth(width)));
}

void ElidedLabel::setWholeText(const QString& text) {
    m_whole = text;
    setAccessibleName(text);
    elide();
}

QSize ElidedLabel::minimumSizeHint() const {
    return {40, QLabel::minimumSizeHint().height()};
}

void ElidedLabel::resizeEvent(QResizeEvent* event) {
    QLabel::resizeEvent(event);
    elide();
}

void ElidedLabel::elide() {
    const auto text = fontMetrics().elidedText(m_whole, Qt::ElideRight, width());
    setTextFormat(Qt::PlainText);
    setText(text);
    setToolTip(text == m_whole ? QString() : plainTip(m_whole));
}

Card::Card(const QColor& mark, QWidget* parent) : QFrame(parent), m_mark(mark) {}

void Card::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto base = palette().color(QPalette::Base);
    painter.setPen(mixed(base, m_mark, 0.45));
    painter.setBrush(mixed(base, m_mark, 0.09));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
}

EmptyState::EmptyState(const QString& icon, const QString& heading, const QString& text,
                       QWidget* parent)
    : QWidget(parent), m_icon(icon), m_headingText(heading), m_longText(text) {}

void EmptyState::setVisible(bool visible) {
    if (visible && !m_heading)
        build();
    QWidget::setVisible(visible);
}

void EmptyState::build() {
    m_heading = title(m_headingText, this, 1.35);
    m_text = faintLabel(m_longText, this);
    auto* const column = new QVBoxLayout(this);
    column->setSpacing(12);
    column->addStretch(2);
    auto* const image = new QLabel(this);
    const auto drawn = m_icon == "entracte"
                           ? emblem()
                           : actionIcon(m_icon, toneColour(Tone::Faint, QApplication::palette()));
    const int size = m_icon == "entracte" ? 96 : 56;
    image->setPixmap(drawn.pixmap(QSize(size, size), devicePixelRatioF()));
    column->addWidget(image, 0, Qt::AlignHCenter);
    column->addSpacing(4);
    for (auto* const label : {m_heading, m_text}) {
        label->setAlignment(Qt::AlignHCenter);
        auto* const row = new QHBoxLayout;
        row->addStretch(1);
        label->setMinimumWidth(200);
        label->setMaximumWidth(430);
        row->addWidget(label, 8);
        row->addStretch(1);
        column->addLayout(row);
    }
    column->addSpacing(6);
    auto* const buttons = new QHBoxLayout;
    buttons->setAlignment(Qt::AlignHCenter);
    if (m_button) {
        buttons->addWidget(m_button);
        m_button->show();
    }
    column->addLayout(buttons);
    column->addStretch(3);
}

QPushButton* EmptyState::addButton(const QString& text, const QString& icon) {
    m_button = new QPushButton(actionIcon(icon), text, this);
    m_button->hide();
    return m_button;
}

void EmptyState::setText(const QString& heading, const QString& text) {
    m_headingText = heading;
    m_longText = text;
    if (!m_heading)
        return;
    m_heading->setText(heading);
    m_text->setText(text);
}

} // namespace entracte::desktop
