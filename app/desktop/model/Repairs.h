#pragma once

// What takes an administrator: the check page's remedies (packages, the helper's service), the
// limits of the store, and its folder. entracte-repair, entracte-limits and entracte-relocate do it
// as root, and pkexec runs them once the person is authorised (org.entracte.repair, .limits,
// .relocate). One at a time; what has begun goes on without us.

#include <QObject>
#include <QProcess>

#include <functional>
#include <memory>
#include <utility>

namespace entracte::desktop {

class Repairs : public QObject {
    Q_OBJECT
public:
    explicit Repairs(QObject* parent = nullptr);
    ~Repairs() override;

    // `check` as the doctor names it.
    static bool isPossible(const QString& check);
    bool isRunning() const { return static_cast<bool>(m_then); }

    // `problem` is empty when it was done, and else a sentence.
    using Then = std::function<void(const QString& problem)>;
    void run(const QString& check, Then then) {
        start("entracte-repair", {check}, std::move(then));
    }
    // How much room everybody's snapshots may take, and leave free; bytes, 0: no limit.
    void setLimits(quint64 most, quint64 keepFree, Then then) {
        start("entracte-limits", {QString::number(most), QString::number(keepFree)},
              std::move(then));
    }
    // Everybody's sessions and snapshots go into that folder; none may run.
    void moveStore(const QString& folder, Then then) {
        start("entracte-relocate", {folder}, std::move(then));
    }
    // Whether pkexec and this program of ours are there.
    static bool canAsk(const QString& program);

private:
    void start(const QString& program, const QStringList& arguments, Then then);
    void ended(const QString& problem);

    std::unique_ptr<QProcess> m_process;
    Then m_then;
};

} // namespace entracte::desktop
