#include "app/desktop/widgets/SnapshotPanel.h"

#include "app/desktop/model/Differences.h"
#include "app/desktop/widgets/Painting.h"

#include <QDateTime>
#include <QEvent>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QLocale>
#include <QShortcut>
#include <QVBoxLayout>

namespace entracte::desktop {

namespace {
constexpr int kMaxComment = 200;
constexpr double kMostEnlarged = 2; // times
} // namespace

void Preview::show(const SnapshotView& snapshot, const QByteArray& png, const QString& caption,
                   const QPixmap& window) {
    m_snapshot = snapshot;
    m_png = png;
    m_caption = caption;
    m_window = window;
    setAccessibleName(snapshot.locked      ? tr("The snapshot is locked")
                      : !caption.isEmpty() ? tr("Picture: %1").arg(caption)
                                           : tr("Picture of the snapshot, %n window(s)", nullptr,
                                                static_cast<int>(snapshot.windows)));
    update();
}

void Preview::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QRectF place(rect());
    const QSizeF wanted = QSizeF(16, 10).scaled(place.size(), Qt::KeepAspectRatio);
    place = QRectF(QPointF(place.center().x() - wanted.width() / 2, place.top()), wanted);
    if (!m_window.isNull())
        paintWindow(painter, place);
    else if (!paintPicture(painter, place, m_snapshot.path, m_png, palette()))
        paintWindows(painter, place, m_snapshot.windows, palette());
    if (m_caption.isEmpty())
        return;
    const auto text = fontMetrics().elidedText(m_caption, Qt::ElideRight, int(place.width()) - 36);
    QRectF ground(0, 0, fontMetrics().horizontalAdvance(text) + 20, fontMetrics().height() + 8);
    ground.moveCenter({place.center().x(), place.bottom() - ground.height() / 2 - 8});
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(20, 17, 31, 210));
    painter.drawRoundedRect(ground, ground.height() / 2, ground.height() / 2);
    painter.setPen(Qt::white);
    painter.drawText(ground, Qt::AlignCenter, text);
}

// On the ground that whole pictures have, no larger than is good for it.
void Preview::paintWindow(QPainter& painter, const QRectF& place) const {
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette().color(QPalette::AlternateBase));
    painter.drawRoundedRect(place, 6, 6);
    const QSizeF own = m_window.size();
    QRectF inner(QPointF(), own.scaled(place.size() - QSizeF(16, 16), Qt::KeepAspectRatio)
                                .boundedTo(own * kMostEnlarged));
    inner.moveCenter(place.center());
    painter.drawPixmap(inner, m_window, QRectF(m_window.rect()));
    painter.setPen(palette().color(QPalette::Mid));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(inner);
}

