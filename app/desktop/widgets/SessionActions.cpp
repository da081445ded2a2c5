#include "app/desktop/widgets/SessionActions.h"

#include "app/desktop/widgets/CompareDialog.h"
#include "app/desktop/widgets/ExportDialog.h"
#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/MoveDialog.h"
#include "app/desktop/widgets/NewSessionDialog.h"
#include "app/desktop/widgets/Pieces.h"
#include "app/desktop/widgets/RepositoryDialogs.h"
#include "app/desktop/widgets/SessionSettingsDialog.h"

#include <QInputDialog>
#include <QMessageBox>
#include <QPushButton>
#include <QWidget>

namespace entracte::desktop {

SessionActions::SessionActions(Desk& desk, QWidget* window)
    : QObject(window), m_desk(desk), m_window(window) {
    save = make("snapshot", tr("&Snapshot now"), tr("Save it as it is now; it goes on running"),
                QKeySequence("Ctrl+S"), &SessionActions::runSave);
    suspend = make("suspend", tr("S&uspend"), tr("Save it, then end it; its memory is free again"),
                   QKeySequence("Ctrl+Shift+S"), &SessionActions::runSuspend);
    resume = make("resume", tr("&Resume"), tr("Bring it back as its newest snapshot saved it"),
                  QKeySequence("Ctrl+R"), &SessionActions::runResume);
    resumeSnapshot = make("resume", tr("Resume &this snapshot"),
                          tr("Bring the session back as it was at that moment"),
                          QKeySequence("Ctrl+Return"), &SessionActions::runResumeSnapshot);
    beside = make("beside", tr("Open &beside"),
                  tr("A second session from this snapshot, beside the first"),
                  QKeySequence("Ctrl+B"), &SessionActions::runBeside);
    pin = make("pin", tr("&Pin"), tr("Keep this snapshot, whatever the rules say"),
               QKeySequence("Ctrl+P"), &SessionActions::runPin);
    pin->setCheckable(true);
    compare = make("compare", tr("Co&mpare…"), tr("See what lies between two snapshots"),
                   QKeySequence("Ctrl+M"), &SessionActions::runCompare);
    verify = make("check", tr("&Verify"),
                  tr("Read all of this snapshot, and compare it with what was written"),
                  QKeySequence("Ctrl+Alt+V"), &SessionActions::runVerify);
    exportIt = make("export", tr("E&xport…"), tr("Write this snapshot into a file"),
                    QKeySequence("Ctrl+Shift+E"), &SessionActions::runExport);
    push = make("push", tr("Send to a re&pository…"), tr("Where another computer can fetch it"),
                QKeySequence("Ctrl+Shift+P"), &SessionActions::runPush);
    move = make("move", tr("&Move to…"), tr("Go on with it at another computer"),
                QKeySequence("Ctrl+Shift+M"), &SessionActions::runMove);
    comment = make("edit", tr("Edit &comment"), tr("Say what this snapshot is about"),
                   QKeySequence("Ctrl+L"), &SessionActions::runComment);
    rename = make("rename", tr("&Rename…"), tr("Give the session another name"), QKeySequence("F2"),
                  &SessionActions::runRename);
    settings = make("settings", tr("Session &settings…"),
                    tr("Automatic snapshots, which are kept, limits"), QKeySequence("Alt+Return"),
                    &SessionActions::runSettings);
    launch = make("add", tr("Start a pro&gram in it…"), tr("Another program beside those that run"),
                  QKeySequence("Ctrl+T"), &SessionActions::runLaunch);
    attach = make("screen", tr("Show &here"), tr("Bring its windows to this screen"),
                  QKeySequence("Ctrl+H"), &SessionActions::runAttach);
    detach = make("screen-off", tr("&Take off the screen"), tr("It goes on running, unseen"),
                  QKeySequence("Ctrl+Shift+H"), &SessionActions::runDetach);
    end = make("end", tr("&End…"), tr("End its programs without saving"), QKeySequence("Ctrl+E"),
               &SessionActions::runEnd);
    remove = make("delete", tr("&Delete session"), tr("Delete it with all of its snapshots"),
                  QKeySequence("Ctrl+Shift+Del"), &SessionActions::runRemove);
    removeSnapshot = make("delete", tr("De&lete snapshot"), tr("Delete the chosen snapshot"),
                          QKeySequence("Ctrl+Del"), &SessionActions::runRemoveSnapshot);
    for (QAbstractItemModel* model : std::initializer_list<QAbstractItemModel*>{
             &desk.catalog.sessions, &desk.catalog.snapshots}) {
        connect(model, &QAbstractItemModel::dataChanged, this, &SessionActions::update);
        connect(model, &QAbstractItemModel::rowsInserted, this, &SessionActions::update);
        connect(model, &QAbstractItemModel::rowsRemoved, this, &SessionActions::update);
        connect(model, &QAbstractItemModel::modelReset, this, &SessionActions::update);
    }
    connect(&desk.catalog.jobs, &JobModel::activityChanged, this, &SessionActions::update);
    connect(&desk.errands, &Errands::changed, this, &SessionActions::update);
    connect(&desk.catalog.jobs, &JobModel::finished, this, &SessionActions::tellVerified);
    connect(&desk.actions, &Actions::failed, this, [this] {
        m_verifying = false;
        update();
    });
    connect(&desk.link, &HelperLink::reachChanged, this, &SessionActions::update);
    update();
}

QAction* SessionActions::make(const QString& icon, const QString& text, const QString& tip,
                              const QKeySequence& keys, void (SessionActions::*run)()) {
    auto* const action = new QAction(actionIcon(icon), text, this);
    action->setProperty("iconName", icon);
    action->setShortcut(keys);
    action->setToolTip(tr("%1 (%2)").arg(tip, keys.toString(QKeySequence::NativeText)));
    action->setStatusTip(tip);
    connect(action, &QAction::triggered, this, run);
    m_window->addAction(action);
    return action;
}

QList<QAction*> SessionActions::all() const {
    return {save,     suspend, resume, resumeSnapshot, beside, pin,      compare, verify,
            exportIt, push,    move,   comment,        rename, settings, launch,  attach,
            detach,   end,     remove, removeSnapshot};
}

void SessionActions::choose(const QString& session, const QString& snapshot) {
    m_session = session;
    m_snapshot = snapshot;
    update();
}

void SessionActions::update() {
    const auto* const found = m_desk.catalog.sessions.find(m_session);
    const auto* const chosen = m_desk.catalog.snapshots.find(m_snapshot);
    const bool idle = found && m_desk.link.reach() == HelperLink::Reach::Here &&
                      !m_desk.catalog.jobs.runningFor(m_session) &&
                      !m_desk.errands.runningFor(m_session);
    const bool stored = found && !m_desk.catalog.snapshots.newest(1, m_session).isEmpty();
    save->setEnabled(idle && canSnapshot(*found));
    suspend->setEnabled(idle && canSnapshot(*found));
    resume->setEnabled(idle && stored && canResume(*found));
    const bool alive = found && isAlive(*found);
    resumeSnapshot->setEnabled(idle && chosen && found->state != "starting");
    resumeSnapshot->setText(alive ? tr("&Go back to this…") : tr("Resume &this snapshot"));
    const bool reached = found && m_desk.link.reach() == HelperLink::Reach::Here;
    beside->setEnabled(idle && chosen);
    pin->setEnabled(reached && chosen);
    pin->setChecked(chosen && chosen->pinned);
    compare->setEnabled(chosen && m_desk.catalog.snapshots.newest(2, m_session).size() > 1);
    verify->setEnabled(reached && chosen && !m_verifying);
    exportIt->setEnabled(reached && chosen);
    move->setEnabled(idle && (canSnapshot(*found) || found->move == "given" ||
                              (found->state == "suspended" && found->move.isEmpty())));
    push->setEnabled(reached && chosen && !m_desk.errands.runningFor(m_session));
    comment->setEnabled(reached && chosen);
    rename->setEnabled(reached);
    settings->setEnabled(reached);
    launch->setEnabled(idle && canSnapshot(*found));
    attach->setEnabled(idle && canSnapshot(*found) && found->screen != "headless");
    detach->setEnabled(idle && found->state == "running" && found->screen != "headless");
    end->setEnabled(idle && isAlive(*found));
    remove->setEnabled(idle && !isAlive(*found));
    removeSnapshot->setEnabled(idle && chosen);
    emit updated();
}

void SessionActions::runEnd() {
    QMessageBox box(QMessageBox::Question, tr("End a session"),
                    tr("End “%1” without saving it?").arg(m_desk.actions.nameOf(m_session)),
                    QMessageBox::NoButton, m_window);
    const bool stored = !m_desk.catalog.snapshots.newest(1, m_session).isEmpty();
    const auto lost =
        stored ? tr("What its programs did since the newest snapshot is lost. The snapshots stay.")
               : tr("There is no snapshot: all that its programs did is lost.");
    tellPlainly(box, lost + "\n\n" +
                         filesInSession(stored ? tr("those saved since the newest snapshot are "
                                                    "lost.")
                                               : tr("they are lost.")));
    auto* const endIt = box.addButton(tr("&End"), QMessageBox::DestructiveRole);
    auto* const suspendIt = box.addButton(tr("&Suspend instead"), QMessageBox::AcceptRole);
    box.setDefaultButton(qobject_cast<QPushButton*>(suspendIt));
    box.addButton(QMessageBox::Cancel);
    const auto session = m_session;
    box.exec();
    if (box.clickedButton() == endIt)
        m_desk.actions.stop(session);
    else if (box.clickedButton() == suspendIt)
        m_desk.actions.suspend(session);
}

void SessionActions::runResumeSnapshot() {
    const auto* const found = m_desk.catalog.sessions.find(m_session);
    const auto* const chosen = m_desk.catalog.snapshots.find(m_snapshot);
    if (!found || !chosen)
        return;
    if (!isAlive(*found))
        return m_desk.actions.resume(m_session, m_snapshot);
    QMessageBox box(
        QMessageBox::Question, tr("Go back"),
        tr("Take “%1” back to “%2” (%3)?")
            .arg(printable(found->name), snapshotTitle(*chosen), timeText(chosen->takenUnixMs)),
        QMessageBox::NoButton, m_window);
    tellPlainly(box, tr("Its windows and what was done since then go. It is saved as it is now "
                        "first, so that you can return to this moment, too.") +
                         "\n\n" + filesInSession(tr("they become what they were then.")));
    auto* const back = box.addButton(tr("&Go back"), QMessageBox::AcceptRole);
    box.setDefaultButton(qobject_cast<QPushButton*>(back));
    box.addButton(QMessageBox::Cancel);
    const auto session = m_session;
    const auto snapshot = m_snapshot;
    box.exec();
    if (box.clickedButton() == back)
        m_desk.actions.rollback(session, snapshot);
}

void SessionActions::runBeside() {
    m_desk.actions.clone(m_session, m_snapshot,
                         tr("%1, a copy").arg(m_desk.actions.nameOf(m_session)).left(40));
}

void SessionActions::runCompare() {
    (new CompareDialog(m_desk, m_snapshot, m_window))->open();
}

void SessionActions::runVerify() {
    m_verifying = true;
    update();
    m_desk.actions.verifySnapshot(m_snapshot);
}

void SessionActions::tellVerified(const JobState& job) {
    if (job.job.kind != "verify" || !std::exchange(m_verifying, false))
        return;
    update();
    const auto* const snapshot = m_desk.catalog.snapshots.find(job.job.result);
    if (!job.job.error.isEmpty() || !snapshot)
        return; // told among the troubles
    auto* const told =
        new QMessageBox(QMessageBox::NoIcon, tr("Verify a snapshot"),
                        tr("The snapshot is as it was written."), QMessageBox::Close, m_window);
    tellPlainly(*told, tr("All that “%1” (%2) needs was read and compared: it can be resumed.")
                           .arg(snapshotTitle(*snapshot), timeText(snapshot->takenUnixMs)));
    told->setAttribute(Qt::WA_DeleteOnClose);
    told->open();
}

void SessionActions::runExport() {
    (new ExportDialog(m_desk, m_snapshot, m_window))->open();
}

void SessionActions::runPush() {
    (new PushDialog(m_desk, m_snapshot, m_window))->open();
}

void SessionActions::runMove() {
    (new MoveDialog(m_desk, m_session, m_window))->open();
}

void SessionActions::runRename() {
    const auto session = m_session;
    QInputDialog dialog(m_window);
    dialog.setWindowTitle(tr("Rename"));
    dialog.setLabelText(tr("&Name of the session:"));
    dialog.setTextValue(m_desk.actions.nameOf(session));
    dialog.resize(420, dialog.sizeHint().height()); // names are long
    if (dialog.exec() != QDialog::Accepted)
        return;
    const auto name = dialog.textValue().trimmed();
    if (!name.isEmpty() && name != m_desk.actions.nameOf(session))
        m_desk.actions.rename(session, name);
}

void SessionActions::runLaunch() {
    const auto session = m_session;
    NewSessionDialog dialog(m_desk, m_window, session);
    if (dialog.exec() == QDialog::Accepted)
        m_desk.actions.exec(session, dialog.request().command);
}

void SessionActions::runSettings() {
    SessionSettingsDialog(m_desk, m_session, m_window).exec();
}

void SessionActions::runRemove() {
    m_desk.deletions.add({m_session, m_desk.actions.nameOf(m_session), true});
}

void SessionActions::runRemoveSnapshot() {
    const auto* const chosen = m_desk.catalog.snapshots.find(m_snapshot);
    if (chosen)
        m_desk.deletions.add(
            {m_snapshot, tr("%1, %2").arg(snapshotTitle(*chosen), timeText(chosen->takenUnixMs)),
             false});
}

} // namespace entracte::desktop
