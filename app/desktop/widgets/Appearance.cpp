#include "app/desktop/widgets/Appearance.h"

#include "app/desktop/widgets/Icons.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QPainter>
#include <QProxyStyle>
#include <QStyle>
#include <QStyleOption>

namespace entracte::desktop {

namespace {

constexpr const char* kPortal = "org.freedesktop.portal.Desktop";
constexpr const char* kPortalPath = "/org/freedesktop/portal/desktop";
constexpr const char* kPortalSettings = "org.freedesktop.portal.Settings";
constexpr const char* kGroup = "org.freedesktop.appearance";
constexpr const char* kKey = "color-scheme";

// Read answers a variant within a variant.
uint innermost(QVariant value) {
    while (value.userType() == qMetaTypeId<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    return value.toUInt();
}

// Fusion, but: the buttons of dialogs in words alone: the pictures that a theme happens to have for
// them are of another hand.
class OurStyle : public QProxyStyle {
public:
    OurStyle() : QProxyStyle(QStringLiteral("fusion")) {}
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                  QStyleHintReturn* data) const override {
        return hint == SH_DialogButtonBox_ButtonsHaveIcons
                   ? 0
                   : QProxyStyle::styleHint(hint, option, widget, data);
    }
    // The cross that clears a line: Qt would look through the theme for one, which takes a while.
    QIcon standardIcon(StandardPixmap which, const QStyleOption* option,
                       const QWidget* widget) const override {
        return which == SP_LineEditClearButton ? actionIcon("close")
                                               : QProxyStyle::standardIcon(which, option, widget);
    }
    // Fusion's outlines are darker than the window: on a dark one nobody sees an empty box.
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override {
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        // Where the keyboard is, Fusion shows by the accent's colour: at a box only when it was
        // led there by the keyboard.
        const bool focus = option->state.testFlag(State_HasFocus);
        if ((element == PE_IndicatorCheckBox &&
             !(focus && option->state.testFlag(State_KeyboardFocusChange))) ||
            (element == PE_FrameLineEdit && !focus))
            outline(*painter, *option, option->rect);
    }
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                            QPainter* painter, const QWidget* widget) const override {
        QProxyStyle::drawComplexControl(control, option, painter, widget);
        if (control == CC_SpinBox && !option->state.testFlag(State_HasFocus))
            outline(*painter, *option, option->rect);
    }
    // From right to left Qt sets the words at the far end of a button, away from the icon.
    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override {
        const auto* const button = qstyleoption_cast<const QStyleOptionButton*>(option);
        if (element != CE_PushButtonLabel || !button || button->direction != Qt::RightToLeft ||
            button->icon.isNull() || button->text.isEmpty())
            return QProxyStyle::drawControl(element, option, painter, widget);
        constexpr int kGap = 4;
        const bool enabled = button->state.testFlag(State_Enabled);
        const auto pixmap =
            button->icon.pixmap(button->iconSize, painter->device()->devicePixelRatioF(),
                                enabled ? QIcon::Normal : QIcon::Disabled);
        const auto& place = button->rect;
        const int icon = button->iconSize.width();
        const int words = button->fontMetrics.size(Qt::TextShowMnemonic, button->text).width();
        const int right = place.center().x() + (icon + kGap + words) / 2;
        drawItemPixmap(painter, {right - icon, place.top(), icon, place.height()}, Qt::AlignCenter,
                       pixmap);
        drawItemText(painter, {right - icon - kGap - words, place.top(), words, place.height()},
                     Qt::AlignCenter | Qt::TextShowMnemonic, button->palette, enabled, button->text,
                     QPalette::ButtonText);
    }

private:
    static void outline(QPainter& painter, const QStyleOption& option, const QRect& rect) {
        const auto& palette = option.palette;
        if (palette.color(QPalette::Window).lightness() >= 128)
            return;
        const bool enabled = option.state.testFlag(State_Enabled);
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(mixed(palette.color(QPalette::Window), palette.color(QPalette::Text),
                             enabled ? 0.45 : 0.25));
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
        painter.restore();
    }
};

} // namespace

Appearance::Appearance(const Settings& settings, QObject* parent)
    : QObject(parent), m_settings(settings), m_desktops(QApplication::palette()),
      m_ownStyle(QApplication::style()->name().compare("fusion", Qt::CaseInsensitive) == 0 ||
                 dynamic_cast<OurStyle*>(QApplication::style())) {
    connect(&settings, &Settings::changed, this, &Appearance::apply);
    if (m_ownStyle)
        QApplication::setStyle(new OurStyle);
    askDesktop();
    apply();
}

