// How the window is put together; what it does is in MainWindow.cpp.

#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/MainWindow.h"
#include "app/desktop/widgets/SessionDelegate.h"
#include "app/desktop/widgets/TimelineDelegate.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace entracte::desktop {

namespace {

QListView* listOf(QAbstractItemModel& model, const QString& name, QWidget* parent) {
    auto* const view = new QListView(parent);
    view->setModel(&model);
    view->setFrameShape(QFrame::NoFrame);
    view->setAccessibleName(name);
    view->setMouseTracking(true);
    view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view->setContextMenuPolicy(Qt::CustomContextMenu);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->viewport()->setAutoFillBackground(false);
    return view;
}

} // namespace

void MainWindow::buildUi() {
    m_split = new QSplitter(this);
    m_split->setChildrenCollapsible(false);
    m_split->setHandleWidth(1);
    m_split->addWidget(sidebar());
    m_split->addWidget(content());
    m_split->setStretchFactor(1, 1);
    m_split->setSizes({270, 810});
    setCentralWidget(m_split);
    setMinimumSize(640, 440);
}

QWidget* MainWindow::sidebar() {
    auto* const side = new QWidget(this);
    side->setMinimumWidth(200);
    side->setAutoFillBackground(true);
    side->setBackgroundRole(QPalette::AlternateBase);

    m_search = new QLineEdit(side);
    m_search->setPlaceholderText(tr("Search"));
    m_search->setAccessibleName(tr("Search sessions and snapshots"));
    makeSearch(m_search);
    connect(m_search, &QLineEdit::textChanged, this, &MainWindow::search);
    auto* const leave = new QAction(m_search);
    leave->setShortcut(Qt::Key_Escape);
    leave->setShortcutContext(Qt::WidgetShortcut);
    connect(leave, &QAction::triggered, this, [this] {
        m_search->clear();
        m_list->setFocus();
    });
    m_search->addAction(leave);
    m_search->installEventFilter(this);

    auto* const menu = new QMenu(this);
    menu->addActions({m_new, m_import, m_pull, m_undo});
    menu->addSeparator();
    menu->addActions({m_check, m_verify, m_encryption, m_preferences, m_shortcuts, m_about});
    menu->addSeparator();
    menu->addActions({m_close, m_quit});
    auto* const button = menuButton("menu", tr("Main menu"), menu, side);
    button->setShortcut(Qt::Key_F10);

    m_list = listOf(m_sessions, tr("Sessions"), side);
    m_list->setItemDelegate(new SessionDelegate(m_desk, m_list));
    // Who chooses a session wants to see it, and no longer what was checked.
    for (const auto chosen : {&QListView::clicked, &QListView::activated})
        connect(m_list, chosen, this, [this] {
            m_checking = false;
            refreshPage();
        });
    connect(m_list, &QWidget::customContextMenuRequested, this, [this](const QPoint& at) {
        if (!m_list->indexAt(at).isValid())
            return;
        QMenu context(this);
        context.addActions({m_actions.save, m_actions.suspend, m_actions.resume});
        context.addSeparator();
        context.addAction(m_actions.launch);
        context.addSeparator();
        context.addActions({m_actions.attach, m_actions.detach});
        context.addSeparator();
        context.addActions({m_actions.rename, m_actions.settings});
        context.addSeparator();
        context.addActions({m_actions.end, m_actions.remove});
        context.exec(m_list->viewport()->mapToGlobal(at));
    });

    auto* const add = buttonFor(m_new, side);
    auto* const top = new QHBoxLayout;
    top->setContentsMargins(12, 12, 8, 8);
    top->addWidget(m_search, 1);
    top->addWidget(button);
    auto* const foot = new QHBoxLayout;
    foot->setContentsMargins(12, 8, 12, 12);
    foot->addWidget(add);
    auto* const column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(top);
    column->addWidget(m_list, 1);
    column->addStretch(0);
    column->addLayout(foot);
    return side;
}

