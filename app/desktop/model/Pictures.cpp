#include "app/desktop/model/Pictures.h"

#include "EntracteProxies.h" // generated
#include "app/desktop/model/Wording.h"

#include <QDBusPendingCallWatcher>
#include <QDBusUnixFileDescriptor>
#include <QFile>

#include <unistd.h>

namespace entracte::desktop {

namespace {

constexpr int kMostKept = 300;
constexpr qint64 kMostBytes = 4 << 20; // a picture of 480x300 has less than one

QByteArray readAll(const QDBusUnixFileDescriptor& descriptor) {
    QFile file;
    if (!descriptor.isValid() ||
        !file.open(descriptor.fileDescriptor(), QIODevice::ReadOnly, QFile::DontCloseHandle))
        return {};
    file.seek(0);
    return file.read(kMostBytes);
}

} // namespace

Pictures::Pictures(const HelperLink& link, QObject* parent)
    : QObject(parent), m_link(link), m_known(kMostKept) {
    connect(&link, &HelperLink::allTold, this, [this] {
        m_known.clear();
        m_asked.clear();
    });
}

void Pictures::forget() {
    m_known.clear();
    m_asked.clear();
    ++m_age;
    emit forgotten();
}

Pictures::Seen Pictures::of(const QString& snapshot) {
    if (const auto* const known = m_known.object(snapshot))
        return *known;
    if (!m_asked.contains(snapshot) && m_link.reach() == HelperLink::Reach::Here)
        ask(snapshot);
    return {};
}

void Pictures::ask(const QString& snapshot) {
    m_asked.insert(snapshot);
    const auto proxy = m_link.client().proxy<OrgEntracteEntracte1SnapshotInterface>(snapshot);
    auto* const titles = new QDBusPendingCallWatcher(proxy->ListWindows(), this);
    auto* const picture = new QDBusPendingCallWatcher(proxy->Thumbnail(), this);
    const auto look = [this, snapshot, titles, picture, age = m_age] {
        if (!titles->isFinished() || !picture->isFinished())
            return;
        titles->deleteLater();
        picture->deleteLater();
        if (age != m_age)
            return;
        auto* const seen = new Seen;
        const QDBusPendingReply<QDBusUnixFileDescriptor> file = *picture;
        if (file.isValid())
            seen->png = readAll(file.value());
        const QDBusPendingReply<EntracteWindows> windows = *titles;
        seen->told = windows.isValid();
        if (windows.isValid())
            seen->windows = windows.value();
        m_asked.remove(snapshot);
        m_known.insert(snapshot, seen);
        emit arrived(snapshot);
    };
    connect(titles, &QDBusPendingCallWatcher::finished, this, look);
    connect(picture, &QDBusPendingCallWatcher::finished, this, look);
}

} // namespace entracte::desktop