SnapshotPanel::SnapshotPanel(Desk& desk, SessionActions& actions, QWidget* parent)
    : QWidget(parent), m_desk(desk), m_actions(actions), m_preview(new Preview(this)),
      m_strip(new WindowStrip(this)), m_comment(new QLineEdit(this)), m_taken(wrapped({}, this)),
      m_windows(wrapped({}, this)), m_since(wrapped({}, this)), m_stored(wrapped({}, this)),
      m_frozen(wrapped({}, this)), m_frees(wrapped({}, this)) {
    m_comment->setFont(scaled(m_comment->font(), 1.2, true));
    m_comment->setAccessibleName(tr("Comment"));
    m_comment->setToolTip(tr("Say what this snapshot is about (Ctrl+L)"));
    m_comment->setMaxLength(kMaxComment);
    connect(m_comment, &QLineEdit::editingFinished, this, &SnapshotPanel::saveComment);
    connect(m_comment, &QLineEdit::returnPressed, this, &SnapshotPanel::commentDone);
    connect(new QShortcut(QKeySequence::Cancel, m_comment, nullptr, nullptr, Qt::WidgetShortcut),
            &QShortcut::activated, this, [this] {
                m_comment->setModified(false);
                emit commentDone();
                refresh();
            });
    connect(&actions, &SessionActions::commentAsked, this, [this] {
        m_comment->setFocus(Qt::ShortcutFocusReason);
        m_comment->selectAll();
    });
    connect(m_strip, &WindowStrip::looked, this, [this](const QString& of, const QPixmap& picture) {
        m_windowTitle = of;
        m_window = picture;
        refreshPicture();
    });
    auto* const pin = flatButton("pin", tr("Pin"), this);
    pin->setDefaultAction(actions.pin);
    pin->setToolButtonStyle(Qt::ToolButtonIconOnly);
    auto* const heading = new QHBoxLayout;
    heading->setSpacing(6);
    heading->addWidget(m_comment, 1);
    heading->addWidget(pin);
    auto* const facts = new QFormLayout;
    facts->setHorizontalSpacing(16);
    facts->setVerticalSpacing(5);
    facts->setLabelAlignment(Qt::AlignLeading | Qt::AlignTop);
    const auto fact = [&](const QString& name, QLabel* value) {
        auto* const label = faintLabel(name, this);
        label->setWordWrap(false);
        label->setAlignment(Qt::AlignLeading | Qt::AlignTop);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        facts->addRow(label, value);
    };
    fact(tr("Taken"), m_taken);
    fact(tr("Holds"), m_windows);
    fact(tr("Changed"), m_since);
    m_since->setToolTip(tr("Since the snapshot before it"));
    fact(tr("Size"), m_stored);
    fact(tr("Deleting frees"), m_frees);
    fact(tr("Paused for"), m_frozen);
    m_frozen->setToolTip(tr("How long the programs stood still while it was taken"));

    auto* const buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(buttonFor(actions.resumeSnapshot, this, true), 1);
    buttons->addWidget(buttonFor(actions.beside, this), 1);
    auto* const more = new QHBoxLayout; // beneath: words are long in some languages
    more->setSpacing(8);
    auto* const compare = flatButton("compare", tr("Compare"), this);
    compare->setDefaultAction(actions.compare);
    compare->setToolButtonStyle(Qt::ToolButtonIconOnly);
    more->addWidget(compare);
    auto* const verify = flatButton("check", tr("Verify"), this);
    verify->setDefaultAction(actions.verify);
    verify->setToolButtonStyle(Qt::ToolButtonIconOnly);
    more->addWidget(verify);
    auto* const write = flatButton("export", tr("Export"), this);
    write->setDefaultAction(actions.exportIt);
    write->setToolButtonStyle(Qt::ToolButtonIconOnly);
    more->addWidget(write);
    auto* const send = flatButton("push", tr("Send to a repository"), this);
    send->setDefaultAction(actions.push);
    send->setToolButtonStyle(Qt::ToolButtonIconOnly);
    more->addWidget(send);
    auto* const remove = flatButton("delete", tr("Delete snapshot"), this);
    remove->setDefaultAction(actions.removeSnapshot);
    remove->setToolButtonStyle(Qt::ToolButtonIconOnly);
    more->addWidget(remove);
    more->addStretch(1);

    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(10, 4, 18, 4);
    column->setSpacing(8);
    column->addWidget(m_preview);
    column->addLayout(heading);
    column->addWidget(m_strip);
    column->addLayout(facts);
    column->addSpacing(2);
    column->addLayout(buttons);
    column->addLayout(more);
    column->addStretch(1);
    auto policy = QSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    m_preview->setSizePolicy(policy);

    m_minute.setInterval(60'000);
    connect(&m_minute, &QTimer::timeout, this, [this] {
        if (isVisible())
            refresh();
        else
            m_minute.stop();
    });
    connect(&actions, &SessionActions::updated, this, &SnapshotPanel::refresh);
    connect(&desk.pictures, &Pictures::forgotten, this, &SnapshotPanel::refresh);
    connect(&desk.pictures, &Pictures::arrived, this, [this](const QString& snapshot) {
        const auto* const before = m_desk.catalog.snapshots.before(m_snapshot);
        if (snapshot == m_snapshot || snapshot == m_glance || (before && before->path == snapshot))
            refresh();
    });
}

void SnapshotPanel::glanceAt(const QString& snapshot) {
    if (m_glance == snapshot)
        return;
    m_glance = snapshot;
    refreshPicture();
}

bool SnapshotPanel::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Leave)
        glanceAt({});
    return QWidget::eventFilter(watched, event);
}

