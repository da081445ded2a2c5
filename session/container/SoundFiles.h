#pragma once

// A session's own sound server. Programs ask for PulseAudio's, and its library starts one when none
// answers (pulse-client.conf(5), "autospawn"): here ours, so that a session without sound has none.
// It plays to nowhere, and is saved with the programs that play; where only PipeWire is installed,
// that takes its place.

#include <sys/types.h>

#include <array>

namespace entracte {

struct SoundFile {
    const char* path; // in the session
    mode_t mode;
    const char* content;
};

// What prepareLayer puts into each session.
inline constexpr std::array<SoundFile, 3> kSoundFiles = {
    SoundFile{"/etc/pulse/client.conf.d/zz-entracte.conf", 0644,
              "# Entracte: the session's own sound server, when it is first asked for.\n"
              "autospawn = yes\n"
              "daemon-binary = /usr/lib/entracte/entracte-sound\n"},
    SoundFile{"/usr/lib/entracte/sound.pa", 0644,
              "load-module module-native-protocol-unix\n"
              "load-module module-null-sink sink_name=session "
              "sink_properties=device.description=Session\n"
              "set-default-sink session\n"},
    SoundFile{"/usr/lib/entracte/entracte-sound", 0755, R"(#!/bin/sh
# Started by PulseAudio's library; there is a server when it ends.
log=/run/entracte/log/sound
if command -v pulseaudio >/dev/null; then
    exec pulseaudio --start -n --file=/usr/lib/entracte/sound.pa --log-target=file:$log \
        --realtime=no --high-priority=no --exit-idle-time=60
fi
command -v pipewire-pulse >/dev/null || exit 1
for server in pipewire wireplumber pipewire-pulse; do
    setsid -f "$server" </dev/null >>"$log" 2>&1
done
for try in 1 2 3 4 5 6 7 8 9 10; do
    [ -S "$XDG_RUNTIME_DIR/pulse/native" ] && exit 0
    sleep 0.3
done
exit 1
)"}};

} // namespace entracte
