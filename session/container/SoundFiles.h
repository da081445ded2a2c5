#pragma once

// A session's own sound server. Programs ask for PulseAudio's, and its library starts one when none
// answers (pulse-client.conf(5), "autospawn"): here ours, so that a session without sound has none.
// It is saved with the programs that play; where only PipeWire is installed, that takes its place.
// What they play goes into a FIFO by the clock of the session, and is dropped when that is full.
// Who reads it is outside (session/sound) and never holds anybody up.

#include <sys/types.h>

#include <array>

namespace entracte {

// Made in each session, in a folder where nobody in it can put something else in its place.
inline constexpr const char* kSoundFifo = "/dev/entracte-sound";

struct SoundFile {
    const char* path; // in the session
    mode_t mode;
    const char* content;
};

// What prepareLayer puts into each session.
inline constexpr std::array<SoundFile, 5> kSoundFiles = {
    SoundFile{"/etc/pulse/client.conf.d/zz-entracte.conf", 0644,
              "# Entracte: the session's own sound server, when it is first asked for.\n"
              "autospawn = yes\n"
              "daemon-binary = /usr/lib/entracte/entracte-sound\n"},
    SoundFile{"/usr/lib/entracte/sound.pa", 0644,
              "load-module module-native-protocol-unix\n"
              "load-module module-pipe-sink sink_name=session "
              "sink_properties=device.description=Session file=/dev/entracte-sound "
              "format=s16le rate=48000 channels=2 use_system_clock_for_timing=yes\n"
              "load-module module-suspend-on-idle timeout=5\n"
              "set-default-sink session\n"},
    SoundFile{"/etc/pipewire/pipewire.conf.d/zz-entracte.conf", 0644,
              "context.modules = [\n"
              "  { name = libpipewire-module-pipe-tunnel\n"
              "    flags = [ ifexists nofail ]\n"
              "    args = {\n"
              "      node.name = \"session\" node.description = \"Session\"\n"
              "      tunnel.mode = sink pipe.filename = \"/dev/entracte-sound\"\n"
              "      audio.format = S16LE audio.rate = 48000 audio.channels = 2\n"
              "      stream.props = { media.class = Audio/Sink priority.session = 3000 }\n"
              "    }\n"
              "  }\n"
              "]\n"},
    // Its wait for logins would end WirePlumber 0.4, where there is no logind. Read before the file
    // that turns it on.
    SoundFile{"/etc/wireplumber/bluetooth.lua.d/80-entracte.lua", 0644,
              "bluez_monitor.enabled = false\n"},
    SoundFile{"/usr/lib/entracte/entracte-sound", 0755, R"(#!/bin/sh
# Started by PulseAudio's library; there is a server when it ends.
log=/run/entracte/log/sound
if command -v pulseaudio >/dev/null; then
    exec pulseaudio --start -n --file=/usr/lib/entracte/sound.pa --log-target=file:$log \
        --realtime=no --high-priority=no --exit-idle-time=60
fi
command -v pipewire-pulse >/dev/null || exit 1
start() { # PROGRAM SOCKET: until it is there
    setsid -f "$1" </dev/null >>"$log" 2>&1
    tries=0
    until [ -S "$XDG_RUNTIME_DIR/$2" ]; do
        tries=$((tries + 1))
        [ $tries -le 100 ] || return 1
        sleep 0.2
    done
}
start pipewire pipewire-0 && start wireplumber pipewire-0 && start pipewire-pulse pulse/native
)"}};

} // namespace entracte
