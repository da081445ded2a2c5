#pragma once

// One application for each person and desktop: it owns org.entracte.Desktop on the session bus and
// is activated there (Desktop Entry Specification, "D-Bus Activation"). A second start tells the
// first and ends.

#include <QDBusContext>
#include <QObject>
#include <QStringList>
#include <QVariantMap>

namespace entracte::desktop {

class SingleInstance : public QObject, protected QDBusContext {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Application")
public:
    enum class Role { First, Second };

    explicit SingleInstance(QObject* parent = nullptr);
    // Second: somebody else is the application, and was told what is wanted: the files, or the
    // action. A desktop without a session bus always has a First.
    Role claim(const QString& wantedAction, const QStringList& files = {});

public slots:
    void Activate(const QVariantMap& platformData);
    void Open(const QStringList& uris, const QVariantMap& platformData);
    void ActivateAction(const QString& action, const QVariantList& parameter,
                        const QVariantMap& platformData);

signals:
    // "" to show the window; "new-session", "snapshot-now", "check", "quit".
    void asked(const QString& action);
    // Exported sessions, by their paths.
    void filesAsked(const QStringList& files);
};

} // namespace entracte::desktop