void SnapshotPanel::refreshPicture() {
    const auto* glance = m_desk.catalog.snapshots.find(m_glance);
    const auto* const chosen = m_desk.catalog.snapshots.find(m_snapshot);
    if (glance == chosen)
        glance = nullptr;
    if (const auto* const shown = glance ? glance : chosen)
        m_preview->show(
            *shown, m_desk.pictures.of(shown->path).png,
            glance ? tr("%1, %2").arg(timeText(glance->takenUnixMs), snapshotTitle(*glance))
                   : m_windowTitle,
            glance ? QPixmap() : m_window);
}

QString SnapshotPanel::sinceText(const SnapshotView& snapshot) const {
    const auto* const before = m_desk.catalog.snapshots.before(snapshot.path);
    if (!before)
        return tr("The first snapshot");
    if (before->locked)
        return tr("locked");
    return differenceLines(differencesBetween(*before, m_desk.pictures.of(before->path), snapshot,
                                              m_desk.pictures.of(snapshot.path)))
        .join('\n');
}

void SnapshotPanel::saveComment() {
    const auto* const snapshot = m_desk.catalog.snapshots.find(m_snapshot);
    if (snapshot && m_comment->isModified() && m_comment->text() != snapshot->comment)
        m_desk.actions.setComment(m_snapshot, m_comment->text().trimmed());
    m_comment->setModified(false);
}

void SnapshotPanel::show(const QString& snapshot) {
    if (snapshot != m_snapshot) {
        saveComment();
        m_comment->clear();
    }
    m_snapshot = snapshot;
    refresh();
}

void SnapshotPanel::refresh() {
    const auto* const snapshot = m_desk.catalog.snapshots.find(m_snapshot);
    setVisible(snapshot != nullptr);
    if (!snapshot)
        return;
    if (isVisible() && !m_minute.isActive())
        m_minute.start();
    const auto seen = m_desk.pictures.of(m_snapshot);
    refreshPicture();
    const auto* const session = m_desk.catalog.sessions.find(snapshot->session);
    m_strip->show(seen, session && session->screen == "host");
    if (!m_comment->hasFocus() || !m_comment->isModified()) {
        m_comment->setText(printable(snapshot->comment));
        m_comment->setModified(false);
    }
    m_comment->setReadOnly(snapshot->locked);
    auto unnamed = *snapshot;
    unnamed.comment.clear();
    m_comment->setPlaceholderText(
        tr("%1: add a comment", "what kind of snapshot").arg(snapshotTitle(unnamed)));
    m_taken->setText(
        tr("%1 (%2)", "a date and time, how long ago")
            .arg(QLocale().toString(QDateTime::fromMSecsSinceEpoch(snapshot->takenUnixMs),
                                    QLocale::ShortFormat),
                 agoText(snapshot->takenUnixMs, QDateTime::currentMSecsSinceEpoch())));
    m_frees->setText(sizeText(snapshot->uniqueBytes));
    if (snapshot->locked) {
        m_comment->setPlaceholderText(snapshotTitle(*snapshot));
        for (auto* const unknown : {m_windows, m_since, m_frozen})
            unknown->setText(tr("locked"));
        m_stored->setText(tr("%1 on the disk").arg(sizeText(snapshot->storedBytes)));
        return;
    }
    m_windows->setText(
        tr("%1, %2", "windows, programs")
            .arg(tr("%n window(s)", nullptr, static_cast<int>(snapshot->windows)),
                 tr("%n program(s)", nullptr, static_cast<int>(snapshot->programs))));
    m_since->setText(sinceText(*snapshot));
    m_stored->setText(tr("%1 on the disk, for %2 of memory and %3 of files")
                          .arg(sizeText(snapshot->storedBytes), sizeText(snapshot->imageBytes),
                               sizeText(snapshot->layerBytes)));
    m_frozen->setText(frozenText(snapshot->frozenMicros));
}

} // namespace entracte::desktop
