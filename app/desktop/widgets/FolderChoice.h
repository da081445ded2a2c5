#pragma once

// The folders that a new session shares with the person's other programs: a list to add to, each to
// be written or only read.

#include <QStringList>
#include <QWidget>

class QListWidget;

namespace entracte::desktop {

class FolderChoice : public QWidget {
    Q_OBJECT
public:
    explicit FolderChoice(QWidget* parent);

    QStringList writable() const { return folders(Qt::Checked); }
    QStringList readOnly() const { return folders(Qt::Unchecked); }

private:
    void ask();
    QStringList folders(Qt::CheckState state) const;

    QListWidget* m_list;
};

} // namespace entracte::desktop
