#include "app/desktop/widgets/FilesDialog.h"

#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/Pieces.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QListWidget>
#include <QRadioButton>
#include <QVBoxLayout>

namespace entracte::desktop {

FilesDialog::FilesDialog(Desk& desk, const Return& what, const EntracteChangedFiles& files,
                         QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(tr("Documents were changed"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addWidget(title(tr("Which documents count?"), this, 1.15));
    column->addWidget(wrapped(
        tr("Since this snapshot of “%1” was taken, documents that its programs have open were "
           "changed from outside. Nothing has been touched yet.")
            .arg(printable(desk.actions.nameOf(what.session))),
        this));
    auto* const list = new QListWidget(this);
    list->setAccessibleName(tr("Changed documents"));
    list->setMaximumHeight(120);
    for (const auto& file : files) {
        auto path = printable(file.path);
        if (path.startsWith(QDir::homePath() + '/'))
            path.replace(0, QDir::homePath().size(), "~");
        auto* const item =
            new QListWidgetItem(actionIcon(file.removed ? "delete" : "edit"),
                                file.removed ? tr("%1 (removed)", "a file").arg(path) : path, list);
        item->setToolTip(plainTip(printable(file.path)));
    }
    list->setVisible(!files.isEmpty());
    column->addWidget(list);

    const std::tuple<const char*, QString, QString> choices[] = {
        {"both", tr("Keep &both"),
         tr("Programs find their documents as they left them. What is there now stays beside, "
            "under another name.")},
        {"current", tr("What is there &now"),
         tr("Documents stay as they are. A program may not notice, and overwrite them when it "
            "saves.")},
        {"saved", tr("As the programs &left them"),
         tr("What was changed since then is overwritten.")}};
    QList<std::pair<QRadioButton*, QString>> buttons;
    for (const auto& [key, text, meaning] : choices) {
        auto* const button = new QRadioButton(text, this);
        button->setAccessibleDescription(meaning);
        column->addWidget(button);
        auto* const hint = faintLabel(meaning, this, 0.95);
        hint->setContentsMargins(24, 0, 0, 4);
        column->addWidget(hint);
        buttons.append({button, key});
    }
    buttons.first().first->setChecked(true);
    auto* const box = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    auto* const go = box->addButton(tr("&Go on"), QDialogButtonBox::AcceptRole);
    makePrimary(go);
    go->setDefault(true);
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(box, &QDialogButtonBox::accepted, this, [this, &desk, what, buttons] {
        for (const auto& [button, key] : buttons)
            if (button->isChecked())
                desk.actions.again(what, key);
        accept();
    });
    column->addSpacing(6);
    column->addWidget(box);
    setMinimumWidth(460);
}

} // namespace entracte::desktop
