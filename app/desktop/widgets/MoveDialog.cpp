#include "app/desktop/widgets/MoveDialog.h"

#include "app/common/HostList.h"
#include "app/desktop/widgets/Pieces.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace entracte::desktop {

namespace {

constexpr const char* kLastHosts = "move/hosts"; // the newest first, a line each
constexpr qsizetype kRemembered = 10;

QStringList offeredHosts(const Settings& settings) {
    auto hosts = QString::fromUtf8(settings.bytes(kLastHosts)).split('\n', Qt::SkipEmptyParts);
    for (const auto& known : entracte::knownHosts())
        if (const auto host = QString::fromStdString(known); !hosts.contains(host))
            hosts.append(host);
    return hosts;
}

void remember(Settings& settings, const QString& host) {
    auto hosts = QString::fromUtf8(settings.bytes(kLastHosts)).split('\n', Qt::SkipEmptyParts);
    hosts.removeAll(host);
    hosts.prepend(host);
    settings.setBytes(kLastHosts, hosts.mid(0, kRemembered).join('\n').toUtf8());
}

bool isHost(const QString& text) {
    return checkHostName(text.toStdString()).has_value();
}

} // namespace

MoveDialog::MoveDialog(Desk& desk, const QString& session, QWidget* parent)
    : QDialog(parent), m_desk(desk) {
    setWindowTitle(tr("Move"));
    setAttribute(Qt::WA_DeleteOnClose);
    if (const auto* const found = desk.catalog.sessions.find(session))
        m_session = *found;
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    m_session.move == "given" ? askWhatBecame(column) : askWhere(column);
    fitHeight(this, 520);
}

void MoveDialog::askWhere(QVBoxLayout* column) {
    const bool runs = isAlive(m_session);
    column->addWidget(title(
        tr("Go on with “%1” at another computer").arg(printable(m_session.name)), this, 1.15));
    m_host = new QComboBox(this);
    m_host->setEditable(true);
    m_host->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_host->setInsertPolicy(QComboBox::NoInsert);
    m_host->addItems(offeredHosts(m_desk.settings));
    m_host->lineEdit()->setPlaceholderText(tr("Name of the computer, or user@name"));
    m_host->setAccessibleName(tr("Computer"));
    m_host->lineEdit()->setAccessibleName(tr("Computer"));
    auto* const form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    form->addRow(tr("&Computer:"), m_host);
    column->addLayout(form);
    m_hint = faintLabel({}, this, 0.95);
    column->addWidget(m_hint);
    column->addWidget(title(tr("What will happen"), this, 1));
    QStringList steps;
    if (runs)
        steps << tr("While it runs on here, most of it is sent to the other computer.")
              << tr("Then it stands still for a moment, the rest is sent, and it goes on there: "
                    "its programs, files and windows, on the screen that you use there.");
    else
        steps << tr("It is sent to the other computer, and is suspended there as it is here.");
    steps << tr("Its connections to the network end; its programs connect anew.")
          << tr("Whatever fails before it goes on there, it stays here.");
    auto* const list = new QGridLayout;
    list->setHorizontalSpacing(8);
    list->setVerticalSpacing(10);
    list->setColumnStretch(1, 1);
    for (int row = 0; row < steps.size(); ++row) {
        list->addWidget(new QLabel(QStringLiteral("•"), this), row, 0, Qt::AlignTop);
        list->addWidget(wrapped(steps[row], this), row, 1);
    }
    column->addLayout(list);
    column->addWidget(faintLabel(
        tr("It goes over your ssh, which has to log in without asking in a terminal. The other "
           "computer needs Entracte, and you need the same user name and number there."),
        this, 0.95));
    m_keep = new QCheckBox(tr("&Keep a suspended copy here"), this);
    column->addWidget(m_keep);

    auto* const box = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_go = box->addButton(tr("&Move"), QDialogButtonBox::AcceptRole);
    makePrimary(m_go);
    m_go->setDefault(true);
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(box, &QDialogButtonBox::accepted, this, [this] {
        const auto host = m_host->currentText().trimmed();
        if (!m_go->isEnabled())
            return;
        remember(m_desk.settings, host);
        QStringList arguments{"move", m_session.id, host};
        if (m_keep->isChecked())
            arguments.append("--keep");
        begin(arguments, host);
    });
    connect(m_host, &QComboBox::editTextChanged, this, &MoveDialog::refresh);
    column->addStretch(1);
    column->addSpacing(6);
    column->addWidget(box);
    m_host->setFocus();
    refresh();
}

void MoveDialog::refresh() {
    const auto host = m_host->currentText().trimmed();
    m_go->setEnabled(isHost(host));
    m_hint->setText(host.isEmpty() || isHost(host) ? QString()
                                                   : tr("This is not the name of a computer."));
    m_hint->setVisible(!m_hint->text().isEmpty());
    if (isVisible())
        fitHeight(this, width());
}

void MoveDialog::askWhatBecame(QVBoxLayout* column) {
    const auto peer = printable(m_session.movePeer);
    column->addWidget(title(tr("Where is “%1”?").arg(printable(m_session.name)), this, 1.15));
    column->addWidget(
        wrapped(tr("It was being given to %1 when the connection ended. Until it is known whether "
                   "it runs there, it stays suspended here, so that it never runs twice.")
                    .arg(peer),
                this));
    auto* const box = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    auto* const ask = box->addButton(tr("&Ask %1 again").arg(peer), QDialogButtonBox::AcceptRole);
    makePrimary(ask);
    ask->setDefault(true);
    connect(ask, &QPushButton::clicked, this, [this] {
        begin({"move", m_session.id}, m_session.movePeer);
    });
    auto* const back =
        new QCheckBox(tr("I &know that it does not run there, and never will"), this);
    auto* const take = box->addButton(tr("It is &mine again"), QDialogButtonBox::DestructiveRole);
    take->setEnabled(false);
    connect(back, &QCheckBox::toggled, take, &QWidget::setEnabled);
    connect(take, &QPushButton::clicked, this, [this] {
        begin({"move", m_session.id, "--take-back"}, m_session.movePeer);
    });
    column->addWidget(back);
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    column->addStretch(1);
    column->addSpacing(6);
    column->addWidget(box);
}

void MoveDialog::begin(const QStringList& arguments, const QString& host) {
    m_desk.errands.run({0, "move", m_session.path, m_session.name, host, {}, 0, false}, arguments);
    accept();
}

} // namespace entracte::desktop
