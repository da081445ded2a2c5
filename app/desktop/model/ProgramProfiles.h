#pragma once

// Profiles: how a program is started so that it can be saved (entracte-profile(5)), as a person
// sees them: those that come with Entracte, the computer's, and the person's own, which they can
// make, change and delete. A session reads the files; here they are only looked at and written.

#include <QByteArray>
#include <QList>
#include <QMap>
#include <QString>
#include <QStringList>

namespace entracte::desktop {

struct ProgramProfile {
    enum class From { Entracte, Computer, Person };

    QString id; // the file's name without ".toml"; empty: it has none yet
    From from = From::Person;
    bool replaced = false; // one of the same name takes its place
    QStringList programs;  // "*": every one
    QStringList arguments;
    QMap<QString, QString> environment;
    QString notes;
    QByteArray file; // the person's: what it held when it was read

    bool isForEverything() const { return programs.contains("*"); }
};

struct ProgramProfiles {
    QList<ProgramProfile> all; // Entracte's first, the person's last
    QStringList problems;      // files that cannot be read, a sentence each
    static ProgramProfiles read();
};

QString ownProfileFolder();
// As a file of the person's: under its name, or under a new one that nothing else has. A sentence
// says why it could not be.
QString writeProfile(const ProgramProfile& profile);
// Something else wrote or removed its file since it was read.
bool changedMeanwhile(const ProgramProfile& profile);
// As it is now.
QByteArray profileFile(const ProgramProfile& profile);

// Where it lies in the wastebasket; empty where there is none, and then nothing has happened.
QString trashProfile(const ProgramProfile& profile);
// Puts it back from there. A sentence says why it could not be.
QString untrashProfile(const ProgramProfile& profile, const QString& trashed);
// For good. A sentence says why it could not be.
QString removeProfile(const ProgramProfile& profile);

// "Every program", "gimp and 2 more"
QString programsText(const ProgramProfile& profile);
// Why, and what is given to these programs, a paragraph each.
QStringList profileLines(const ProgramProfile& profile);

} // namespace entracte::desktop
