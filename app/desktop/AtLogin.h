#pragma once

// What is there when the person is back: sessions that were suspended or interrupted by the
// computer's end, and those whose windows went with the desktop that the person left. Those that
// shall come back by themselves do (the helper cannot show them where the person is before there is
// a desktop), the others are offered.

#include "app/desktop/Desk.h"

#include <QObject>

namespace entracte::desktop {

class AtLogin : public QObject {
    Q_OBJECT
public:
    // Looks once, when everything was told for the first time.
    explicit AtLogin(Desk& desk, QObject* parent = nullptr);

signals:
    // They can be resumed, or attached; never empty.
    void waiting(const QList<entracte::SessionView>& sessions);

private:
    void look();

    Desk& m_desk;
};

} // namespace entracte::desktop
