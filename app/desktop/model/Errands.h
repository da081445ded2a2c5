#pragma once

// What the command line does as the person and not the helper: a move over their ssh, a push to or
// a pull from a repository. It runs as a child of ours and tells, on its standard error, one JSON
// object a line where it is, and on its standard output what became of it. Whatever it leaves
// behind when it is ended in the middle is its own affair (docs/moving.md).

#include "app/desktop/model/Wording.h"

#include <QJsonObject>
#include <QObject>

#include <functional>
#include <memory>

namespace entracte::desktop {

struct Errand {
    int id = 0;
    QString kind;    // "move", "push", "pull"
    QString session; // object path; empty for a pull
    QString name;    // the session's
    QString place;   // the host, or the repository's name
    QString phase;   // as the command tells it; empty at first
    quint64 sentBytes = 0;
    bool cancelling = false;
};

class Errands : public QObject {
    Q_OBJECT
public:
    explicit Errands(QObject* parent = nullptr, int stopMs = 5000);
    // Asks those under way to stop, and waits a moment for them; none is killed.
    ~Errands() override;

    // `arguments`: of the command, without --json. `passphrase` is given to it as its standard
    // input; it has to be asked for with "--passphrase-fd 0".
    int run(const Errand& errand, const QStringList& arguments, const QString& passphrase = {});
    void cancel(int id);
    const QList<Errand>& all() const { return m_all; }
    bool runningFor(const QString& session) const;

    // Asks a command that changes nothing ("remote list"); `then` is not called when `receiver` is
    // gone by then. The error is a sentence of the command's.
    struct Answer {
        QJsonObject object;
        QString code; // empty: it went well
        QString message;
    };
    void ask(const QStringList& arguments, const QString& passphrase, QObject* receiver,
             std::function<void(const Answer&)> then);

signals:
    void changed();
    void done(const entracte::desktop::Errand& errand, const QJsonObject& result);
    void failed(const entracte::desktop::Trouble& trouble, const QString& session);

private:
    struct Child;
    std::unique_ptr<Child> start(const QStringList& arguments, const QString& passphrase);
    void told(int id);
    void ended(int id);
    Errand* find(int id);

    QList<Errand> m_all;
    std::vector<std::pair<int, std::unique_ptr<Child>>> m_children;
    int m_last = 0;
    const int m_stopMs; // how long the end waits for them
};

// "Sending it to “desk” while it runs on · 12.3 MB sent"
QString errandText(const Errand& errand);
QString errandTitle(const Errand& errand);
// Of a move whose session is here again or still, the command's own sentence says so.
Trouble errandTrouble(const Errand& errand, const QString& code, const QString& message,
                      const QString& details);

} // namespace entracte::desktop
