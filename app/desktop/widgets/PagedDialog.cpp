#include "app/desktop/widgets/PagedDialog.h"

#include "app/desktop/widgets/Pieces.h"

#include <QDialogButtonBox>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace entracte::desktop {

namespace {

constexpr int kTitleBar = 48; // pixels; with what a panel may take
constexpr int kAround = 30;   // beside the pages: margins and frames

// How high what is in it is at this width, though it was not shown yet.
int heightWithin(QWidget* content, int width) {
    // From the innermost: an outer layout knows what the inner ones told it last.
    auto inner = content->findChildren<QWidget*>();
    std::reverse(inner.begin(), inner.end());
    for (auto* const widget : inner)
        if (widget->layout())
            widget->layout()->activate();
    content->layout()->invalidate();
    content->layout()->activate();
    return content->layout()->totalHeightForWidth(width);
}

} // namespace

PagedDialog::PagedDialog(QDialogButtonBox* buttons, int width, QWidget* parent)
    : QDialog(parent), m_buttons(buttons), m_tabs(new QTabWidget(this)), m_width(width) {
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_tabs->setDocumentMode(true); // a frame has another ground than the dialog
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 12);
    column->setSpacing(10);
    column->addWidget(m_tabs, 1);
    column->addWidget(buttons);
}

void PagedDialog::addPage(QWidget* page, const QString& name) {
    page->layout()->setContentsMargins(8, 16, 8, 10);
    page->setAutoFillBackground(false);
    auto* const scroll = uprightScroll(m_tabs);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->viewport()->setAutoFillBackground(false);
    scroll->setWidget(page);
    page->setAutoFillBackground(false); // which that has set
    scroll->setMinimumWidth(std::max(page->minimumSizeHint().width(), m_width) +
                            scroll->verticalScrollBar()->sizeHint().width());
    m_pages.append(scroll);
    m_tabs->addTab(scroll, name);
}

void PagedDialog::fit() {
    int wide = width();
    for (auto* const page : m_pages)
        wide = std::max(wide, page->minimumWidth() + kAround);
    int inside = 0;
    for (auto* const page : m_pages)
        inside = std::max(inside, heightWithin(page->widget(),
                                               page->minimumWidth() -
                                                   page->verticalScrollBar()->sizeHint().width()));
    const int wanted = inside + kAround + m_tabs->tabBar()->sizeHint().height() +
                       m_buttons->sizeHint().height() + layout()->spacing();
    const int most = screen()->availableGeometry().height() - kTitleBar;
    resize(wide, std::max(std::min(wanted, most), isVisible() ? std::min(height(), most) : 0));
}

} // namespace entracte::desktop
