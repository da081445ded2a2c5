#include "app/desktop/model/InstalledPrograms.h"

#include "app/desktop/model/Words.h"

#include <QCollator>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QStandardPaths>

#include <algorithm>
#include <utility>

namespace entracte::desktop {

namespace {

constexpr qint64 kMaxFileBytes = 1 << 20;

using Entry = QHash<QString, QString>;

// The keys of the group [Desktop Entry].
Entry readEntry(const QString& path) {
    QFile file(path);
    if (file.size() > kMaxFileBytes || !file.open(QIODevice::ReadOnly))
        return {};
    Entry entry;
    bool inside = false;
    const auto lines = QString::fromUtf8(file.readAll()).split('\n');
    for (const auto& raw : lines) {
        const auto line = raw.trimmed();
        if (line.startsWith('[')) {
            inside = line == "[Desktop Entry]";
            continue;
        }
        const auto equals = line.indexOf('=');
        if (inside && equals > 0 && !line.startsWith('#'))
            entry.insert(line.left(equals).trimmed(), line.mid(equals + 1).trimmed());
    }
    return entry;
}

// The value in the person's language: Name[de_DE], Name[de], Name.
QString localised(const Entry& entry, const QString& key) {
    const auto language = QLocale().name();
    for (const auto& variant : {language, language.section('_', 0, 0)})
        if (const auto found = entry.find(key + '[' + variant + ']'); found != entry.end())
            return *found;
    return entry.value(key);
}

bool isShown(const Entry& entry) {
    if (entry.value("Type") != "Application" || entry.value("NoDisplay") == "true" ||
        entry.value("Hidden") == "true" || entry.value("Exec").isEmpty())
        return false;
    const auto here = qEnvironmentVariable("XDG_CURRENT_DESKTOP").split(':', Qt::SkipEmptyParts);
    const auto namesUs = [&](const QString& key) {
        const auto named = entry.value(key).split(';', Qt::SkipEmptyParts);
        return std::any_of(here.begin(), here.end(),
                           [&](const QString& desktop) { return named.contains(desktop); });
    };
    if (entry.contains("OnlyShowIn") && !namesUs("OnlyShowIn"))
        return false;
    return !namesUs("NotShowIn");
}

bool canRun(const QString& program) {
    return program.contains('/') ? QFileInfo(program).isExecutable()
                                 : !QStandardPaths::findExecutable(program).isEmpty();
}

} // namespace

InstalledPrograms InstalledPrograms::ofPerson() {
    QStringList directories;
    for (const auto& data : QStandardPaths::standardLocations(QStandardPaths::GenericDataLocation))
        directories.append(data + "/applications");
    return in(directories);
}

InstalledPrograms InstalledPrograms::in(const QStringList& directories) {
    InstalledPrograms programs;
    programs.m_unread = directories;
    return programs;
}

const QList<InstalledProgram>& InstalledPrograms::all() const {
    read();
    return m_all;
}

void InstalledPrograms::read() const {
    const auto directories = std::exchange(m_unread, {});
    if (directories.isEmpty())
        return;
    QStringList seen;
    for (const auto& directory : directories) {
        QDirIterator files(directory, {"*.desktop"}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const auto path = files.next();
            const auto id = QDir(directory).relativeFilePath(path).replace('/', '-');
            if (seen.contains(id))
                continue;
            seen.append(id);
            const auto entry = readEntry(path);
            InstalledProgram program{id,
                                     localised(entry, "Name"),
                                     localised(entry, "Comment"),
                                     entry.value("Icon"),
                                     execWords(entry.value("Exec")),
                                     entry.value("Terminal") == "true"};
            if (isShown(entry) && !program.command.isEmpty() && canRun(program.command.first()))
                m_all.append(program);
        }
    }
    QCollator collator;
    collator.setCaseSensitivity(Qt::CaseInsensitive);
    std::stable_sort(m_all.begin(), m_all.end(),
                     [&](const auto& a, const auto& b) { return collator(a.name, b.name); });
    for (qsizetype i = 0; i < m_all.size(); ++i) {
        const auto name = QFileInfo(m_all[i].command.first()).fileName();
        if (!m_byProgram.contains(name))
            m_byProgram.insert(name, i);
    }
}

const InstalledProgram* InstalledPrograms::ofCommand(const QStringList& command) const {
    if (command.isEmpty())
        return nullptr;
    read();
    const auto found = m_byProgram.find(QFileInfo(command.first()).fileName());
    return found == m_byProgram.end() ? nullptr : &m_all[*found];
}

} // namespace entracte::desktop
