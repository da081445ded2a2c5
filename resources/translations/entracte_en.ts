<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
    <context>
        <name>ProgramProfiles</name>
        <message numerus="yes">
            <source>%1 and %n more</source>
            <comment>programs</comment>
            <translation>
                <numerusform>%1 and one more</numerusform>
                <numerusform>%1 and %n more</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Words</name>
        <message numerus="yes">
            <source>%n minute(s) ago</source>
            <translation>
                <numerusform>%n minute ago</numerusform>
                <numerusform>%n minutes ago</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hour(s) ago</source>
            <translation>
                <numerusform>%n hour ago</numerusform>
                <numerusform>%n hours ago</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n day(s) ago</source>
            <translation>
                <numerusform>%n day ago</numerusform>
                <numerusform>%n days ago</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n program(s)</source>
            <translation>
                <numerusform>%n program</numerusform>
                <numerusform>%n programs</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n window(s)</source>
            <translation>
                <numerusform>%n window</numerusform>
                <numerusform>%n windows</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Every %n day(s)</source>
            <translation>
                <numerusform>Every day</numerusform>
                <numerusform>Every %n days</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Every %n hour(s)</source>
            <translation>
                <numerusform>Every hour</numerusform>
                <numerusform>Every %n hours</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Every %n minute(s)</source>
            <translation>
                <numerusform>Every minute</numerusform>
                <numerusform>Every %n minutes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Every %n second(s)</source>
            <translation>
                <numerusform>Every second</numerusform>
                <numerusform>Every %n seconds</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n second(s) left</source>
            <translation>
                <numerusform>%n second left</numerusform>
                <numerusform>%n seconds left</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n minute(s) left</source>
            <translation>
                <numerusform>%n minute left</numerusform>
                <numerusform>%n minutes left</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%1 and %n more</source>
            <comment>names of windows</comment>
            <translation>
                <numerusform>%1 and %n more</numerusform>
                <numerusform>%1 and %n more</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n program(s) more</source>
            <translation>
                <numerusform>%n program more</numerusform>
                <numerusform>%n programs more</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n program(s) fewer</source>
            <translation>
                <numerusform>%n program fewer</numerusform>
                <numerusform>%n programs fewer</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n program(s) cannot be saved</source>
            <translation>
                <numerusform>%n program cannot be saved</numerusform>
                <numerusform>%n programs cannot be saved</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n snapshot(s)</source>
            <translation>
                <numerusform>%n snapshot</numerusform>
                <numerusform>%n snapshots</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::CheckPage</name>
        <message numerus="yes">
            <source>%n thing(s) that Entracte needs are missing.</source>
            <translation>
                <numerusform>One thing that Entracte needs is missing.</numerusform>
                <numerusform>%n things that Entracte needs are missing.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Entracte works here. %n thing(s) could be better.</source>
            <translation>
                <numerusform>Entracte works here. One thing could be better.</numerusform>
                <numerusform>Entracte works here. %n things could be better.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::ImportDialog</name>
        <message numerus="yes">
            <source>%n window(s)</source>
            <translation>
                <numerusform>%n window</numerusform>
                <numerusform>%n windows</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n program(s)</source>
            <translation>
                <numerusform>%n program</numerusform>
                <numerusform>%n programs</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>and %n more</numerusform>
                <numerusform>and %n more</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::JobsPanel</name>
        <message numerus="yes">
            <source>%n more, to be seen when these are dismissed</source>
            <comment>cards of errors</comment>
            <translation>
                <numerusform>%n more, to be seen when this is dismissed</numerusform>
                <numerusform>%n more, to be seen when these are dismissed</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::KeepRules</name>
        <message numerus="yes">
            <source>At most %n snapshot(s) are kept, and the pinned ones.</source>
            <translation>
                <numerusform>At most one snapshot is kept, and the pinned ones.</numerusform>
                <numerusform>At most %n snapshots are kept, and the pinned ones.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Now all %n snapshot(s) would be kept.</source>
            <translation>
                <numerusform>Now the %n snapshot would be kept.</numerusform>
                <numerusform>Now all %n snapshots would be kept.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Now %n snapshot(s) would be deleted, which frees %1.</source>
            <translation>
                <numerusform>Now %n snapshot would be deleted, which frees %1.</numerusform>
                <numerusform>Now %n snapshots would be deleted, which frees %1.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>At most %n snapshot(s) are kept, in at most %1, and the pinned ones.</source>
            <translation>
                <numerusform>At most one snapshot is kept, in at most %1, and the pinned ones.</numerusform>
                <numerusform>At most %n snapshots are kept, in at most %1, and the pinned ones.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::LimitsChoice</name>
        <message numerus="yes">
            <source>%n processor(s)</source>
            <translation>
                <numerusform>%n processor</numerusform>
                <numerusform>%n processors</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::Notifier</name>
        <message numerus="yes">
            <source>%n session(s) can be brought back</source>
            <translation>
                <numerusform>%n session can be brought back</numerusform>
                <numerusform>%n sessions can be brought back</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::Preview</name>
        <message numerus="yes">
            <source>Picture of the snapshot, %n window(s)</source>
            <translation>
                <numerusform>Picture of the snapshot, %n window</numerusform>
                <numerusform>Picture of the snapshot, %n windows</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::SessionHeader</name>
        <message numerus="yes">
            <source>%n program(s) cannot be saved</source>
            <translation>
                <numerusform>One program cannot be saved</numerusform>
                <numerusform>%n programs cannot be saved</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n program(s) may lose something</source>
            <translation>
                <numerusform>One program may lose something</numerusform>
                <numerusform>%n programs may lose something</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::SessionSettingsDialog</name>
        <message numerus="yes">
            <source>At most %n process(es)</source>
            <translation>
                <numerusform>At most %n process</numerusform>
                <numerusform>At most %n processes</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::SnapshotPanel</name>
        <message numerus="yes">
            <source>%n window(s)</source>
            <translation>
                <numerusform>%n window</numerusform>
                <numerusform>%n windows</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n program(s)</source>
            <translation>
                <numerusform>%n program</numerusform>
                <numerusform>%n programs</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::StoreFolderDialog</name>
        <message numerus="yes">
            <source>%n session(s) still run. Suspend them first; they can be resumed afterwards.</source>
            <translation>
                <numerusform>%n session still runs. Suspend it first; it can be resumed afterwards.</numerusform>
                <numerusform>%n sessions still run. Suspend them first; they can be resumed afterwards.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::Tray</name>
        <message numerus="yes">
            <source>%n session(s) running</source>
            <translation>
                <numerusform>%n session running</numerusform>
                <numerusform>%n sessions running</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n more session(s)…</source>
            <translation>
                <numerusform>One more session…</numerusform>
                <numerusform>%n more sessions…</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::UndoBar</name>
        <message numerus="yes">
            <source>Deleted: %n thing(s)</source>
            <translation>
                <numerusform>Deleted: %n thing</numerusform>
                <numerusform>Deleted: %n things</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::WindowButton</name>
        <message numerus="yes">
            <source>Show %n more window(s)</source>
            <translation>
                <numerusform>Show %n more window</numerusform>
                <numerusform>Show %n more windows</numerusform>
            </translation>
        </message>
    </context>
</TS>
