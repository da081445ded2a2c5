#pragma once

// The applications that are installed for this person, from the .desktop files of the XDG data
// directories (Desktop Entry Specification 1.5), and which of them a command is.

#include <QHash>
#include <QString>
#include <QStringList>

namespace entracte::desktop {

struct InstalledProgram {
    QString id;      // "org.kde.kate.desktop"
    QString name;    // in the person's language
    QString comment; // likewise
    QString icon;    // a name of the theme, or a path
    QStringList command;
    bool terminal = false;
};

class InstalledPrograms {
public:
    // What XDG_DATA_HOME and XDG_DATA_DIRS hold, by name. Earlier directories win. Read when it is
    // first asked for: the window is on the screen before that.
    static InstalledPrograms ofPerson();
    static InstalledPrograms in(const QStringList& directories);

    const QList<InstalledProgram>& all() const;
    // The application whose program is the first word of `command`; nullptr for none.
    const InstalledProgram* ofCommand(const QStringList& command) const;

private:
    void read() const;

    mutable QStringList m_unread; // directories
    mutable QList<InstalledProgram> m_all;
    mutable QHash<QString, qsizetype> m_byProgram;
};

} // namespace entracte::desktop
