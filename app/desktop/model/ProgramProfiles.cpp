#include "app/desktop/model/ProgramProfiles.h"

#include "app/desktop/model/Wording.h"
#include "app/desktop/model/Words.h"
#include "session/launch/Profile.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSaveFile>

#include <utility>

namespace entracte::desktop {

namespace {

constexpr qint64 kMaxFile = 64 * 1024; // bytes; no session reads a larger one

struct Words {
    Q_DECLARE_TR_FUNCTIONS(ProgramProfiles)
};

// Why those that come with Entracte are as they are, in the person's language.
constexpr std::pair<const char*, const char*> kNotes[] = {
    {"any", QT_TRANSLATE_NOOP("ProgramProfiles",
                              "Sandboxes that a program makes of namespaces cannot be saved, and a "
                              "session is refused them: these programs would end instead of doing "
                              "without. The session's own container stays around them.")},
    {"chromium",
     QT_TRANSLATE_NOOP("ProgramProfiles",
                       "Its own sandbox cannot be saved, and neither can what lives in a graphics "
                       "card: pages are drawn by the processor. Pages are kept apart from the "
                       "system by the session's container, but not from your files; for pages that "
                       "you do not trust use a browser outside of a session.")}};

ProgramProfile seen(const launch::Profile& profile, ProgramProfile::From from) {
    ProgramProfile view;
    view.id = QString::fromStdString(profile.id);
    view.from = from;
    for (const auto& name : profile.match)
        view.programs.append(QString::fromStdString(name));
    for (const auto& word : profile.arguments)
        view.arguments.append(QString::fromStdString(word));
    for (const auto& [name, value] : profile.environment)
        view.environment.insert(QString::fromStdString(name), QString::fromStdString(value));
    view.notes = QString::fromStdString(profile.notes).simplified();
    if (from == ProgramProfile::From::Entracte)
        for (const auto& [id, notes] : kNotes)
            if (profile.id == id)
                view.notes = Words::tr(notes);
    return view;
}

// A basic string of TOML.
QString quoted(const QString& text) {
    QString string = QStringLiteral("\"");
    for (const auto character : text) {
        if (character == '"' || character == '\\')
            string += '\\';
        if (character.unicode() < 0x20 || character.unicode() == 0x7f)
            string += QStringLiteral("\\u%1").arg(character.unicode(), 4, 16, QLatin1Char('0'));
        else
            string += character;
    }
    return string + '"';
}

QString quoted(const QStringList& list) {
    QStringList strings;
    for (const auto& one : list)
        strings.append(quoted(one));
    return '[' + strings.join(", ") + ']';
}

QByteArray fileOf(const ProgramProfile& profile) {
    QString text = "match = " + quoted(profile.programs) + '\n';
    if (!profile.arguments.isEmpty())
        text += "arguments = " + quoted(profile.arguments) + '\n';
    if (!profile.notes.isEmpty())
        text += "notes = " + quoted(profile.notes) + '\n';
    if (!profile.environment.isEmpty())
        text += "\n[environment]\n";
    for (auto one = profile.environment.begin(); one != profile.environment.end(); ++one)
        text += one.key() + " = " + quoted(one.value()) + '\n';
    return text.toUtf8();
}

QString placeOf(const QString& id) {
    return ownProfileFolder() + '/' + id + ".toml";
}

// Of the person's, by id.
QMap<QString, QByteArray> ownFiles() {
    QMap<QString, QByteArray> files;
    for (const auto& info : QDir(ownProfileFolder()).entryInfoList({"*.toml"}, QDir::Files)) {
        QFile file(info.filePath());
        if (file.open(QIODevice::ReadOnly))
            files.insert(info.completeBaseName(), file.read(kMaxFile));
    }
    return files;
}

// Named after its program, and as no other is: one of another's name would take its place.
QString freshId(const QString& program) {
    static const QRegularExpression unusual("[^A-Za-z0-9._+-]");
    auto base = program;
    base.replace(unusual, "-");
    if (base.isEmpty() || base.startsWith('.') || base == "*" || base == "-")
        base = "profile";
    QStringList taken;
    for (const auto& one : ProgramProfiles::read().all)
        taken.append(one.id);
    auto id = base;
    for (int number = 2; taken.contains(id) || QFile::exists(placeOf(id)); ++number)
        id = QStringLiteral("%1-%2").arg(base).arg(number);
    return id;
}

} // namespace

ProgramProfiles ProgramProfiles::read() {
    ProgramProfiles profiles;
    std::vector<std::string> problems;
    launch::Profiles places[] = {launch::builtInProfiles(), {}, {}};
    launch::addProfiles(places[1], launch::kSystemProfiles, problems);
    // Before they are understood: one that is written in between counts as changed.
    const auto files = ownFiles();
    if (const auto own = launch::ownProfiles(); !own.empty())
        launch::addProfiles(places[2], own, problems);
    using From = ProgramProfile::From;
    constexpr From kFrom[] = {From::Entracte, From::Computer, From::Person};
    for (int place = 0; place < 3; ++place)
        for (const auto& [id, profile] : places[place]) {
            auto view = seen(profile, kFrom[place]);
            if (view.from == From::Person)
                view.file = files.value(view.id);
            for (int later = place + 1; later < 3; ++later)
                view.replaced = view.replaced || places[later].contains(id);
            profiles.all.append(std::move(view));
        }
    for (const auto& problem : problems)
        profiles.problems.append(printable(QString::fromStdString(problem)));
    return profiles;
}

QString ownProfileFolder() {
    return QString::fromStdString(launch::ownProfiles());
}

QString writeProfile(const ProgramProfile& profile) {
    const auto id = profile.id.isEmpty() ? freshId(profile.programs.value(0)) : profile.id;
    const auto text = fileOf(profile);
    // What a session could not read is not written.
    if (const auto read = launch::parseProfile(id.toStdString(), text.toStdString()); !read)
        return printable(QString::fromStdString(read.error().sentence()));
    QSaveFile file(placeOf(id));
    // One that could not be read is not in the list, and is the person's all the same.
    if (profile.from != ProgramProfile::From::Person && QFile::exists(file.fileName()))
        return Words::tr("%1 is there already.").arg(printable(file.fileName()));
    if (!QDir().mkpath(ownProfileFolder()) || !file.open(QIODevice::WriteOnly) ||
        file.write(text) < 0 || !file.commit())
        return Words::tr("%1 cannot be written: %2")
            .arg(printable(file.fileName()), file.errorString());
    return {};
}

QByteArray profileFile(const ProgramProfile& profile) {
    return ownFiles().value(profile.id);
}

bool changedMeanwhile(const ProgramProfile& profile) {
    return profile.from == ProgramProfile::From::Person && !profile.id.isEmpty() &&
           profileFile(profile) != profile.file;
}

QString trashProfile(const ProgramProfile& profile) {
    QString trashed;
    return QFile::moveToTrash(placeOf(profile.id), &trashed) ? trashed : QString();
}

QString untrashProfile(const ProgramProfile& profile, const QString& trashed) {
    const auto place = placeOf(profile.id);
    if (QFile::exists(place))
        return Words::tr("%1 is there already.").arg(printable(place));
    QFile file(trashed);
    if (!QDir().mkpath(ownProfileFolder()) || !file.rename(place))
        return Words::tr("%1 cannot be written: %2").arg(printable(place), file.errorString());
    // What the wastebasket knows of it (the XDG trash specification).
    const QFileInfo was(trashed);
    QFile::remove(was.path() + "/../info/" + was.fileName() + ".trashinfo");
    return {};
}

QString removeProfile(const ProgramProfile& profile) {
    QFile file(placeOf(profile.id));
    return file.remove() ? QString()
                         : Words::tr("%1 cannot be removed: %2")
                               .arg(printable(file.fileName()), file.errorString());
}

QString programsText(const ProgramProfile& profile) {
    if (profile.isForEverything())
        return Words::tr("Every program");
    // The place is short.
    const auto many = profile.programs.size() > 2;
    const auto named = printable(profile.programs.mid(0, many ? 1 : 2).join(", "));
    const auto more = static_cast<int>(profile.programs.size()) - 1;
    return many ? Words::tr("%1 and %n more", "programs", more).arg(named) : named;
}

QStringList profileLines(const ProgramProfile& profile) {
    QStringList lines;
    if (!profile.notes.isEmpty())
        lines.append(printable(profile.notes));
    if (profile.programs.size() > 2)
        lines.append(Words::tr("Programs: %1").arg(printable(profile.programs.join(", "))));
    const auto before = lines.size();
    if (!profile.arguments.isEmpty())
        lines.append(Words::tr("Started with: %1").arg(printable(quotedWords(profile.arguments))));
    QStringList variables;
    for (auto one = profile.environment.begin(); one != profile.environment.end(); ++one)
        variables.append(printable(one.key() + '=' + one.value()));
    if (!variables.isEmpty())
        lines.append(Words::tr("Set for it: %1").arg(variables.join(", ")));
    if (lines.size() == before)
        lines.append(Words::tr("It changes nothing."));
    return lines;
}

} // namespace entracte::desktop
