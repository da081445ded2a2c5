#include "app/desktop/widgets/ProfilesPage.h"

#include "app/desktop/model/InstalledPrograms.h"
#include "app/desktop/model/Wording.h"
#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/Pieces.h"

#include <QDesktopServices>
#include <QDialogButtonBox>
#include <QDir>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QRegularExpression>
#include <QUrl>
#include <QVBoxLayout>

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
      m_remove(new QPushButton(tr("&Delete"), this)) {
    m_list->setAccessibleName(tr("Program profiles"));
    m_list->setMinimumHeight(100);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_words->setAlignment(Qt::AlignLeading | Qt::AlignTop);
    // As high as the longest of those that come with Entracte: the rest stays where it is.
    m_words->setMinimumHeight(m_words->fontMetrics().lineSpacing() * 10);
    auto* const folder = new QPushButton(actionIcon("folder"), tr("Open the &folder"), this);
    for (auto* const button : {m_add, m_change, m_remove, folder})
        button->setAutoDefault(false);
    connect(m_list, &QListWidget::currentRowChanged, this, &ProfilesPage::refresh);
    connect(m_list, &QListWidget::itemActivated, m_change, &QPushButton::click);
    connect(m_add, &QPushButton::clicked, this, [this] { edit({}); });
    connect(m_change, &QPushButton::clicked, this, [this] {
        if (const auto* const profile = chosen())
            edit(*profile);
    });
    connect(m_remove, &QPushButton::clicked, this, &ProfilesPage::remove);
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
    column->addLayout(buttons);
    read();
}

// Whatever else writes such files (an editor, a package), they are what counts.
void ProfilesPage::read() {
    const auto* const before = chosen();
    const auto id = before ? before->id : QString();
    m_profiles = ProgramProfiles::read();
    {
        const QSignalBlocker quiet(m_list);
        m_list->clear();
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
        }
        if (m_list->currentRow() < 0)
            m_list->setCurrentRow(0);
    }
    m_problem->setText(m_profiles.problems.join('\n'));
    m_problem->setVisible(!m_profiles.problems.isEmpty());
    refresh();
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
    auto* const dialog = new ProfileDialog(profile, this);
    connect(dialog, &ProfileDialog::written, this, &ProfilesPage::read);
    dialog->open();
}

void ProfilesPage::remove() {
    const auto* const profile = chosen();
    if (!profile || profile->from != ProgramProfile::From::Person)
        return;
    const auto problem = removeProfile(*profile);
    read();
    if (problem.isEmpty())
        return;
    m_problem->setText(problem);
    m_problem->show();
}

// Whoever has none yet finds an empty folder, and whatever shows folders.
void ProfilesPage::showFolder() {
    const auto folder = ownProfileFolder();
    if (QDir().mkpath(folder) && QDesktopServices::openUrl(QUrl::fromLocalFile(folder)))
        return;
    m_problem->setText(tr("Your profiles are files in %1.").arg(printable(folder)));
    m_problem->show();
}

ProfileDialog::ProfileDialog(const ProgramProfile& profile, QWidget* parent)
    : QDialog(parent), m_profile(profile), m_programs(new QLineEdit(this)),
      m_arguments(new QLineEdit(this)), m_variables(new QLineEdit(this)),
      m_notes(new QLineEdit(this)), m_problem(problemLabel(this)) {
    setAttribute(Qt::WA_DeleteOnClose);
    const bool isNew = profile.programs.isEmpty();
    setWindowTitle(isNew ? tr("New profile") : tr("Change a profile"));
    m_programs->setPlaceholderText(tr("For example: inkscape; * for every program"));
    m_arguments->setPlaceholderText(tr("For example: --disable-gpu"));
    m_variables->setPlaceholderText(tr("For example: GDK_RENDERING=image"));
    m_notes->setPlaceholderText(tr("Why"));
    m_programs->setText(profile.programs.join(", "));
    m_arguments->setText(quotedWords(profile.arguments));
    QStringList variables;
    for (auto one = profile.environment.begin(); one != profile.environment.end(); ++one)
        variables.append(one.key() + '=' + one.value());
    m_variables->setText(quotedWords(variables));
    m_notes->setText(profile.notes);
    auto* const form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    form->addRow(tr("&Programs:"), m_programs);
    form->addRow(tr("Start them &with:"), m_arguments);
    form->addRow(tr("Se&t for them:"), m_variables);
    form->addRow(tr("&Note:"), m_notes);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_save = buttons->addButton(QDialogButtonBox::Save);
    makePrimary(m_save);
    m_save->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addWidget(title(isNew ? tr("How a program is started") : windowTitle(), this, 1.15));
    column->addLayout(form);
    column->addWidget(faintLabel(tr("Names of programs without folders, with commas between them. "
                                    "Words with spaces in quotation marks, as in a terminal. It "
                                    "counts when such a program is started next."),
                                 this, 0.95));
    column->addWidget(m_problem);
    column->addStretch(1);
    column->addWidget(buttons);
    for (auto* const line : {m_programs, m_arguments, m_variables, m_notes})
        connect(line, &QLineEdit::textChanged, this, &ProfileDialog::refresh);
    refresh();
    fitHeight(this, 480);
}

ProgramProfile ProfileDialog::typed() const {
    static const QRegularExpression between(R"([\s,;]+)");
    auto profile = m_profile;
    profile.programs = m_programs->text().split(between, Qt::SkipEmptyParts);
    profile.arguments = typedWords(m_arguments->text());
    profile.environment.clear();
    for (const auto& word : typedWords(m_variables->text()))
        profile.environment.insert(word.section('=', 0, 0), word.section('=', 1));
    profile.notes = m_notes->text().trimmed();
    return profile;
}

// What cannot be read as it stands is said while it is typed.
void ProfileDialog::refresh() {
    const auto unended = [](const QLineEdit* line) {
        return !line->text().trimmed().isEmpty() && typedWords(line->text()).isEmpty();
    };
    QString problem;
    if (unended(m_arguments) || unended(m_variables))
        problem = tr("A quotation does not end.");
    for (const auto& word : typedWords(m_variables->text()))
        if (word.indexOf('=') < 1)
            problem = tr("“%1” is not of the form NAME=VALUE.").arg(printable(word));
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_save->setEnabled(problem.isEmpty() && !typed().programs.isEmpty());
}

void ProfileDialog::accept() {
    const auto problem = writeProfile(typed());
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    if (!problem.isEmpty())
        return;
    emit written();
    QDialog::accept();
}

} // namespace entracte::desktop