void Appearance::askDesktop() {
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    bus.connect(kPortal, kPortalPath, kPortalSettings, "SettingChanged", this,
                SLOT(onSettingChanged(QString, QString, QDBusVariant)));
    auto call = QDBusMessage::createMethodCall(kPortal, kPortalPath, kPortalSettings, "Read");
    call << kGroup << kKey;
    auto* const watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                const QDBusPendingReply<QDBusVariant> reply = *answered;
                if (reply.isValid())
                    onSettingChanged(kGroup, kKey, reply.value());
            });
}

void Appearance::onSettingChanged(const QString& group, const QString& key,
                                  const QDBusVariant& value) {
    if (group != kGroup || key != kKey)
        return;
    m_desktopIsDark = innermost(value.variant()) == 1; // 0 no preference, 1 dark, 2 light
    apply();
}

void Appearance::apply() {
    const auto wish = m_settings.colours();
    if (wish == Settings::Colours::AsDesktop && !m_ownStyle)
        return QApplication::setPalette(m_desktops);
    const bool desktopIsDark =
        m_desktopIsDark || m_desktops.color(QPalette::Window).lightness() < 100;
    QApplication::setPalette(palette(wish == Settings::Colours::Dark ||
                                     (wish == Settings::Colours::AsDesktop && desktopIsDark)));
}

QPalette Appearance::palette(bool dark) {
    const auto colour = [dark](const char* light, const char* darkOne) {
        return QColor(dark ? darkOne : light);
    };
    QPalette palette;
    const auto text = colour("#211f2b", "#eceaf3");
    palette.setColor(QPalette::Window, colour("#f6f5f8", "#1d1b25"));
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, colour("#ffffff", "#262430"));
    palette.setColor(QPalette::AlternateBase, colour("#f0eef4", "#2c2a37"));
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::Button, colour("#fbfafc", "#312f3c"));
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, colour("#2b2836", "#3a3747"));
    palette.setColor(QPalette::ToolTipText, QColor("#f5f3fa"));
    palette.setColor(QPalette::PlaceholderText, colour("#6f6b7d", "#9a96a8"));
    palette.setColor(QPalette::Highlight, colour("#5b4bc4", "#8577e6"));
    palette.setColor(QPalette::HighlightedText, colour("#ffffff", "#14111f"));
    palette.setColor(QPalette::Link, colour("#5040b8", "#a79dff"));
    palette.setColor(QPalette::LinkVisited, colour("#7a3fa8", "#c79dff"));
    palette.setColor(QPalette::Light, colour("#ffffff", "#3d3a4a"));
    palette.setColor(QPalette::Midlight, colour("#ecebf0", "#34313f"));
    palette.setColor(QPalette::Mid, colour("#c9c5d3", "#4a4658"));
    palette.setColor(QPalette::Dark, colour("#a9a4b6", "#17151e"));
    palette.setColor(QPalette::Shadow, colour("#6c677a", "#0c0b10"));
    const auto faint = colour("#a4a0b0", "#6f6b7e");
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faint);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, colour("#c9c5d3", "#4a4658"));
    palette.setColor(QPalette::Disabled, QPalette::HighlightedText, colour("#ffffff", "#1d1b25"));
    return palette;
}

QColor mixed(const QColor& first, const QColor& second, double share) {
    const auto part = [share](int a, int b) { return static_cast<int>(a + (b - a) * share); };
    return {part(first.red(), second.red()), part(first.green(), second.green()),
            part(first.blue(), second.blue())};
}

QColor toneColour(Tone tone, const QPalette& palette) {
    const bool dark = palette.color(QPalette::Window).lightness() < 128;
    switch (tone) {
    case Tone::Good:
        return dark ? QColor("#4ade9c") : QColor("#0f7a4d");
    case Tone::Calm:
        return dark ? QColor("#9fb4ff") : QColor("#3d55b8");
    case Tone::Warning:
        return dark ? QColor("#fbbf55") : QColor("#9a5b00");
    case Tone::Bad:
        return dark ? QColor("#ff8c96") : QColor("#b4202f");
    case Tone::Faint:
        return mixed(palette.color(QPalette::WindowText), palette.color(QPalette::Window), 0.38);
    }
    return palette.color(QPalette::WindowText);
}

Tone toneOfState(const QString& state) {
    if (state == "running" || state == "starting")
        return Tone::Good;
    if (state == "detached" || state == "suspended")
        return Tone::Calm;
    return state == "interrupted" ? Tone::Warning : Tone::Faint;
}

} // namespace entracte::desktop
