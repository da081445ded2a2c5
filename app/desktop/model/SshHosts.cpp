#include "app/desktop/model/SshHosts.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

namespace entracte::desktop {

namespace {

constexpr int kDeepest = 8;          // includes within includes; ssh allows 16
constexpr qint64 kLargest = 1 << 20; // bytes of a file
constexpr qsizetype kMost = 500;

// Of a line "Keyword value value" or "Keyword=value"; quotation marks hold words together.
QStringList words(const QString& line) {
    static const QRegularExpression word(R"re("([^"]*)"|[^\s="]+)re");
    QStringList found;
    for (auto it = word.globalMatch(line); it.hasNext();) {
        const auto match = it.next();
        found.append(match.captured(1).isNull() ? match.captured() : match.captured(1));
    }
    return found;
}

void read(const QString& path, int depth, QStringList& hosts) {
    QFile file(path);
    if (depth > kDeepest || !QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly))
        return;
    const auto text = QString::fromUtf8(file.read(kLargest));
    for (const auto& line : text.split('\n')) {
        const auto all = words(line.trimmed());
        if (all.size() < 2 || all.first().startsWith('#'))
            continue;
        const auto keyword = all.first().toLower();
        for (const auto& value : all.mid(1)) {
            static const QRegularExpression pattern(R"([*?!])");
            if (keyword == "host" && !value.contains(pattern) && !hosts.contains(value) &&
                hosts.size() < kMost)
                hosts.append(value);
            if (keyword != "include")
                continue;
            auto included = value;
            if (included.startsWith("~/"))
                included.replace(0, 1, QDir::homePath());
            const QFileInfo where(QDir(QDir::homePath() + "/.ssh"), included);
            for (const auto& one :
                 where.dir().entryList({where.fileName()}, QDir::Files | QDir::Hidden))
                read(where.dir().filePath(one), depth + 1, hosts);
        }
    }
}

} // namespace

QStringList sshHosts(const QString& file) {
    QStringList hosts;
    read(file, 0, hosts);
    return hosts;
}

QStringList personsSshHosts() {
    return sshHosts(QDir::homePath() + "/.ssh/config");
}

} // namespace entracte::desktop
