#pragma once

// A dialog of several pages, with its buttons beneath: as high as the highest page where the screen
// has so much room, and else the pages scroll.

#include <QDialog>

class QDialogButtonBox;
class QScrollArea;
class QTabWidget;

namespace entracte::desktop {

class PagedDialog : public QDialog {
    Q_OBJECT
public:
    PagedDialog(QDialogButtonBox* buttons, int width, QWidget* parent);

protected:
    // Has a layout.
    void addPage(QWidget* page, const QString& name);
    // A page has come to need another height. The person's own size is only ever exceeded.
    void fit();

private:
    QDialogButtonBox* m_buttons;
    QTabWidget* m_tabs;
    QList<QScrollArea*> m_pages;
    int m_width; // pixels that a page has at least
};

} // namespace entracte::desktop
