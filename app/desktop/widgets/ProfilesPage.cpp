#include "app/desktop/widgets/ProfilesPage.h"

#include "app/desktop/model/Wording.h"
#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/Pieces.h"
#include "app/desktop/widgets/ProfileDialog.h"

#include <QDesktopServices>
#include <QDir>
#include <QHBoxLayout>
#include <QListWidget>
#include <QMessageBox>
#include <QShortcut>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace entracte::desktop {

namespace {

QString originText(const ProgramProfile& profile) {
    if (profile.replaced)
        return ProfilesPage::tr("replaced by one of the same name");
    switch (profile.from) {
    case ProgramProfile::From::Entracte:
        return ProfilesPage::tr("comes with Entracte");
    case ProgramProfile::From::Computer:
        return ProfilesPage::tr("this computer's");
    case ProgramProfile::From::Person:
        break;
    }
    return ProfilesPage::tr("yours");
}

} // namespace

ProfilesPage::ProfilesPage(QWidget* parent)
    : QWidget(parent), m_list(new QListWidget(this)), m_words(wrapped({}, this)),
      m_problem(problemLabel(this)), m_add(new QPushButton(tr("Ne&w…"), this)),
      m_change(new QPushButton(tr("C&hange…"), this)),
      m_remove(new QPushButton(tr("&Delete"), this)), m_undoBar(new QWidget(this)),
      m_undoWords(wrapped({}, m_undoBar)) {
    m_list->setAccessibleName(tr("Program profiles"));
    m_list->setMinimumHeight(100);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_words->setAlignment(Qt::AlignLeading | Qt::AlignTop);
    // As high as the longest of those that come with Entracte: the rest stays where it is.
    m_words->setMinimumHeight(m_words->fontMetrics().lineSpacing() * 10);
    auto* const folder = new QPushButton(actionIcon("folder"), tr("Open the &folder"), this);
    auto* const undo = new QPushButton(actionIcon("undo"), tr("&Undo"), m_undoBar);
    for (auto* const button : {m_add, m_change, m_remove, folder, undo})
        button->setAutoDefault(false);
    auto* const undoRow = new QHBoxLayout(m_undoBar);
    undoRow->setContentsMargins(0, 0, 0, 0);
    undoRow->addWidget(m_undoWords, 1);
    undoRow->addWidget(undo);
    m_undoBar->hide();
    connect(m_list, &QListWidget::currentRowChanged, this, &ProfilesPage::refresh);
    connect(m_list, &QListWidget::itemActivated, m_change, &QPushButton::click);
    connect(m_add, &QPushButton::clicked, this, [this] { edit({}); });
    connect(m_change, &QPushButton::clicked, this, &ProfilesPage::change);
    connect(m_remove, &QPushButton::clicked, this, &ProfilesPage::remove);
    connect(new QShortcut(QKeySequence::Delete, m_list, nullptr, nullptr, Qt::WidgetShortcut),
            &QShortcut::activated, m_remove, &QPushButton::click);
    connect(undo, &QPushButton::clicked, this, &ProfilesPage::undo);
    connect(folder, &QPushButton::clicked, this, &ProfilesPage::showFolder);
    auto* const buttons = new QHBoxLayout;
    for (auto* const button : {m_add, m_change, m_remove})
        buttons->addWidget(button);
    buttons->addStretch(1);
    buttons->addWidget(folder);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(10);
    column->addWidget(faintLabel(tr("Some programs can be saved only when they are started in a "
                                    "certain way. A profile says how; it is used whenever such a "
                                    "program starts in a session."),
                                 this));
    column->addWidget(m_list, 1);
    column->addWidget(m_words);
    column->addWidget(m_problem);
    column->addWidget(m_undoBar);
    column->addLayout(buttons);
    read();
}

// Whatever else writes such files (an editor, a package), they are what counts.
void ProfilesPage::read() {
    const auto* const before = chosen();
    const auto id = before ? before->id : QString();
    const auto row = m_list->currentRow();
    QStringList known; // of the person's
    for (const auto& profile : m_profiles.all)
        if (profile.from == ProgramProfile::From::Person)
            known.append(profile.id);
    m_profiles = ProgramProfiles::read();
    {
        const QSignalBlocker quiet(m_list);
        m_list->clear();
        QListWidgetItem* fresh = nullptr;
        for (const auto& profile : m_profiles.all) {
            auto* const item = new QListWidgetItem(
                actionIcon(profile.from == ProgramProfile::From::Person ? "edit" : "program"),
                tr("%1 (%2)", "programs, where their profile is from")
                    .arg(programsText(profile), originText(profile)),
                m_list);
            item->setToolTip(plainTip(profileLines(profile).join('\n')));
            if (profile.replaced)
                item->setForeground(palette().brush(QPalette::PlaceholderText));
            if (profile.id == id && !profile.replaced)
                m_list->setCurrentItem(item);
            // What has just been made is looked at next.
            if (before && profile.from == ProgramProfile::From::Person &&
                !known.contains(profile.id))
                fresh = item;
        }
        if (fresh)
            m_list->setCurrentItem(fresh);
        if (m_list->currentRow() < 0) // what followed it
            m_list->setCurrentRow(std::clamp(row, 0, std::max(0, m_list->count() - 1)));
    }
    tell(m_profiles.problems.join('\n'));
    refresh();
}

