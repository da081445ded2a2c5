#include "app/desktop/widgets/FolderChoice.h"

#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/Pieces.h"

#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QListWidget>
#include <QVBoxLayout>

namespace entracte::desktop {

FolderChoice::FolderChoice(QWidget* parent) : QWidget(parent), m_list(new QListWidget(this)) {
    m_list->setFixedHeight(72);
    m_list->setAccessibleName(tr("Shared folders"));
    m_list->setToolTip(tr("Checked: programs may write there. Unchecked: they may only read."));
    auto* const add = flatButton("add", tr("Share a folder…"), this);
    auto* const drop = flatButton("delete", tr("Do not share the chosen folder"), this);
    connect(add, &QToolButton::clicked, this, &FolderChoice::ask);
    connect(drop, &QToolButton::clicked, this, [this] { delete m_list->currentItem(); });
    auto* const side = new QVBoxLayout;
    side->addWidget(add);
    side->addWidget(drop);
    side->addStretch(1);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_list, 1);
    row->addLayout(side);
}

void FolderChoice::ask() {
    const auto folder =
        QFileDialog::getExistingDirectory(this, tr("Share a folder"), QDir::homePath());
    if (folder.isEmpty() || !m_list->findItems(folder, Qt::MatchExactly).isEmpty())
        return;
    auto* const item = new QListWidgetItem(actionIcon("folder"), folder, m_list);
    item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
    item->setCheckState(Qt::Checked);
}

QStringList FolderChoice::folders(Qt::CheckState state) const {
    QStringList chosen;
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->checkState() == state)
            chosen.append(m_list->item(row)->text());
    return chosen;
}

} // namespace entracte::desktop
