#include "app/desktop/widgets/RepositoryDialogs.h"

#include "app/desktop/widgets/Pieces.h"
#include "app/desktop/widgets/RepositoryChoice.h"

#include <QDialogButtonBox>
#include <QJsonArray>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace entracte::desktop {

namespace {

constexpr int kIdRole = Qt::UserRole + 1;
constexpr int kNameRole = Qt::UserRole + 2;
constexpr int kLongestName = 64; // characters that are shown

QVBoxLayout* columnOf(QDialog* dialog) {
    auto* const column = new QVBoxLayout(dialog);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    dialog->setMinimumWidth(500);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    return column;
}

} // namespace

// --- there

PushDialog::PushDialog(Desk& desk, const QString& snapshot, QWidget* parent)
    : QDialog(parent), m_desk(desk), m_choice(new RepositoryChoice(desk, this)) {
    setWindowTitle(tr("Send to a repository"));
    const auto* const chosen = desk.catalog.snapshots.find(snapshot);
    const auto view = chosen ? *chosen : SnapshotView();
    auto* const column = columnOf(this);
    column->addWidget(
        title(tr("Send “%1” to a repository").arg(printable(desk.actions.nameOf(view.session))),
              this, 1.15));
    column->addWidget(
        wrapped(tr("The snapshot “%1” of %2, encrypted before it leaves this computer. Only what "
                   "the repository lacks is sent. Another computer can go on with it from there, "
                   "once the session does not run here any more.")
                    .arg(snapshotTitle(view), timeText(view.takenUnixMs)),
                this));
    column->addWidget(m_choice);
    auto* const box = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    auto* const go = box->addButton(tr("&Send"), QDialogButtonBox::AcceptRole);
    makePrimary(go);
    go->setDefault(true);
    go->setEnabled(false);
    connect(m_choice, &RepositoryChoice::changed, go, [this, go] {
        go->setEnabled(m_choice->isUsable());
        growToFit(this);
    });
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(box, &QDialogButtonBox::accepted, this, [this, view] { begin(view); });
    column->addStretch(1);
    column->addWidget(box);
}

void PushDialog::begin(const SnapshotView& snapshot) {
    const auto* const session = m_desk.catalog.sessions.find(snapshot.session);
    if (!session || !m_choice->isUsable())
        return;
    QStringList arguments{"push", session->id + '@' + snapshot.id, m_choice->name()};
    arguments += m_choice->passphraseArguments();
    if (m_choice->takesOver())
        arguments.append("--take-over");
    m_desk.errands.run({0, "push", session->path, session->name, m_choice->name(), {}, 0, false},
                       arguments, m_choice->passphrase());
    accept();
}

// --- and back

PullDialog::PullDialog(Desk& desk, QWidget* parent)
    : QDialog(parent), m_desk(desk), m_choice(new RepositoryChoice(desk, this)),
      m_sessions(new QListWidget(this)), m_look(new QPushButton(tr("&Look what is in it"), this)) {
    setWindowTitle(tr("Fetch from a repository"));
    auto* const column = columnOf(this);
    column->addWidget(title(tr("Go on with a session from a repository"), this, 1.15));
    column->addWidget(
        wrapped(tr("Its newest snapshot there becomes a suspended session here."), this));
    column->addWidget(m_choice);
    column->addWidget(m_look, 0, Qt::AlignLeading);
    m_sessions->setAccessibleName(tr("Sessions in the repository"));
    m_sessions->setMinimumHeight(130);
    column->addWidget(m_sessions, 1);
    auto* const box = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_go = box->addButton(tr("&Fetch"), QDialogButtonBox::AcceptRole);
    makePrimary(m_go);
    connect(m_look, &QPushButton::clicked, this, &PullDialog::look);
    connect(m_choice, &RepositoryChoice::changed, this, &PullDialog::forget);
    connect(m_choice, &RepositoryChoice::changed, this, [this] { growToFit(this); });
    connect(m_sessions, &QListWidget::currentRowChanged, this, &PullDialog::refresh);
    connect(m_sessions, &QListWidget::itemActivated, this, &PullDialog::begin);
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(box, &QDialogButtonBox::accepted, this, &PullDialog::begin);
    column->addWidget(box);
    refresh();
}

void PullDialog::refresh() {
    m_look->setEnabled(m_choice->isUsable() && !m_looking);
    const bool listed = m_sessions->currentItem();
    m_go->setEnabled(listed);
    m_go->setDefault(listed);
    m_look->setDefault(!listed);
}

void PullDialog::forget() {
    ++m_asked;
    m_looking = false;
    m_sessions->clear();
    refresh();
}

void PullDialog::look() {
    const int asked = ++m_asked;
    m_looking = true;
    m_sessions->clear();
    m_choice->tell(tr("Looking into it…"));
    m_desk.errands.ask(QStringList{"remote", "list", m_choice->name()} +
                           m_choice->passphraseArguments(),
                       m_choice->passphrase(), this, [this, asked](const Errands::Answer& answer) {
                           if (asked == m_asked)
                               looked(answer);
                       });
    refresh();
}

void PullDialog::looked(const Errands::Answer& answer) {
    m_looking = false;
    for (const auto& one : answer.object.value("sessions").toArray()) {
        const auto session = one.toObject();
        const auto snapshots = session.value("snapshots").toArray();
        const auto newest = snapshots.isEmpty() ? QJsonObject() : snapshots.last().toObject();
        const auto name = printable(session.value("name").toString().left(kLongestName));
        auto text =
            tr("%1: saved %2 at %3", "a session, a time, a computer")
                .arg(name, timeText(static_cast<qint64>(newest.value("taken_unix_ms").toDouble())),
                     printable(newest.value("host").toString().left(kLongestName)));
        if (const auto user = session.value("in_use_by").toObject(); !user.isEmpty())
            text = tr("%1, in use at %2", "a session, a computer")
                       .arg(text, printable(user.value("host").toString().left(kLongestName)));
        auto* const item = new QListWidgetItem(text, m_sessions);
        item->setData(kIdRole, session.value("id").toString());
        item->setData(kNameRole, name);
    }
    if (!answer.code.isEmpty())
        m_choice->askAnew(printable(answer.message));
    else
        m_choice->tell(m_sessions->count() == 0 ? tr("There is nothing in it yet.") : QString());
    if (m_sessions->count() > 0) {
        m_sessions->setCurrentRow(0);
        m_sessions->setFocus();
    }
    refresh();
}

void PullDialog::begin() {
    const auto* const item = m_sessions->currentItem();
    if (!item || !m_choice->isUsable())
        return;
    QStringList arguments{"pull", m_choice->name(), item->data(kIdRole).toString()};
    arguments += m_choice->passphraseArguments();
    if (m_choice->takesOver())
        arguments.append("--take-over");
    m_desk.errands.run(
        {0, "pull", {}, item->data(kNameRole).toString(), m_choice->name(), {}, 0, false},
        arguments, m_choice->passphrase());
    accept();
}

} // namespace entracte::desktop