QWidget* MainWindow::content() {
    m_waiting = new EmptyState("entracte", tr("Looking for Entracte's helper…"), {}, this);
    m_noSession = new EmptyState(
        "entracte", tr("Nothing runs here yet"),
        tr("Start a program in a session. From then on one click saves it as a whole: its windows, "
           "its "
           "memory, what you have not saved. Another click brings it back, also after a restart."),
        this);
    auto* const first = m_noSession->addButton(m_new->text().remove('&'), "add");
    makePrimary(first);
    first->setIcon(actionIcon("add", palette().color(QPalette::HighlightedText)));
    connect(first, &QPushButton::clicked, m_new, &QAction::trigger);
    m_noneFound =
        new EmptyState("search", tr("Nothing found"), tr("No session has these words."), this);
    m_checkPage = new CheckPage(m_desk, this);
    connect(m_checkPage, &CheckPage::closed, this, [this] {
        m_checking = false;
        refreshPage();
        m_list->setFocus();
    });

    m_blank = new QWidget(this);
    m_pages = new QStackedWidget(this);
    for (auto* const page : {m_blank, static_cast<QWidget*>(m_waiting), sessionPage(),
                             static_cast<QWidget*>(m_noSession), static_cast<QWidget*>(m_noneFound),
                             static_cast<QWidget*>(m_checkPage)})
        m_pages->addWidget(page);

    m_banner = new Card(toneColour(Tone::Warning, palette()), this);
    m_bannerText = wrapped({}, m_banner);
    m_bannerButton = new QPushButton(m_banner);
    auto* const banner = new QHBoxLayout(m_banner);
    banner->setContentsMargins(14, 8, 10, 8);
    banner->setSpacing(12);
    banner->addWidget(m_bannerText, 1);
    banner->addWidget(m_bannerButton);
    connect(m_bannerButton, &QPushButton::clicked, this, [this] {
        if (m_desk.link.reach() == HelperLink::Reach::Gone)
            m_desk.link.look();
        else if (nothingIsSaved())
            showEncryption();
        else
            m_desk.settings.setFlag("window/trayHintSeen", true);
        refreshBanner();
    });
    auto* const bannerPlace = new QVBoxLayout;
    bannerPlace->setContentsMargins(14, 12, 14, 0);
    bannerPlace->addWidget(m_banner);

    auto* const jobs = new JobsPanel(m_desk, this);
    connect(jobs, &JobsPanel::checkAsked, this, &MainWindow::checkComputer);
    connect(jobs, &JobsPanel::unlockAsked, this, &MainWindow::showEncryption);

    auto* const side = new QWidget(this);
    auto* const column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(bannerPlace);
    column->addWidget(m_pages, 1);
    column->addWidget(jobs);
    return side;
}

QWidget* MainWindow::sessionPage() {
    auto* const page = new QWidget(this);
    m_header = new SessionHeader(m_desk, m_actions, page);
    m_timeline = listOf(m_snapshots, tr("Timeline"), page);
    m_timeline->setItemDelegate(new TimelineDelegate(m_desk, m_timeline));
    m_timeline->setMinimumWidth(260);
    connect(m_timeline, &QListView::activated, m_actions.resumeSnapshot, &QAction::trigger);
    connect(m_timeline, &QWidget::customContextMenuRequested, this, [this](const QPoint& at) {
        if (!m_timeline->indexAt(at).isValid())
            return;
        QMenu context(this);
        context.addActions({m_actions.resumeSnapshot, m_actions.beside});
        context.addSeparator();
        context.addActions({m_actions.comment, m_actions.pin, m_actions.compare, m_actions.verify,
                            m_actions.exportIt, m_actions.push});
        context.addSeparator();
        context.addActions({m_actions.removeSnapshot});
        context.exec(m_timeline->viewport()->mapToGlobal(at));
    });
    m_panel = new SnapshotPanel(m_desk, m_actions, page);
    m_panel->setMinimumWidth(240);
    auto* const details = uprightScroll(page);
    details->setWidget(m_panel);
    details->setMinimumWidth(240);
    details->setFocusPolicy(Qt::NoFocus);
    details->setAccessibleName(tr("The chosen snapshot"));
    details->viewport()->setAutoFillBackground(false);
    m_panel->setAutoFillBackground(false);
    connect(m_panel, &SnapshotPanel::commentDone, m_timeline, qOverload<>(&QWidget::setFocus));
    // Along the timeline with the mouse: pictures only, the chosen one stays.
    connect(m_timeline, &QListView::entered, m_panel, [this](const QModelIndex& index) {
        m_panel->glanceAt(index.data(PathRole).toString());
    });
    connect(m_timeline, &QListView::viewportEntered, m_panel, [this] { m_panel->glanceAt({}); });
    m_timeline->viewport()->installEventFilter(m_panel);
    m_inner = new QSplitter(page);
    m_inner->setChildrenCollapsible(false);
    m_inner->addWidget(m_timeline);
    m_inner->addWidget(details);
    m_inner->setSizes({430, 340});
    m_inner->setStretchFactor(0, 3);
    m_inner->setStretchFactor(1, 2);

    m_noSnapshot = new EmptyState("snapshot", {}, {}, page);
    auto* const nothing =
        new EmptyState("search", tr("Nothing found"), tr("No snapshot has these words."), page);
    m_history = new QStackedWidget(page);
    m_history->addWidget(m_inner);
    m_history->addWidget(m_noSnapshot);
    m_history->addWidget(nothing);

    auto* const line = new QFrame(page);
    line->setFrameShape(QFrame::HLine);
    line->setForegroundRole(QPalette::Mid);
    auto* const column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 8);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(line);
    column->addWidget(m_history, 1);
    return page;
}

} // namespace entracte::desktop
