#pragma once

// Small pieces that the windows are put together from.

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

class QLineEdit;
class QMenu;
class QMessageBox;
class QScrollArea;

namespace entracte::desktop {

// The one button of a place that is most probably meant: in the colour of the accent.
void makePrimary(QPushButton* button);
QPushButton* buttonFor(QAction* action, QWidget* parent, bool primary = false);
QToolButton* flatButton(const QString& icon, const QString& name, QWidget* parent);
// Shows its menu when it is pressed.
QToolButton* menuButton(const QString& icon, const QString& name, QMenu* menu, QWidget* parent);

QLabel* wrapped(const QString& text, QWidget* parent);
QLabel* faintLabel(const QString& text, QWidget* parent, double size = 1);
// What went wrong, in place; hidden until there is something.
QLabel* problemLabel(QWidget* parent);
QLabel* title(const QString& text, QWidget* parent, double size = 1.5);
// For what is higher than a small screen: it scrolls upwards and down, without a frame.
QScrollArea* uprightScroll(QWidget* parent);
// Says `more` under the box's text, and shows both as they are: names and errors from elsewhere may
// look like markup.
void tellPlainly(QMessageBox& box, const QString& more = {});
// With a button that clears it, which has a name.
void makeClearable(QLineEdit* line);
// And with a lens before it.
void makeSearch(QLineEdit* line);
QLabel* picture(const QString& icon, int size, const QColor& colour, QWidget* parent);

// The names of fields, of all forms in it, as wide as the widest.
void alignNames(QWidget* dialog);
// As high as its words need at this width, in pixels; a layout alone allows for narrower lines.
void fitHeight(QWidget* dialog, int width);
// As high as its words have come to need; the person's own size is only ever exceeded.
void growToFit(QWidget* dialog);

// A line that is cut with an ellipsis where there is no room, and then told whole by its tool tip.
class ElidedLabel : public QLabel {
    Q_OBJECT
public:
    using QLabel::QLabel;
    void setWholeText(const QString& text);
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void elide();
    QString m_whole;
};

// A round-edged ground for a message, with a mark of its tone at the side.
class Card : public QFrame {
    Q_OBJECT
public:
    Card(const QColor& mark, QWidget* parent);

protected:
    void paintEvent(QPaintEvent*) override;

private:
    QColor m_mark;
};

// What an empty place says: a picture, what it is, and what to do. Made when it is first shown.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    EmptyState(const QString& icon, const QString& heading, const QString& text, QWidget* parent);
    QPushButton* addButton(const QString& text, const QString& icon);
    void setText(const QString& heading, const QString& text);
    void setVisible(bool visible) override;

private:
    void build();
    QString m_icon;
    QString m_headingText;
    QString m_longText;
    QLabel* m_heading = nullptr;
    QLabel* m_text = nullptr;
    QPushButton* m_button = nullptr;
};

} // namespace entracte::desktop
