#include "app/desktop/model/Models.h"

#include "app/desktop/model/Wording.h"

#include <QDateTime>

namespace entracte::desktop {

bool isAlive(const SessionView& session) {
    return session.state == "starting" || session.state == "running" || session.state == "detached";
}

bool canSnapshot(const SessionView& session) {
    return session.state == "running" || session.state == "detached";
}

bool canResume(const SessionView& session) {
    // What is elsewhere, or may be, is not brought back here.
    return session.move.isEmpty() &&
           (session.state == "suspended" || session.state == "interrupted");
}

// --- sessions

QVariant SessionModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto& session = at(index.row());
    const auto newest = [&] { return m_snapshots ? m_snapshots->newestOf(session.path) : nullptr; };
    switch (role) {
    case Qt::DisplayRole:
        return printable(session.name);
    case PathRole:
    case SessionRole:
        return session.path;
    case SearchRole:
        return session.name + ' ' + session.command.join(' ') + ' ' + stateText(session, newest());
    case Qt::AccessibleTextRole: {
        const auto text = tr("%1, %2").arg(printable(session.name), stateText(session, newest()));
        const auto blockers = blockersText(session);
        return blockers.isEmpty() ? text : tr("%1, %2").arg(text, blockers);
    }
    case Qt::ToolTipRole: {
        const auto blockers = blockersText(session);
        const auto command = session.command.join(' ');
        return plainTip(blockers.isEmpty() ? command : command + '\n' + blockers);
    }
    default:
        return {};
    }
}

void SessionModel::speakOf(const SnapshotModel& snapshots) {
    m_snapshots = &snapshots;
    const auto sayAgain = [this] {
        if (rowCount() > 0)
            emit dataChanged(index(0), index(rowCount() - 1));
    };
    connect(&snapshots, &QAbstractItemModel::rowsInserted, this, sayAgain);
    connect(&snapshots, &QAbstractItemModel::rowsRemoved, this, sayAgain);
    connect(&snapshots, &QAbstractItemModel::modelReset, this, sayAgain);
}

SessionView SessionModel::viewOf(const QString& path, const QVariantMap& properties) const {
    return sessionView(path, properties);
}

bool SessionModel::comesBefore(const SessionView& a, const SessionView& b) const {
    return a.createdUnixMs < b.createdUnixMs;
}

// --- snapshots

SnapshotModel::SnapshotModel(QObject* parent) : ObjectModel(parent) {
    const auto countAgain = [this] { m_kept.clear(); };
    connect(this, &QAbstractItemModel::dataChanged, this, countAgain);
    connect(this, &QAbstractItemModel::rowsInserted, this, countAgain);
    connect(this, &QAbstractItemModel::rowsRemoved, this, countAgain);
    connect(this, &QAbstractItemModel::modelReset, this, countAgain);
}

SnapshotModel::Kept SnapshotModel::keptOf(const QString& session) const {
    if (m_kept.isEmpty())
        for (int row = 0; row < rowCount(); ++row) {
            auto& kept = m_kept[at(row).session];
            ++kept.count;
            kept.bytes += at(row).storedBytes;
        }
    return m_kept.value(session);
}

QVariant SnapshotModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto& snapshot = at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return snapshotTitle(snapshot);
    case PathRole:
        return snapshot.path;
    case SessionRole:
        return snapshot.session;
    case SearchRole:
        return snapshotTitle(snapshot) + ' ' + timeText(snapshot.takenUnixMs);
    case DayRole:
        return QDateTime::fromMSecsSinceEpoch(snapshot.takenUnixMs).date();
    case Qt::AccessibleTextRole: {
        const auto text = tr("%1, %2, %3")
                              .arg(snapshotTitle(snapshot), timeText(snapshot.takenUnixMs),
                                   snapshotFigures(snapshot));
        return snapshot.encrypted ? tr("%1, encrypted", "a snapshot").arg(text) : text;
    }
    default:
        return {};
    }
}

QList<SnapshotView> SnapshotModel::newest(int count, const QString& session) const {
    QList<SnapshotView> list;
    for (int row = 0; row < rowCount() && list.size() < count; ++row)
        if (session.isEmpty() || at(row).session == session)
            list.append(at(row));
    return list;
}

const SnapshotView* SnapshotModel::newestOf(const QString& session) const {
    for (int row = 0; row < rowCount(); ++row)
        if (at(row).session == session)
            return &at(row);
    return nullptr;
}

const SnapshotView* SnapshotModel::before(const QString& path) const {
    const auto* const known = find(path);
    bool passed = false;
    for (int row = 0; known && row < rowCount(); ++row) {
        if (passed && at(row).session == known->session)
            return &at(row);
        passed = passed || at(row).path == path;
    }
    return nullptr;
}

SnapshotView SnapshotModel::viewOf(const QString& path, const QVariantMap& properties) const {
    return snapshotView(path, properties);
}

bool SnapshotModel::comesBefore(const SnapshotView& a, const SnapshotView& b) const {
    return a.takenUnixMs > b.takenUnixMs;
}

// --- the catalog

Catalog::Catalog(QObject* parent) : QObject(parent) {
    sessions.speakOf(snapshots);
}

void Catalog::follow(HelperLink& link) {
    connect(&link, &HelperLink::allTold, this, &Catalog::allTold);
    connect(&link, &HelperLink::objectAppeared, this, &Catalog::appeared);
    connect(&link, &HelperLink::objectChanged, this, &Catalog::changed);
    connect(&link, &HelperLink::objectVanished, this, &Catalog::vanished);
    connect(&link, &HelperLink::reachChanged, this, [this](HelperLink::Reach reach) {
        if (reach == HelperLink::Reach::Gone)
            jobs.helperGone();
    });
}

void Catalog::allTold(const EntracteObjects& objects) {
    for (auto* const list : m_lists) {
        QList<std::pair<QString, QVariantMap>> found;
        for (auto object = objects.begin(); object != objects.end(); ++object)
            if (object->contains(list->interfaceName()))
                found.append({object.key().path(), object->value(list->interfaceName())});
        list->replaceAll(found);
    }
    emit loaded();
}

void Catalog::appeared(const QString& path, const EntracteInterfaces& interfaces) {
    for (auto* const list : m_lists)
        if (interfaces.contains(list->interfaceName()))
            list->appeared(path, interfaces.value(list->interfaceName()));
}

void Catalog::changed(const QString& path, const QString& interface, const QVariantMap& changed) {
    for (auto* const list : m_lists)
        if (interface == list->interfaceName())
            list->changed(path, changed);
}

void Catalog::vanished(const QString& path) {
    for (auto* const list : m_lists)
        list->vanished(path);
}

} // namespace entracte::desktop
