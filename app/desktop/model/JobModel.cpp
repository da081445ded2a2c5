#include "app/desktop/model/Models.h"
#include "app/desktop/model/Wording.h"

#include <algorithm>
#include <utility>

namespace entracte::desktop {

QVariant JobModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto& state = at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return jobTitle(state.job.kind);
    case PathRole:
        return state.path;
    case SessionRole:
        return state.job.session;
    default:
        return {};
    }
}

void JobModel::replaceAll(const QList<std::pair<QString, QVariantMap>>& objects) {
    QList<std::pair<QString, QVariantMap>> running;
    m_paces.clear();
    for (const auto& [path, properties] : objects) {
        if (!properties.value("Running").toBool()) // an old end is no news
            continue;
        running.append({path, properties});
        beginPace(path, properties);
    }
    ObjectModel::replaceAll(running);
    emit activityChanged();
}

void JobModel::beginPace(const QString& path, const QVariantMap& properties) {
    auto& pace = m_paces[path];
    pace.since.start();
    pace.fractionAtStart = properties.value("Fraction").toDouble();
    keepPace(path, properties);
}

// Each stretch of a job counts its bytes from zero, and what fails half-way is begun once more: a
// person is shown what only grows.
void JobModel::keepPace(const QString& path, const QVariantMap& told) {
    auto& pace = m_paces[path];
    const double fraction = told.value("Fraction").toDouble();
    pace.fraction = std::max(pace.fraction, fraction);
    const auto bytes = told.value("Bytes").toULongLong();
    if (bytes == 0 || fraction >= 1) // the last word is about what was stored, not what was moved
        return;
    if (!pace.moving.isValid())
        pace.moving.start();
    const auto phase = told.value("Phase", pace.phase).toString();
    if (std::exchange(pace.phase, phase) != phase || bytes < pace.bytes)
        pace.bytesBefore += pace.bytes;
    pace.bytes = bytes;
}

void JobModel::appeared(const QString& path, const QVariantMap& properties) {
    if (!m_paces.contains(path))
        beginPace(path, properties);
    ObjectModel::appeared(path, properties);
    afterChange(path, true);
}

void JobModel::changed(const QString& path, const QVariantMap& properties) {
    const auto* const before = find(path);
    if (!before)
        return;
    const bool wasRunning = before->job.running;
    keepPace(path, properties);
    ObjectModel::changed(path, properties);
    afterChange(path, wasRunning);
}

void JobModel::afterChange(const QString& path, bool wasRunning) {
    const auto* const now = find(path);
    if (now && wasRunning && !now->job.running) {
        m_paces.remove(path);
        const JobState ended = *now;
        ObjectModel::vanished(path);
        emit finished(ended);
    }
    emit activityChanged();
}

void JobModel::vanished(const QString& path) {
    ObjectModel::vanished(path);
    m_paces.remove(path);
    emit activityChanged();
}

void JobModel::helperGone() {
    QStringList running;
    for (int row = 0; row < rowCount(); ++row)
        if (at(row).job.running)
            running.append(at(row).path);
    for (const auto& path : running)
        changed(path, {{"Running", false},
                       {"Error", "HelperGone"},
                       {"Message", tr("Entracte's helper ended while it worked.")}});
}

void JobModel::cancelling(const QString& path) {
    m_paces[path].cancelling = true;
    changed(path, {});
}

const JobState* JobModel::runningFor(const QString& session) const {
    for (int row = 0; row < rowCount(); ++row)
        if (at(row).job.running && at(row).job.session == session)
            return &at(row);
    return nullptr;
}

int JobModel::running() const {
    int count = 0;
    for (int row = 0; row < rowCount(); ++row)
        count += at(row).job.running ? 1 : 0;
    return count;
}

double JobModel::fraction() const {
    double sum = 0;
    for (int row = 0; row < rowCount(); ++row)
        sum += at(row).job.running ? at(row).job.fraction : 0;
    const int count = running();
    return count > 0 ? sum / count : 0;
}

JobState JobModel::viewOf(const QString& path, const QVariantMap& properties) const {
    JobState state{path, jobView(properties), false, 0, {}};
    const auto found = m_paces.find(path);
    if (found == m_paces.end())
        return state;
    state.cancelling = found->cancelling;
    state.job.fraction = found->fraction;
    state.job.bytes = found->bytesBefore + found->bytes;
    const double seconds = static_cast<double>(found->since.elapsed()) / 1000;
    if (seconds < 1) // too early to tell
        return state;
    if (const auto moving = found->moving.isValid() ? found->moving.elapsed() : 0; moving >= 1000)
        state.bytesPerSecond =
            static_cast<double>(state.job.bytes) * 1000 / static_cast<double>(moving);
    const double done = state.job.fraction - found->fractionAtStart;
    if (done > 0.02)
        state.secondsLeft = seconds * (1 - state.job.fraction) / done;
    return state;
}

bool JobModel::comesBefore(const JobState& a, const JobState& b) const {
    const auto number = [](const JobState& state) {
        return state.path.section('/', -1).toULongLong();
    };
    return number(a) < number(b);
}

} // namespace entracte::desktop
