#pragma once

// What the check page can put right: packages and the helper's service, through entracte-repair,
// which pkexec runs as root once the person is authorised (org.entracte.repair). One at a time.

#include <QObject>
#include <QProcess>

#include <functional>

namespace entracte::desktop {

class Repairs : public QObject {
    Q_OBJECT
public:
    explicit Repairs(QObject* parent = nullptr);

    // `check` as the doctor names it.
    static bool isPossible(const QString& check);
    bool isRunning() const { return static_cast<bool>(m_then); }

    // `problem` is empty when it was done, and else a sentence.
    using Then = std::function<void(const QString& problem)>;
    void run(const QString& check, Then then);

private:
    void ended(const QString& problem);

    QProcess m_process;
    Then m_then;
};

} // namespace entracte::desktop
