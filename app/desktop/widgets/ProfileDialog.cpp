#include "app/desktop/widgets/ProfileDialog.h"

#include "app/desktop/model/Wording.h"
#include "app/desktop/model/Words.h"
#include "app/desktop/widgets/Pieces.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QVBoxLayout>

namespace entracte::desktop {

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
    m_programs->setText(quotedNames(profile.programs));
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
    auto profile = m_profile;
    profile.programs = typedNames(m_programs->text());
    profile.arguments = typedWords(m_arguments->text());
    profile.environment.clear();
    for (const auto& word : typedWords(m_variables->text()))
        profile.environment.insert(word.section('=', 0, 0), word.section('=', 1));
    profile.notes = m_notes->text().trimmed();
    return profile;
}

QString ProfileDialog::wrongWords() const {
    QString wrong;
    for (const auto* const line : {m_programs, m_arguments, m_variables})
        if (!line->text().trimmed().isEmpty() && typedWords(line->text()).isEmpty())
            wrong = tr("A quotation does not end.");
    for (const auto& word : typedWords(m_variables->text()))
        if (word.indexOf('=') < 1)
            wrong = tr("“%1” is not of the form NAME=VALUE.").arg(printable(word));
    return wrong;
}

// What cannot be read as it stands is said while it is typed.
void ProfileDialog::refresh() {
    const auto wrong = wrongWords();
    if (!wrong.isEmpty() || !m_replaces)
        tell(wrong);
    else
        tell(tr("Something else changed this profile meanwhile. Replace it with what stands here, "
                "or cancel, and open it again to see what it says now."));
    m_save->setEnabled(wrong.isEmpty() && !typed().programs.isEmpty());
}

void ProfileDialog::tell(const QString& problem) {
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    if (isVisible())
        growToFit(this);
}

void ProfileDialog::accept() {
    // Only what the person knows of is written over.
    if (changedMeanwhile(m_profile)) {
        m_profile.file = profileFile(m_profile);
        m_replaces = true;
        m_save->setText(tr("&Replace"));
        return refresh();
    }
    const auto problem = writeProfile(typed());
    if (!problem.isEmpty())
        return tell(problem);
    emit written();
    QDialog::accept();
}

} // namespace entracte::desktop
