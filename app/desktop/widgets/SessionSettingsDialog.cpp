#include "app/desktop/widgets/SessionSettingsDialog.h"

#include "app/desktop/widgets/Choices.h"
#include "app/desktop/widgets/KeepRules.h"
#include "app/desktop/widgets/Pieces.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QVBoxLayout>

namespace entracte::desktop {

namespace {
constexpr int kWidth = 390; // pixels
}

SessionSettingsDialog::SessionSettingsDialog(Desk& desk, const QString& session, QWidget* parent)
    : PagedDialog(new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel), kWidth,
                  parent),
      m_desk(desk) {
    if (const auto* const found = desk.catalog.sessions.find(session))
        m_session = *found;
    setWindowTitle(tr("Settings of “%1”").arg(printable(m_session.name)));
    addPage(snapshotsPage(), tr("&Snapshots"));
    addPage(reachPage(), tr("Limits and &access"));
    connect(m_rules, &KeepRules::previewed, this, &SessionSettingsDialog::fit);
    m_rules->tryOn(m_session.path);
    fit();
}

QWidget* SessionSettingsDialog::snapshotsPage() {
    auto* const page = new QWidget;
    auto* const column = new QVBoxLayout(page);
    column->setSpacing(10);
    column->addWidget(title(tr("Automatic snapshots"), this, 1.1));
    m_interval = intervalBox(m_session.scheduleSeconds, this);
    auto* const form = new QFormLayout;
    form->addRow(tr("Save &it:"), m_interval);
    column->addLayout(form);
    column->addWidget(
        faintLabel(tr("Only when its programs did something since the last time."), this, 0.95));
    m_comesBack = new QCheckBox(tr("&Resume it by itself when it was interrupted"), this);
    m_comesBack->setChecked(m_session.resumeAutomatically);
    column->addWidget(m_comesBack);
    column->addSpacing(8);
    column->addWidget(title(tr("Which snapshots are kept"), this, 1.1));
    m_rules = new KeepRules(m_desk, m_session.retention, this);
    column->addWidget(m_rules);
    column->addStretch(1);
    return page;
}

// What it was started with stays as it is; what it may use at most can be changed at any time.
QWidget* SessionSettingsDialog::reachPage() {
    auto* const page = new QWidget;
    auto* const column = new QVBoxLayout(page);
    column->setSpacing(10);
    column->addWidget(title(tr("What it may use"), this, 1.1));
    m_limits = new LimitsChoice(this, m_session.memoryLimit, m_session.cpuLimitPercent);
    column->addWidget(m_limits);
    if (m_session.processLimit > 0)
        column->addWidget(wrapped(
            tr("At most %n process(es)", nullptr, static_cast<int>(m_session.processLimit)), this));
    if (m_session.screen == "window") {
        m_clipboard = new QCheckBox(tr("Share the clip&board with my desktop"), this);
        m_clipboard->setChecked(m_session.clipboard);
        column->addWidget(m_clipboard);
    }
    column->addSpacing(8);
    column->addWidget(title(tr("What it reaches"), this, 1.1));
    auto* const form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    const auto fact = [&](const QString& name, const QString& value) {
        auto* const label = faintLabel(name, this);
        label->setWordWrap(false);
        label->setAlignment(Qt::AlignLeading | Qt::AlignTop);
        auto* const words = wrapped(value, this);
        words->setTextInteractionFlags(Qt::TextSelectableByMouse);
        form->addRow(label, words);
    };
    if (!screenText(m_session).isEmpty())
        fact(tr("Screen"), screenText(m_session));
    fact(tr("Network"), networkText(m_session));
    QStringList folders;
    for (const auto& folder : m_session.share)
        folders.append(printable(folder));
    for (const auto& folder : m_session.shareReadOnly)
        folders.append(tr("%1, to read only", "a folder").arg(printable(folder)));
    if (folders.isEmpty())
        folders.append(tr("None: what its programs save stays inside it."));
    fact(tr("Shared folders"), folders.join('\n'));
    if (m_session.isPrivate)
        fact(tr("Desktop"), tr("Its notifications, links and sound stay inside it."));
    column->addLayout(form);
    column->addWidget(
        faintLabel(tr("Network and folders are chosen when it is started."), this, 0.95));
    column->addStretch(1);
    return page;
}

void SessionSettingsDialog::accept() {
    const auto seconds = m_interval->currentData().toUInt();
    if (seconds != m_session.scheduleSeconds)
        m_desk.actions.setSchedule(m_session.path, seconds);
    // However it was written.
    if (m_rules->keep().text() != Keep::ofText(m_session.retention).text())
        m_desk.actions.setRetention(m_session.path, m_rules->keep().text());
    if (m_comesBack->isChecked() != m_session.resumeAutomatically)
        m_desk.actions.setResumeAutomatically(m_session.path, m_comesBack->isChecked());
    if (m_clipboard && m_clipboard->isChecked() != m_session.clipboard)
        m_desk.actions.setClipboard(m_session.path, m_clipboard->isChecked());
    if (m_limits->memory() != m_session.memoryLimit ||
        m_limits->cpuPercent() != m_session.cpuLimitPercent) {
        StartRequest limits;
        limits.memoryBytes = m_limits->memory();
        limits.cpuPercent = m_limits->cpuPercent();
        limits.processes = m_session.processLimit;
        m_desk.actions.setLimits(m_session.path, limits);
    }
    QDialog::accept();
}

} // namespace entracte::desktop