void ProfilesPage::tell(const QString& problem) {
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    emit told();
}

const ProgramProfile* ProfilesPage::chosen() const {
    const auto row = m_list->currentRow();
    return row < 0 || row >= m_profiles.all.size() ? nullptr : &m_profiles.all[row];
}

void ProfilesPage::refresh() {
    const auto* const profile = chosen();
    m_words->setText(profile ? profileLines(*profile).join("\n\n") : QString());
    m_change->setEnabled(profile && !profile->replaced);
    m_remove->setEnabled(profile && profile->from == ProgramProfile::From::Person);
    m_change->setToolTip(profile && profile->from != ProgramProfile::From::Person
                             ? tr("A file of yours takes its place")
                             : QString());
}

void ProfilesPage::edit(const ProgramProfile& profile) {
    m_undoBar->hide();
    auto* const dialog = new ProfileDialog(profile, this);
    connect(dialog, &ProfileDialog::written, this, &ProfilesPage::read);
    dialog->open();
}

// As it is now: whatever else writes such files may have done so since the list was made.
void ProfilesPage::change() {
    const auto* const before = chosen();
    if (!before)
        return;
    const auto was = *before;
    read();
    const auto now =
        std::find_if(m_profiles.all.begin(), m_profiles.all.end(), [&](const auto& profile) {
            return profile.id == was.id && profile.from == was.from;
        });
    if (now != m_profiles.all.end())
        return edit(ProgramProfile(*now));
    if (m_profiles.problems.isEmpty()) // else they say more
        tell(tr("The profile of %1 is not there any more.").arg(programsText(was)));
}

void ProfilesPage::remove() {
    const auto* const found = chosen();
    if (!found || found->from != ProgramProfile::From::Person)
        return;
    const auto profile = *found;
    m_undoBar->hide();
    if (changedMeanwhile(profile)) { // nobody deletes what they have not seen
        const bool gone = profileFile(profile).isNull();
        read();
        if (m_profiles.problems.isEmpty()) // else they say more
            tell(gone ? tr("The profile of %1 is not there any more.").arg(programsText(profile))
                      : tr("Something else changed the profile of %1 meanwhile. Look at what it "
                           "says now, and delete it then.")
                            .arg(programsText(profile)));
        return;
    }
    m_trashed = trashProfile(profile);
    QString problem;
    if (!m_trashed.isEmpty()) {
        m_removed = profile;
        m_undoWords->setText(
            tr("The profile of %1 is in the wastebasket.").arg(programsText(profile)));
        m_undoBar->show();
    } else if (!profileFile(profile).isNull()) {
        if (!isForGood(profile))
            return;
        problem = removeProfile(profile);
    }
    read();
    if (!problem.isEmpty())
        tell(problem);
    m_list->setFocus(); // the button has nothing to do at what follows, perhaps
}

bool ProfilesPage::isForGood(const ProgramProfile& profile) {
    QMessageBox box(QMessageBox::Question, tr("Delete a profile"),
                    tr("Delete the profile of %1 for good?").arg(programsText(profile)),
                    QMessageBox::NoButton, this);
    tellPlainly(box, tr("There is no wastebasket here that it could be fetched back from."));
    auto* const deletes = box.addButton(tr("&Delete for good"), QMessageBox::DestructiveRole);
    box.setDefaultButton(box.addButton(QMessageBox::Cancel));
    box.exec();
    return box.clickedButton() == deletes;
}

void ProfilesPage::undo() {
    m_undoBar->hide();
    const auto problem = untrashProfile(m_removed, std::exchange(m_trashed, {}));
    read();
    if (!problem.isEmpty())
        tell(problem);
    m_list->setFocus();
}

// Whoever has none yet finds an empty folder, and whatever shows folders.
void ProfilesPage::showFolder() {
    const auto folder = ownProfileFolder();
    if (QDir().mkpath(folder) && QDesktopServices::openUrl(QUrl::fromLocalFile(folder)))
        return;
    tell(tr("Your profiles are files in %1.").arg(printable(folder)));
}

} // namespace entracte::desktop
