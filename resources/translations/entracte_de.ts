<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>HelperWords</name>
        <message>
            <source>All namespaces that a session needs are there.</source>
            <translation>Alle Namensräume, die eine Sitzung braucht, sind da.</translation>
        </message>
        <message>
            <source>The kernel has no %1 namespaces.</source>
            <translation>Der Kernel hat keine Namensräume der Art %1.</translation>
        </message>
        <message>
            <source>User namespaces are switched off.</source>
            <translation>Benutzer-Namensräume sind abgeschaltet.</translation>
        </message>
        <message>
            <source>Use a kernel with user, pid, network and time namespaces (5.6 or newer), and let user.max_user_namespaces be more than 0.</source>
            <translation>Nehmen Sie einen Kernel mit Namensräumen für Benutzer, Prozesse, Netz und Zeit (5.6 oder neuer), und setzen Sie user.max_user_namespaces auf mehr als 0.</translation>
        </message>
        <message>
            <source>Overlays can be mounted over the host's files.</source>
            <translation>Über die Dateien des Rechners können Overlays gelegt werden.</translation>
        </message>
        <message>
            <source>The kernel has overlayfs.</source>
            <translation>Der Kernel hat overlayfs.</translation>
        </message>
        <message>
            <source>The kernel has no overlayfs.</source>
            <translation>Der Kernel hat kein overlayfs.</translation>
        </message>
        <message>
            <source>Use a kernel that has it.</source>
            <translation>Nehmen Sie einen Kernel, der es hat.</translation>
        </message>
        <message>
            <source>Keep %1 on a file system that can be an overlay's upper directory, such as ext4, xfs or btrfs, with a kernel that has overlayfs.</source>
            <translation>Halten Sie %1 auf einem Dateisystem, das obere Schicht eines Overlays sein kann, etwa ext4, xfs oder btrfs, mit einem Kernel, der overlayfs hat.</translation>
        </message>
        <message>
            <source>Under the filter of system calls that is on this process CRIU can save nothing.</source>
            <translation>Unter dem Filter für Systemaufrufe, der auf diesem Prozess liegt, kann CRIU nichts sichern.</translation>
        </message>
        <message>
            <source>Take from the helper's systemd unit what makes one, such as RestrictAddressFamilies; in a container, give it no seccomp profile.</source>
            <translation>Nehmen Sie aus der systemd-Unit des Helfers, was einen solchen setzt, etwa RestrictAddressFamilies; in einem Container geben Sie diesem kein seccomp-Profil.</translation>
        </message>
        <message>
            <source>System calls that cannot be saved can be kept from programs.</source>
            <translation>Systemaufrufe, die nicht gesichert werden können, lassen sich von Programmen fernhalten.</translation>
        </message>
        <message>
            <source>The kernel has no system call filters.</source>
            <translation>Der Kernel hat keine Filter für Systemaufrufe.</translation>
        </message>
        <message>
            <source>Use a kernel with CONFIG_SECCOMP_FILTER.</source>
            <translation>Nehmen Sie einen Kernel mit CONFIG_SECCOMP_FILTER.</translation>
        </message>
        <message>
            <source>The kernel refuses %1: %2.</source>
            <translation>Der Kernel verweigert %1: %2.</translation>
        </message>
        <message>
            <source>CRIU %1 saves and restores on this kernel.</source>
            <translation>CRIU %1 sichert und stellt wieder her auf diesem Kernel.</translation>
        </message>
        <message>
            <source>No CRIU that works on this kernel was found; sessions cannot be saved.</source>
            <translation>Es wurde kein CRIU gefunden, das auf diesem Kernel arbeitet; Sitzungen können nicht gesichert werden.</translation>
        </message>
        <message>
            <source>Run "make setup", or name one in ENTRACTE_CRIU.</source>
            <translation>Rufen Sie „make setup“ auf, oder nennen Sie eines in ENTRACTE_CRIU.</translation>
        </message>
        <message>
            <source>%1 is not a CRIU that works.</source>
            <translation>%1 ist kein CRIU, das arbeitet.</translation>
        </message>
        <message>
            <source>Install a newer CRIU, or give the helper one with --criu.</source>
            <translation>Installieren Sie ein neueres CRIU, oder geben Sie dem Helfer eines mit --criu.</translation>
        </message>
        <message>
            <source>A CRIU is installed; whether it works here only the helper can try.</source>
            <translation>Ein CRIU ist installiert; ob es hier arbeitet, kann nur der Helfer versuchen.</translation>
        </message>
        <message>
            <source>Start the helper, and ask again.</source>
            <translation>Starten Sie den Helfer, und fragen Sie noch einmal.</translation>
        </message>
        <message>
            <source>No CRIU is installed in the usual places.</source>
            <translation>An den üblichen Stellen ist kein CRIU installiert.</translation>
        </message>
        <message>
            <source>Install criu; the helper also finds those that its set-up unpacked.</source>
            <translation>Installieren Sie criu; der Helfer findet auch die, die seine Einrichtung ausgepackt hat.</translation>
        </message>
        <message>
            <source>%1 is installed.</source>
            <translation>%1 ist installiert.</translation>
        </message>
        <message>
            <source>%1 is not installed: sessions have a bus of their own.</source>
            <translation>%1 ist nicht installiert: Sitzungen haben einen eigenen Bus.</translation>
        </message>
        <message>
            <source>%1 is not installed: no headless screens.</source>
            <translation>%1 ist nicht installiert: Es gibt keine unsichtbaren Bildschirme.</translation>
        </message>
        <message>
            <source>%1 is not installed: no screens of the kind "window".</source>
            <translation>%1 ist nicht installiert: Es gibt keine Sitzungen in einem eigenen Fenster.</translation>
        </message>
        <message>
            <source>Only %1 are free for snapshots.</source>
            <translation>Nur %1 sind für Schnappschüsse frei.</translation>
        </message>
        <message>
            <source>%1 are free for snapshots.</source>
            <translation>%1 sind für Schnappschüsse frei.</translation>
        </message>
        <message>
            <source>How much room %1 has is not known.</source>
            <translation>Wie viel Platz %1 hat, ist nicht bekannt.</translation>
        </message>
        <message>
            <source>Make room, or delete snapshots.</source>
            <translation>Schaffen Sie Platz, oder löschen Sie Schnappschüsse.</translation>
        </message>
        <message>
            <source>Only %1 of memory are free; a snapshot is staged there.</source>
            <translation>Nur %1 Arbeitsspeicher sind frei; ein Schnappschuss wird dort zwischengelagert.</translation>
        </message>
        <message>
            <source>%1 of memory are free; a snapshot is staged there.</source>
            <translation>%1 Arbeitsspeicher sind frei; ein Schnappschuss wird dort zwischengelagert.</translation>
        </message>
        <message>
            <source>The kernel marks written memory: while a session stands still for a snapshot, only what was just written is copied.</source>
            <translation>Der Kernel merkt sich, welcher Speicher beschrieben wurde: Während eine Sitzung für einen Schnappschuss stillsteht, wird nur kopiert, was gerade erst geschrieben wurde.</translation>
        </message>
        <message>
            <source>The kernel does not mark written memory: a session stands still until all of its memory is copied.</source>
            <translation>Der Kernel merkt sich nicht, welcher Speicher beschrieben wurde: Eine Sitzung steht still, bis ihr ganzer Speicher kopiert ist.</translation>
        </message>
        <message>
            <source>How much memory is free is not known.</source>
            <translation>Wie viel Arbeitsspeicher frei ist, ist nicht bekannt.</translation>
        </message>
        <message>
            <source>Close something before a snapshot.</source>
            <translation>Schließen Sie etwas vor einem Schnappschuss.</translation>
        </message>
        <message>
            <source>Look yourself.</source>
            <translation>Sehen Sie selbst nach.</translation>
        </message>
        <message>
            <source>Install %1.</source>
            <translation>Installieren Sie %1.</translation>
        </message>
        <message>
            <source>%1 is being debugged or traced, and cannot be saved.</source>
            <translation>%1 wird von einem Debugger verfolgt und kann nicht gesichert werden.</translation>
        </message>
        <message>
            <source>End the debugger and try again.</source>
            <translation>Beenden Sie den Debugger, und versuchen Sie es noch einmal.</translation>
        </message>
        <message>
            <source>%1 has a sandbox of its own (a nested namespace), which cannot be saved.</source>
            <translation>%1 hat eine eigene Sandbox (einen verschachtelten Namensraum), die nicht gesichert werden kann.</translation>
        </message>
        <message>
            <source>Close it, or start it without its sandbox (Chromium: --no-sandbox).</source>
            <translation>Schließen Sie es, oder starten Sie es ohne Sandbox (Chromium: --no-sandbox).</translation>
        </message>
        <message>
            <source>%1 has the memory of a device mapped (%2), which cannot be saved.</source>
            <translation>%1 hat den Speicher eines Geräts eingeblendet (%2), was nicht gesichert werden kann.</translation>
        </message>
        <message>
            <source>%1 is connected to a program outside the session (%2).</source>
            <translation>%1 ist mit einem Programm außerhalb der Sitzung verbunden (%2).</translation>
        </message>
        <message>
            <source>%1 is connected to a program outside the session.</source>
            <translation>%1 ist mit einem Programm außerhalb der Sitzung verbunden.</translation>
        </message>
        <message>
            <source>Close it, or start the other program in the session too.</source>
            <translation>Schließen Sie es, oder starten Sie auch das andere Programm in der Sitzung.</translation>
        </message>
        <message>
            <source>%1 has something open that cannot be saved (%2).</source>
            <translation>%1 hat etwas offen, das nicht gesichert werden kann (%2).</translation>
        </message>
        <message>
            <source>%1 has a device open that cannot be saved (%2).</source>
            <translation>%1 hat ein Gerät offen, das nicht gesichert werden kann (%2).</translation>
        </message>
        <message>
            <source>%1 keeps a terminal open that is not its own any more.</source>
            <translation>%1 hält ein Terminal offen, das nicht mehr seines ist.</translation>
        </message>
        <message>
            <source>%1 uses the GPU directly and cannot be saved.</source>
            <translation>%1 benutzt die Grafikkarte unmittelbar und kann nicht gesichert werden.</translation>
        </message>
        <message>
            <source>Close it, or start it with software rendering (LIBGL_ALWAYS_SOFTWARE=1).</source>
            <translation>Schließen Sie es, oder starten Sie es mit Software-Rendering (LIBGL_ALWAYS_SOFTWARE=1).</translation>
        </message>
        <message>
            <source>%1 runs a virtual machine, which cannot be saved.</source>
            <translation>%1 betreibt eine virtuelle Maschine, die nicht gesichert werden kann.</translation>
        </message>
        <message>
            <source>%1 uses %2, which cannot be saved.</source>
            <translation>%1 benutzt %2, was nicht gesichert werden kann.</translation>
        </message>
        <message>
            <source>%1 has loaded a BPF program, which cannot be saved.</source>
            <translation>%1 hat ein BPF-Programm geladen, das nicht gesichert werden kann.</translation>
        </message>
        <message>
            <source>%1 has a disk open directly, which cannot be saved.</source>
            <translation>%1 hat eine Platte unmittelbar offen, was nicht gesichert werden kann.</translation>
        </message>
        <message>
            <source>%1 has a deleted file open that is larger than 1 GiB.</source>
            <translation>%1 hat eine gelöschte Datei offen, die größer als 1 GiB ist.</translation>
        </message>
        <message>
            <source>%1 has a file open on a file system that is no longer there (%2).</source>
            <translation>%1 hat eine Datei auf einem Dateisystem offen, das nicht mehr da ist (%2).</translation>
        </message>
        <message>
            <source>%1 watches a folder that has been deleted.</source>
            <translation>%1 beobachtet einen Ordner, der gelöscht wurde.</translation>
        </message>
        <message>
            <source>Close the window that shows the folder, or the program, and try again.</source>
            <translation>Schließen Sie das Fenster, das den Ordner zeigt, oder das Programm, und versuchen Sie es noch einmal.</translation>
        </message>
        <message>
            <source>%1 is a shell within a shell; after a resume it cannot bring jobs to the foreground any more.</source>
            <translation>%1 ist eine Shell in einer Shell; nach dem Fortsetzen kann sie keine Jobs mehr in den Vordergrund holen.</translation>
        </message>
        <message>
            <source>Leave it with "exit" before, or open another terminal instead.</source>
            <translation>Verlassen Sie sie vorher mit „exit“, oder öffnen Sie stattdessen ein weiteres Terminal.</translation>
        </message>
        <message>
            <source>%1 waits with an eventfd semaphore, which a resume makes a plain counter.</source>
            <translation>%1 wartet mit einer eventfd-Semaphore, aus der das Fortsetzen einen einfachen Zähler macht.</translation>
        </message>
        <message>
            <source>It is seldom used; should the program hang after a resume, start it anew.</source>
            <translation>Das kommt selten vor; sollte das Programm nach dem Fortsetzen hängen, starten Sie es neu.</translation>
        </message>
        <message>
            <source>A program has received datagrams (UDP) that it has not read; they are not part of a snapshot.</source>
            <translation>Ein Programm hat Datagramme (UDP) empfangen, die es nicht gelesen hat; sie gehören nicht zum Schnappschuss.</translation>
        </message>
        <message>
            <source>Programs that use UDP send again what was lost.</source>
            <translation>Programme, die UDP benutzen, senden erneut, was verloren ging.</translation>
        </message>
        <message>
            <source>Close it and try again.</source>
            <translation>Schließen Sie es, und versuchen Sie es noch einmal.</translation>
        </message>
        <message>
            <source>The session goes on.</source>
            <translation>Die Sitzung läuft weiter.</translation>
        </message>
    </context>
    <context>
        <name>Passphrase</name>
        <message>
            <source>Weak: somebody who has the file may guess it. Five words that do not belong together are better.</source>
            <translation>Schwach: Wer die Datei hat, kann sie erraten. Besser sind fünf Wörter, die nicht zusammengehören.</translation>
        </message>
        <message>
            <source>Fair: it keeps out whoever does not try for long.</source>
            <translation>Mittel: Sie hält ab, wer es nicht lange versucht.</translation>
        </message>
        <message>
            <source>Strong. Without it nobody can open the file, you included.</source>
            <translation>Stark. Ohne sie kann niemand die Datei öffnen, auch Sie nicht.</translation>
        </message>
    </context>
    <context>
        <name>Pieces</name>
        <message>
            <source>Clear</source>
            <translation>Leeren</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>Suchen</translation>
        </message>
    </context>
    <context>
        <name>ProgramProfiles</name>
        <message>
            <source>Sandboxes that a program makes of namespaces cannot be saved, and a session is refused them: these programs would end instead of doing without. The session's own container stays around them.</source>
            <translation>Sandkästen, die ein Programm aus Namensräumen macht, lassen sich nicht sichern, und eine Sitzung bekommt keine: Diese Programme würden enden, statt ohne auszukommen. Der Container der Sitzung bleibt um sie herum.</translation>
        </message>
        <message>
            <source>Its own sandbox cannot be saved, and neither can what lives in a graphics card: pages are drawn by the processor. Pages are kept apart from the system by the session's container, but not from your files; for pages that you do not trust use a browser outside of a session.</source>
            <translation>Sein eigener Sandkasten lässt sich nicht sichern, und ebenso wenig, was in einer Grafikkarte liegt: Seiten zeichnet der Prozessor. Vom System trennt die Seiten der Container der Sitzung, von Ihren Dateien aber nichts; für Seiten, denen Sie nicht trauen, nehmen Sie einen Browser außerhalb einer Sitzung.</translation>
        </message>
        <message>
            <source>%1 cannot be written: %2</source>
            <translation>%1 kann nicht geschrieben werden: %2</translation>
        </message>
        <message>
            <source>%1 is there already.</source>
            <translation>%1 gibt es schon.</translation>
        </message>
        <message>
            <source>%1 cannot be removed: %2</source>
            <translation>%1 kann nicht gelöscht werden: %2</translation>
        </message>
        <message>
            <source>Every program</source>
            <translation>Jedes Programm</translation>
        </message>
        <message>
            <source>Started with: %1</source>
            <translation>Gestartet mit: %1</translation>
        </message>
        <message>
            <source>Set for it: %1</source>
            <translation>Dafür gesetzt: %1</translation>
        </message>
        <message>
            <source>It changes nothing.</source>
            <translation>Es ändert nichts.</translation>
        </message>
        <message numerus="yes">
            <source>%1 and %n more</source>
            <comment>programs</comment>
            <translation>
                <numerusform>%1 und ein weiteres</numerusform>
                <numerusform>%1 und %n weitere</numerusform>
            </translation>
        </message>
        <message>
            <source>Programs: %1</source>
            <translation>Programme: %1</translation>
        </message>
    </context>
    <context>
        <name>Troubles</name>
        <message>
            <source>Something that is needed for it is not there.</source>
            <translation>Etwas, das dafür nötig ist, ist nicht da.</translation>
        </message>
        <message>
            <source>Check the name of the program or folder.</source>
            <translation>Prüfen Sie den Namen des Programms oder Ordners.</translation>
        </message>
        <message>
            <source>You were not allowed to do this.</source>
            <translation>Das wurde Ihnen nicht erlaubt.</translation>
        </message>
        <message>
            <source>Try again and confirm when you are asked, or ask whoever looks after this computer.</source>
            <translation>Versuchen Sie es noch einmal und bestätigen Sie die Nachfrage, oder fragen Sie, wer diesen Rechner betreut.</translation>
        </message>
        <message>
            <source>Something else is being done with it just now.</source>
            <translation>Gerade geschieht etwas anderes mit ihr.</translation>
        </message>
        <message>
            <source>Wait until that has ended, then try again.</source>
            <translation>Warten Sie, bis das zu Ende ist, und versuchen Sie es dann noch einmal.</translation>
        </message>
        <message>
            <source>It was cancelled.</source>
            <translation>Es wurde abgebrochen.</translation>
        </message>
        <message>
            <source>A part of the session gave no answer in time.</source>
            <translation>Ein Teil der Sitzung antwortete nicht rechtzeitig.</translation>
        </message>
        <message>
            <source>Try again. If it happens again, a program in the session may hang.</source>
            <translation>Versuchen Sie es noch einmal. Geschieht es wieder, hängt vielleicht ein Programm in der Sitzung.</translation>
        </message>
        <message>
            <source>CRIU, which saves the memory of programs, is missing or does not work on this kernel.</source>
            <translation>CRIU, das den Speicher der Programme sichert, fehlt oder läuft auf diesem Kernel nicht.</translation>
        </message>
        <message>
            <source>Open “Check this computer” to see what to install.</source>
            <translation>Öffnen Sie „Diesen Rechner prüfen“; dort steht, was zu installieren ist.</translation>
        </message>
        <message>
            <source>The kernel of this computer lacks something that is needed.</source>
            <translation>Dem Kernel dieses Rechners fehlt etwas Nötiges.</translation>
        </message>
        <message>
            <source>Open “Check this computer” to see what.</source>
            <translation>Öffnen Sie „Diesen Rechner prüfen“; dort steht, was.</translation>
        </message>
        <message>
            <source>The screen for its windows cannot be reached.</source>
            <translation>Der Bildschirm für ihre Fenster ist nicht erreichbar.</translation>
        </message>
        <message>
            <source>Try again from the desktop where you sit, or choose a window of its own.</source>
            <translation>Versuchen Sie es von der Arbeitsfläche aus, an der Sie sitzen, oder wählen Sie ein eigenes Fenster.</translation>
        </message>
        <message>
            <source>A program in the session does something that cannot be saved.</source>
            <translation>Ein Programm in der Sitzung tut etwas, das nicht gesichert werden kann.</translation>
        </message>
        <message>
            <source>Close that program, or what it does, and try again.</source>
            <translation>Schließen Sie das Programm oder was es tut, und versuchen Sie es noch einmal.</translation>
        </message>
        <message>
            <source>The programs could not be saved.</source>
            <translation>Die Programme konnten nicht gesichert werden.</translation>
        </message>
        <message>
            <source>Try again. If it fails again, copy the details for whoever helps you.</source>
            <translation>Versuchen Sie es noch einmal. Misslingt es wieder, kopieren Sie die Einzelheiten für den, der Ihnen hilft.</translation>
        </message>
        <message>
            <source>The programs could not be brought back.</source>
            <translation>Die Programme konnten nicht zurückgeholt werden.</translation>
        </message>
        <message>
            <source>Try an earlier snapshot, or copy the details for whoever helps you.</source>
            <translation>Versuchen Sie einen früheren Schnappschuss, oder kopieren Sie die Einzelheiten für den, der Ihnen hilft.</translation>
        </message>
        <message>
            <source>A part of this snapshot is missing or was altered.</source>
            <translation>Ein Teil dieses Schnappschusses fehlt oder wurde verändert.</translation>
        </message>
        <message>
            <source>Resume an earlier snapshot. This disk may need a check.</source>
            <translation>Setzen Sie bei einem früheren Schnappschuss fort. Die Platte sollte geprüft werden.</translation>
        </message>
        <message>
            <source>There is not enough room on the disk or in memory.</source>
            <translation>Auf der Platte oder im Speicher ist nicht genug Platz.</translation>
        </message>
        <message>
            <source>Delete snapshots that you no longer need, or free room elsewhere.</source>
            <translation>Löschen Sie Schnappschüsse, die Sie nicht mehr brauchen, oder schaffen Sie anderswo Platz.</translation>
        </message>
        <message>
            <source>This computer cannot run what the snapshot holds.</source>
            <translation>Dieser Rechner kann nicht ausführen, was der Schnappschuss enthält.</translation>
        </message>
        <message>
            <source>Resume it on the computer where it was taken.</source>
            <translation>Setzen Sie auf dem Rechner fort, auf dem er gemacht wurde.</translation>
        </message>
        <message>
            <source>The session ended meanwhile.</source>
            <translation>Die Sitzung endete inzwischen.</translation>
        </message>
        <message>
            <source>Resume its newest snapshot.</source>
            <translation>Setzen Sie bei ihrem neuesten Schnappschuss fort.</translation>
        </message>
        <message>
            <source>This cannot be done so.</source>
            <translation>So geht das nicht.</translation>
        </message>
        <message>
            <source>Entracte's helper ended while it worked.</source>
            <translation>Der Helfer von Entracte hat sich mitten in der Arbeit beendet.</translation>
        </message>
        <message>
            <source>Try again once it is back.</source>
            <translation>Versuchen Sie es noch einmal, sobald er wieder da ist.</translation>
        </message>
        <message>
            <source>The system refused something that is needed.</source>
            <translation>Das System verweigerte etwas Nötiges.</translation>
        </message>
        <message>
            <source>Copy the details for whoever helps you.</source>
            <translation>Kopieren Sie die Einzelheiten für den, der Ihnen hilft.</translation>
        </message>
        <message>
            <source>The session could not be started</source>
            <translation>Die Sitzung konnte nicht gestartet werden</translation>
        </message>
        <message>
            <source>“%1” could not be saved</source>
            <translation>„%1“ konnte nicht gesichert werden</translation>
        </message>
        <message>
            <source>“%1” could not be suspended</source>
            <translation>„%1“ konnte nicht angehalten werden</translation>
        </message>
        <message>
            <source>“%1” could not be resumed</source>
            <translation>„%1“ konnte nicht fortgesetzt werden</translation>
        </message>
        <message>
            <source>“%1” could not be brought here</source>
            <translation>„%1“ konnte nicht hierher geholt werden</translation>
        </message>
        <message>
            <source>“%1” could not be taken off the screen</source>
            <translation>„%1“ konnte nicht vom Bildschirm genommen werden</translation>
        </message>
        <message>
            <source>“%1” could not be ended</source>
            <translation>„%1“ konnte nicht beendet werden</translation>
        </message>
        <message>
            <source>“%1” could not go back</source>
            <translation>„%1“ konnte nicht zurückgesetzt werden</translation>
        </message>
        <message>
            <source>“%1” could not be opened beside</source>
            <translation>„%1“ konnte nicht daneben geöffnet werden</translation>
        </message>
        <message>
            <source>“%1” could not be renamed</source>
            <translation>„%1“ konnte nicht umbenannt werden</translation>
        </message>
        <message>
            <source>The snapshot could not be changed</source>
            <translation>Der Schnappschuss konnte nicht geändert werden</translation>
        </message>
        <message>
            <source>The settings of “%1” could not be changed</source>
            <translation>Die Einstellungen von „%1“ konnten nicht geändert werden</translation>
        </message>
        <message>
            <source>It could not be cancelled</source>
            <translation>Es konnte nicht abgebrochen werden</translation>
        </message>
        <message>
            <source>Nothing was deleted</source>
            <translation>Nichts wurde gelöscht</translation>
        </message>
        <message>
            <source>This could not be done: %1</source>
            <translation>Das ging nicht: %1</translation>
        </message>
        <message>
            <source>Nothing was changed.</source>
            <translation>Nichts wurde geändert.</translation>
        </message>
        <message>
            <source>Stored snapshots are as they were.</source>
            <translation>Die Schnappschüsse sind, wie sie waren.</translation>
        </message>
        <message>
            <source>The snapshot is as it was, and so are all others.</source>
            <translation>Der Schnappschuss ist, wie er war, und alle anderen auch.</translation>
        </message>
        <message>
            <source>Nothing was lost.</source>
            <translation>Nichts ging verloren.</translation>
        </message>
        <message>
            <source>The session goes on, and stored snapshots are as they were.</source>
            <translation>Die Sitzung läuft weiter, und die Schnappschüsse sind, wie sie waren.</translation>
        </message>
        <message>
            <source>Something went wrong inside Entracte.</source>
            <translation>In Entracte selbst ging etwas schief.</translation>
        </message>
        <message>
            <source>Documents in shared folders were changed since then.</source>
            <translation>Dokumente in geteilten Ordnern wurden seither geändert.</translation>
        </message>
        <message>
            <source>Resume it again; you are asked which of them count.</source>
            <translation>Holen Sie sie noch einmal zurück; Sie werden gefragt, welche davon gelten.</translation>
        </message>
        <message>
            <source>The file asks for more than a session of yours may have, or its passphrase is another one.</source>
            <translation>Die Datei verlangt mehr, als eine Sitzung von Ihnen darf, oder ihre Passphrase ist eine andere.</translation>
        </message>
        <message>
            <source>Take a file only from whom you trust.</source>
            <translation>Nehmen Sie Dateien nur von Leuten an, denen Sie vertrauen.</translation>
        </message>
        <message>
            <source>The file is damaged, cut short, or none that Entracte exported.</source>
            <translation>Die Datei ist beschädigt, abgeschnitten oder keine, die Entracte exportiert hat.</translation>
        </message>
        <message>
            <source>Export the session again where it came from.</source>
            <translation>Exportieren Sie die Sitzung dort noch einmal, wo sie herkommt.</translation>
        </message>
        <message>
            <source>This computer cannot run what the file holds.</source>
            <translation>Dieser Rechner kann nicht ausführen, was in der Datei ist.</translation>
        </message>
        <message>
            <source>Update Entracte on this computer, or import it under the user name that it came from.</source>
            <translation>Aktualisieren Sie Entracte auf diesem Rechner, oder importieren Sie unter dem Benutzernamen, von dem sie stammt.</translation>
        </message>
        <message>
            <source>The file or folder is not there.</source>
            <translation>Die Datei oder der Ordner ist nicht da.</translation>
        </message>
        <message>
            <source>Choose another one.</source>
            <translation>Wählen Sie etwas anderes.</translation>
        </message>
        <message>
            <source>The file could not be read or written.</source>
            <translation>Die Datei konnte nicht gelesen oder geschrieben werden.</translation>
        </message>
        <message>
            <source>Choose another folder, one that you may write to.</source>
            <translation>Wählen Sie einen anderen Ordner, in den Sie schreiben dürfen.</translation>
        </message>
        <message>
            <source>The session could not be exported</source>
            <translation>Die Sitzung konnte nicht exportiert werden</translation>
        </message>
        <message>
            <source>The file could not be copied</source>
            <translation>Die Datei konnte nicht kopiert werden</translation>
        </message>
        <message>
            <source>“%1” could not be exported</source>
            <translation>„%1“ konnte nicht exportiert werden</translation>
        </message>
        <message>
            <source>The file could not be imported</source>
            <translation>Die Datei konnte nicht importiert werden</translation>
        </message>
        <message>
            <source>The session and its snapshots are as they were, and no file was left.</source>
            <translation>Die Sitzung und ihre Schnappschüsse sind, wie sie waren, und es blieb keine Datei zurück.</translation>
        </message>
        <message>
            <source>Your snapshots are encrypted and locked.</source>
            <translation>Ihre Schnappschüsse sind verschlüsselt und gesperrt.</translation>
        </message>
        <message>
            <source>Unlock them, then try again.</source>
            <translation>Entsperren Sie sie und versuchen Sie es dann noch einmal.</translation>
        </message>
        <message>
            <source>This is not the passphrase.</source>
            <translation>Das ist nicht die Passphrase.</translation>
        </message>
        <message>
            <source>Try again.</source>
            <translation>Versuchen Sie es noch einmal.</translation>
        </message>
        <message>
            <source>There are encrypted snapshots, or it is encrypted already.</source>
            <translation>Es gibt verschlüsselte Schnappschüsse, oder es ist schon verschlüsselt.</translation>
        </message>
        <message>
            <source>Delete them first.</source>
            <translation>Löschen Sie sie zuerst.</translation>
        </message>
        <message>
            <source>Another passphrase is being looked at.</source>
            <translation>Gerade wird eine andere Passphrase geprüft.</translation>
        </message>
        <message>
            <source>Try again in a moment.</source>
            <translation>Versuchen Sie es gleich noch einmal.</translation>
        </message>
        <message>
            <source>The encryption could not be changed</source>
            <translation>Die Verschlüsselung konnte nicht geändert werden</translation>
        </message>
        <message>
            <source>No room could be freed</source>
            <translation>Es konnte kein Platz geschaffen werden</translation>
        </message>
        <message>
            <source>The snapshot “%1” could not be verified</source>
            <translation>Der Schnappschuss „%1“ konnte nicht geprüft werden</translation>
        </message>
        <message>
            <source>The snapshot “%1” is damaged</source>
            <translation>Der Schnappschuss „%1“ ist beschädigt</translation>
        </message>
        <message>
            <source>Resume another snapshot, and delete this one. What is damaged may belong to others, too: “Verify snapshots” in the main menu tells.</source>
            <translation>Setzen Sie einen anderen Schnappschuss fort, und löschen Sie diesen. Was beschädigt ist, kann auch zu anderen gehören: „Schnappschüsse prüfen“ im Hauptmenü sagt es.</translation>
        </message>
        <message>
            <source>The program could not be started in “%1”</source>
            <translation>Das Programm konnte in „%1“ nicht gestartet werden</translation>
        </message>
    </context>
    <context>
        <name>Words</name>
        <message>
            <source>%1 ms</source>
            <translation>%1 ms</translation>
        </message>
        <message>
            <source>%1 s</source>
            <translation>%1 s</translation>
        </message>
        <message>
            <source>just now</source>
            <translation>gerade eben</translation>
        </message>
        <message numerus="yes">
            <source>%n minute(s) ago</source>
            <translation>
                <numerusform>vor einer Minute</numerusform>
                <numerusform>vor %n Minuten</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hour(s) ago</source>
            <translation>
                <numerusform>vor einer Stunde</numerusform>
                <numerusform>vor %n Stunden</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n day(s) ago</source>
            <translation>
                <numerusform>vor einem Tag</numerusform>
                <numerusform>vor %n Tagen</numerusform>
            </translation>
        </message>
        <message>
            <source>Today</source>
            <translation>Heute</translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation>Gestern</translation>
        </message>
        <message>
            <source>dddd, d MMMM</source>
            <comment>a day of this year</comment>
            <translation>dddd, d. MMMM</translation>
        </message>
        <message>
            <source>d MMMM yyyy</source>
            <comment>a day of another year</comment>
            <translation>d. MMMM yyyy</translation>
        </message>
        <message>
            <source>starting</source>
            <translation>startet</translation>
        </message>
        <message>
            <source>running</source>
            <translation>läuft</translation>
        </message>
        <message>
            <source>running without a screen</source>
            <translation>läuft ohne Bildschirm</translation>
        </message>
        <message>
            <source>suspended</source>
            <translation>angehalten</translation>
        </message>
        <message>
            <source>interrupted</source>
            <translation>unterbrochen</translation>
        </message>
        <message>
            <source>ended</source>
            <translation>beendet</translation>
        </message>
        <message>
            <source>Its programs are starting.</source>
            <translation>Ihre Programme starten.</translation>
        </message>
        <message>
            <source>Its programs go on, and are on no screen. Show them here at any time.</source>
            <translation>Ihre Programme laufen weiter, auf keinem Bildschirm. Sie lassen sich jederzeit hierher holen.</translation>
        </message>
        <message>
            <source>It is saved and uses no memory. Resume it to go on where you were.</source>
            <translation>Sie ist gesichert und belegt keinen Speicher. Beim Fortsetzen geht es weiter, wo Sie waren.</translation>
        </message>
        <message>
            <source>It ended without being asked. Its newest snapshot brings it back.</source>
            <translation>Sie endete ungefragt. Ihr neuester Schnappschuss holt sie zurück.</translation>
        </message>
        <message>
            <source>It has ended, and there is no snapshot to bring it back.</source>
            <translation>Sie ist beendet, und kein Schnappschuss kann sie zurückholen.</translation>
        </message>
        <message>
            <source>on no visible screen</source>
            <translation>auf keinem sichtbaren Bildschirm</translation>
        </message>
        <message>
            <source>in a window of its own</source>
            <translation>in einem eigenen Fenster</translation>
        </message>
        <message>
            <source>among the windows of display %1</source>
            <translation>zwischen den Fenstern von Display %1</translation>
        </message>
        <message numerus="yes">
            <source>%n program(s)</source>
            <translation>
                <numerusform>ein Programm</numerusform>
                <numerusform>%n Programme</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n window(s)</source>
            <translation>
                <numerusform>ein Fenster</numerusform>
                <numerusform>%n Fenster</numerusform>
            </translation>
        </message>
        <message>
            <source>automatic snapshots pause until %1</source>
            <translation>automatische Schnappschüsse ausgesetzt bis %1</translation>
        </message>
        <message>
            <source>next automatic snapshot %1</source>
            <translation>nächster automatischer Schnappschuss %1</translation>
        </message>
        <message>
            <source>Never</source>
            <translation>Nie</translation>
        </message>
        <message numerus="yes">
            <source>Every %n day(s)</source>
            <translation>
                <numerusform>Jeden Tag</numerusform>
                <numerusform>Alle %n Tage</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Every %n hour(s)</source>
            <translation>
                <numerusform>Jede Stunde</numerusform>
                <numerusform>Alle %n Stunden</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Every %n minute(s)</source>
            <translation>
                <numerusform>Jede Minute</numerusform>
                <numerusform>Alle %n Minuten</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Every %n second(s)</source>
            <translation>
                <numerusform>Jede Sekunde</numerusform>
                <numerusform>Alle %n Sekunden</numerusform>
            </translation>
        </message>
        <message>
            <source>Automatic snapshot</source>
            <translation>Automatischer Schnappschuss</translation>
        </message>
        <message>
            <source>Before going back</source>
            <translation>Vor dem Zurückgehen</translation>
        </message>
        <message>
            <source>Saved from within</source>
            <translation>Von innen gesichert</translation>
        </message>
        <message>
            <source>When the computer went down</source>
            <translation>Als der Rechner herunterfuhr</translation>
        </message>
        <message>
            <source>Suspended</source>
            <translation>Angehalten</translation>
        </message>
        <message>
            <source>Snapshot</source>
            <translation>Schnappschuss</translation>
        </message>
        <message>
            <source>New session</source>
            <translation>Neue Sitzung</translation>
        </message>
        <message>
            <source>Suspend</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>Fortsetzen</translation>
        </message>
        <message>
            <source>Go back</source>
            <translation>Zurückgehen</translation>
        </message>
        <message>
            <source>Open beside</source>
            <translation>Daneben öffnen</translation>
        </message>
        <message>
            <source>Show here</source>
            <translation>Hierher holen</translation>
        </message>
        <message>
            <source>Take off the screen</source>
            <translation>Vom Bildschirm nehmen</translation>
        </message>
        <message>
            <source>End</source>
            <translation>Beenden</translation>
        </message>
        <message>
            <source>Starting a session</source>
            <translation>Eine Sitzung startet</translation>
        </message>
        <message>
            <source>Starting “%1”</source>
            <translation>„%1“ startet</translation>
        </message>
        <message>
            <source>Taking a snapshot of “%1”</source>
            <translation>„%1“ wird gesichert</translation>
        </message>
        <message>
            <source>Suspending “%1”</source>
            <translation>„%1“ wird angehalten</translation>
        </message>
        <message>
            <source>Resuming “%1”</source>
            <translation>„%1“ wird fortgesetzt</translation>
        </message>
        <message>
            <source>Taking “%1” back to an earlier moment</source>
            <translation>„%1“ geht zu einem früheren Augenblick zurück</translation>
        </message>
        <message>
            <source>Opening a copy beside “%1”</source>
            <translation>Neben „%1“ öffnet sich eine Kopie</translation>
        </message>
        <message>
            <source>Bringing “%1” to this screen</source>
            <translation>„%1“ kommt auf diesen Bildschirm</translation>
        </message>
        <message>
            <source>Taking “%1” off the screen</source>
            <translation>„%1“ wird vom Bildschirm genommen</translation>
        </message>
        <message>
            <source>Ending “%1”</source>
            <translation>„%1“ wird beendet</translation>
        </message>
        <message>
            <source>%1: “%2”</source>
            <comment>a kind of work, a session</comment>
            <translation>%1: „%2“</translation>
        </message>
        <message>
            <source>“%1” has started</source>
            <translation>„%1“ ist gestartet</translation>
        </message>
        <message>
            <source>“%1” was saved</source>
            <translation>„%1“ ist gesichert</translation>
        </message>
        <message>
            <source>“%1” is suspended</source>
            <translation>„%1“ ist angehalten</translation>
        </message>
        <message>
            <source>“%1” is back</source>
            <translation>„%1“ ist wieder da</translation>
        </message>
        <message>
            <source>“%1” is back at the earlier moment</source>
            <translation>„%1“ ist zurück beim früheren Augenblick</translation>
        </message>
        <message>
            <source>A copy of “%1” runs beside it</source>
            <translation>Neben „%1“ läuft eine Kopie</translation>
        </message>
        <message>
            <source>“%1” is on this screen</source>
            <translation>„%1“ ist auf diesem Bildschirm</translation>
        </message>
        <message>
            <source>“%1” goes on without a screen</source>
            <translation>„%1“ läuft ohne Bildschirm weiter</translation>
        </message>
        <message>
            <source>“%1” has ended</source>
            <translation>„%1“ ist beendet</translation>
        </message>
        <message>
            <source>%1 is done: “%2”</source>
            <comment>a kind of work, a session</comment>
            <translation>%1 ist fertig: „%2“</translation>
        </message>
        <message>
            <source>Preparing</source>
            <translation>Vorbereiten</translation>
        </message>
        <message>
            <source>Saving memory</source>
            <translation>Speicher sichern</translation>
        </message>
        <message>
            <source>Storing</source>
            <translation>Ablegen</translation>
        </message>
        <message>
            <source>Ending programs</source>
            <translation>Programme beenden</translation>
        </message>
        <message>
            <source>Verifying</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <source>Unpacking</source>
            <translation>Auspacken</translation>
        </message>
        <message>
            <source>Restoring programs</source>
            <translation>Programme zurückholen</translation>
        </message>
        <message>
            <source>Bringing back windows</source>
            <translation>Fenster zurückholen</translation>
        </message>
        <message>
            <source>Starting programs</source>
            <translation>Programme starten</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>Warten</translation>
        </message>
        <message>
            <source>Cancelling…</source>
            <translation>Wird abgebrochen …</translation>
        </message>
        <message>
            <source>%1/s</source>
            <comment>bytes per second</comment>
            <translation>%1/s</translation>
        </message>
        <message numerus="yes">
            <source>%n second(s) left</source>
            <translation>
                <numerusform>noch eine Sekunde</numerusform>
                <numerusform>noch %n Sekunden</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n minute(s) left</source>
            <translation>
                <numerusform>noch eine Minute</numerusform>
                <numerusform>noch %n Minuten</numerusform>
            </translation>
        </message>
        <message>
            <source>“%1”</source>
            <translation>„%1“</translation>
        </message>
        <message numerus="yes">
            <source>%1 and %n more</source>
            <comment>names of windows</comment>
            <translation>
                <numerusform>%1 und %n weiteres</numerusform>
                <numerusform>%1 und %n weitere</numerusform>
            </translation>
        </message>
        <message>
            <source>Opened: %1</source>
            <translation>Geöffnet: %1</translation>
        </message>
        <message>
            <source>Closed: %1</source>
            <translation>Geschlossen: %1</translation>
        </message>
        <message>
            <source>“%1” became “%2”</source>
            <comment>titles of a window</comment>
            <translation>„%1“ wurde „%2“</translation>
        </message>
        <message numerus="yes">
            <source>%n program(s) more</source>
            <translation>
                <numerusform>%n Programm mehr</numerusform>
                <numerusform>%n Programme mehr</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n program(s) fewer</source>
            <translation>
                <numerusform>%n Programm weniger</numerusform>
                <numerusform>%n Programme weniger</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 of memory more</source>
            <translation>%1 Speicher mehr</translation>
        </message>
        <message>
            <source>%1 of memory less</source>
            <translation>%1 Speicher weniger</translation>
        </message>
        <message>
            <source>%1 of files more</source>
            <translation>%1 an Dateien mehr</translation>
        </message>
        <message>
            <source>%1 of files less</source>
            <translation>%1 an Dateien weniger</translation>
        </message>
        <message>
            <source>The same windows and programs</source>
            <translation>Dieselben Fenster und Programme</translation>
        </message>
        <message>
            <source>Verify snapshots</source>
            <translation>Schnappschüsse prüfen</translation>
        </message>
        <message>
            <source>Reading every snapshot and comparing</source>
            <translation>Alle Schnappschüsse werden gelesen und verglichen</translation>
        </message>
        <message>
            <source>Every snapshot is as it was written</source>
            <translation>Alle Schnappschüsse sind, wie sie geschrieben wurden</translation>
        </message>
        <message>
            <source>Copy a file</source>
            <translation>Datei kopieren</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>Exportieren</translation>
        </message>
        <message>
            <source>Import</source>
            <translation>Importieren</translation>
        </message>
        <message>
            <source>Copying a file</source>
            <translation>Eine Datei wird kopiert</translation>
        </message>
        <message>
            <source>Exporting a session</source>
            <translation>Eine Sitzung wird exportiert</translation>
        </message>
        <message>
            <source>Exporting “%1”</source>
            <translation>„%1“ wird exportiert</translation>
        </message>
        <message>
            <source>Importing a session</source>
            <translation>Eine Sitzung wird importiert</translation>
        </message>
        <message>
            <source>The file was copied</source>
            <translation>Die Datei wurde kopiert</translation>
        </message>
        <message>
            <source>“%1” was exported</source>
            <translation>„%1“ wurde exportiert</translation>
        </message>
        <message>
            <source>“%1” was imported</source>
            <translation>„%1“ wurde importiert</translation>
        </message>
        <message>
            <source>Copying</source>
            <translation>Wird kopiert</translation>
        </message>
        <message>
            <source>Writing the file</source>
            <translation>Schreiben der Datei</translation>
        </message>
        <message>
            <source>Reading the file and checking it</source>
            <translation>Lesen und Prüfen der Datei</translation>
        </message>
        <message>
            <source>It was being given to %1. “Move to…” asks whether it arrived.</source>
            <translation>Sie wurde gerade an %1 übergeben. „Umziehen …“ fragt, ob sie ankam.</translation>
        </message>
        <message>
            <source>It is at %1. What was saved here before can be opened beside.</source>
            <translation>Sie ist bei %1. Was hier zuvor gesichert wurde, lässt sich daneben öffnen.</translation>
        </message>
        <message>
            <source>It is arriving from %1.</source>
            <translation>Sie kommt gerade von %1.</translation>
        </message>
        <message>
            <source>The program “entracte” is not there.</source>
            <translation>Das Programm „entracte“ ist nicht da.</translation>
        </message>
        <message>
            <source>Moving “%1” to %2</source>
            <translation>„%1“ zieht um zu %2</translation>
        </message>
        <message>
            <source>Sending “%1” to the repository “%2”</source>
            <translation>„%1“ wird an das Repository „%2“ gesendet</translation>
        </message>
        <message>
            <source>Fetching “%1” from the repository “%2”</source>
            <translation>„%1“ wird aus dem Repository „%2“ geholt</translation>
        </message>
        <message>
            <source>Sending it ahead; it runs on here</source>
            <translation>Wird vorausgesandt; sie läuft hier weiter</translation>
        </message>
        <message>
            <source>Sending the rest; it stands still</source>
            <translation>Der Rest wird gesandt; sie steht still</translation>
        </message>
        <message>
            <source>It begins to run there</source>
            <translation>Sie läuft dort an</translation>
        </message>
        <message>
            <source>Asking the other computer</source>
            <translation>Der andere Rechner wird gefragt</translation>
        </message>
        <message>
            <source>%1 · %2 sent</source>
            <comment>what happens, so much of it</comment>
            <translation>%1 · %2 gesandt</translation>
        </message>
        <message>
            <source>“%1” did not move to %2</source>
            <translation>„%1“ ist nicht zu %2 umgezogen</translation>
        </message>
        <message>
            <source>“%1” was not sent to “%2”</source>
            <translation>„%1“ wurde nicht an „%2“ gesendet</translation>
        </message>
        <message>
            <source>“%1” was not fetched from “%2”</source>
            <translation>„%1“ wurde nicht aus „%2“ geholt</translation>
        </message>
        <message>
            <source>It never runs on both computers.</source>
            <translation>Sie läuft nie auf beiden Rechnern.</translation>
        </message>
        <message>
            <source>What was there before is as it was.</source>
            <translation>Was vorher da war, ist, wie es war.</translation>
        </message>
        <message>
            <source>Verify a snapshot</source>
            <translation>Schnappschuss prüfen</translation>
        </message>
        <message>
            <source>Free room</source>
            <translation>Platz schaffen</translation>
        </message>
        <message>
            <source>Reading the snapshot and comparing</source>
            <translation>Schnappschuss wird gelesen und verglichen</translation>
        </message>
        <message>
            <source>Freeing what no snapshot needs</source>
            <translation>Was kein Schnappschuss braucht, wird freigegeben</translation>
        </message>
        <message>
            <source>The snapshot is as it was written</source>
            <translation>Der Schnappschuss ist, wie er geschrieben wurde</translation>
        </message>
        <message>
            <source>What no snapshot needs is gone</source>
            <translation>Was kein Schnappschuss braucht, ist weg</translation>
        </message>
        <message>
            <source>ended; its newest snapshot is of %1</source>
            <translation>beendet; der neueste Schnappschuss ist von %1</translation>
        </message>
        <message>
            <source>It has ended; its newest snapshot is of %1. Resume goes back to it.</source>
            <translation>Sie ist beendet; der neueste Schnappschuss ist von %1. „Fortsetzen“ kehrt zu ihm zurück.</translation>
        </message>
        <message>
            <source>Files that its programs saved outside shared folders exist in the session only, those in Documents, too: %1</source>
            <comment>what becomes of them</comment>
            <translation>Dateien, die ihre Programme außerhalb geteilter Ordner gespeichert haben, gibt es nur in der Sitzung, auch die in „Dokumente“: %1</translation>
        </message>
        <message>
            <source>Locked snapshot</source>
            <translation>Gesperrter Schnappschuss</translation>
        </message>
        <message>
            <source>locked</source>
            <translation>verschlossen</translation>
        </message>
        <message numerus="yes">
            <source>%n program(s) cannot be saved</source>
            <translation>
                <numerusform>Ein Programm kann nicht gesichert werden</numerusform>
                <numerusform>%n Programme können nicht gesichert werden</numerusform>
            </translation>
        </message>
        <message>
            <source>no snapshot yet</source>
            <translation>noch kein Schnappschuss</translation>
        </message>
        <message numerus="yes">
            <source>%n snapshot(s)</source>
            <translation>
                <numerusform>ein Schnappschuss</numerusform>
                <numerusform>%n Schnappschüsse</numerusform>
            </translation>
        </message>
        <message>
            <source>pauses</source>
            <comment>automatic snapshots</comment>
            <translation>pausiert</translation>
        </message>
        <message>
            <source>next %1</source>
            <comment>automatic snapshot, a time</comment>
            <translation>nächster %1</translation>
        </message>
        <message>
            <source>None: its programs reach each other, and nothing else.</source>
            <translation>Keines: Ihre Programme erreichen einander und sonst nichts.</translation>
        </message>
        <message>
            <source>Only these ports of this computer, at 10.0.2.2: %1</source>
            <translation>Nur diese Ports dieses Rechners, unter 10.0.2.2: %1</translation>
        </message>
        <message>
            <source>What you reach yourself, but for this computer's own ports</source>
            <translation>Was Sie selbst erreichen, außer den Ports dieses Rechners</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::Actions</name>
        <message>
            <source>%1, %2</source>
            <comment>a snapshot, its time</comment>
            <translation>%1, %2</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::CheckPage</name>
        <message>
            <source>Check &amp;again</source>
            <translation>&amp;Noch einmal prüfen</translation>
        </message>
        <message>
            <source>Check this computer</source>
            <translation>Diesen Rechner prüfen</translation>
        </message>
        <message>
            <source>&amp;Close</source>
            <translation>&amp;Schließen</translation>
        </message>
        <message>
            <source>Looking…</source>
            <translation>Wird geprüft …</translation>
        </message>
        <message>
            <source>Entracte's helper does not answer.</source>
            <translation>Der Helfer von Entracte antwortet nicht.</translation>
        </message>
        <message>
            <source>Install Entracte's packages, or start entracted as root.</source>
            <translation>Die Pakete von Entracte installieren oder entracted als root starten.</translation>
        </message>
        <message>
            <source>The helper answers.</source>
            <translation>Der Helfer antwortet.</translation>
        </message>
        <message numerus="yes">
            <source>%n thing(s) that Entracte needs are missing.</source>
            <translation>
                <numerusform>Eine Sache, die Entracte braucht, fehlt.</numerusform>
                <numerusform>%n Dinge, die Entracte braucht, fehlen.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Entracte works here. %n thing(s) could be better.</source>
            <translation>
                <numerusform>Entracte läuft hier. Eine Sache könnte besser sein.</numerusform>
                <numerusform>Entracte läuft hier. %n Dinge könnten besser sein.</numerusform>
            </translation>
        </message>
        <message>
            <source>Everything that Entracte needs is here.</source>
            <translation>Alles, was Entracte braucht, ist da.</translation>
        </message>
        <message>
            <source>Free what is not needed</source>
            <translation>Nicht Gebrauchtes freigeben</translation>
        </message>
        <message>
            <source>Parts of deleted snapshots that are still on the disk</source>
            <translation>Teile gelöschter Schnappschüsse, die noch auf der Platte liegen</translation>
        </message>
        <message>
            <source>Start it</source>
            <translation>Starten</translation>
        </message>
        <message>
            <source>Install what is missing</source>
            <translation>Fehlendes installieren</translation>
        </message>
        <message>
            <source>At work…</source>
            <translation>In Arbeit …</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::CompareDialog</name>
        <message>
            <source>The first snapshot</source>
            <translation>Der erste Schnappschuss</translation>
        </message>
        <message>
            <source>The second snapshot</source>
            <translation>Der zweite Schnappschuss</translation>
        </message>
        <message>
            <source>Compare snapshots</source>
            <translation>Schnappschüsse vergleichen</translation>
        </message>
        <message>
            <source>%1, %2</source>
            <translation>%1, %2</translation>
        </message>
        <message>
            <source>Differences</source>
            <translation>Unterschiede</translation>
        </message>
        <message>
            <source>These are the same snapshot</source>
            <translation>Das ist derselbe Schnappschuss</translation>
        </message>
        <message>
            <source>From %1 to %2</source>
            <comment>two times</comment>
            <translation>Von %1 bis %2</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::ErrandRow</name>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Cancel: %1</source>
            <translation>Abbrechen: %1</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::ExportDialog</name>
        <message>
            <source>&amp;Encrypt it with a passphrase</source>
            <translation>Mit einer Passphrase &amp;verschlüsseln</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>Exportieren</translation>
        </message>
        <message>
            <source>Write “%1” into a file</source>
            <translation>„%1“ in eine Datei schreiben</translation>
        </message>
        <message>
            <source>The snapshot “%1” of %2, with all that it needs. From the file it can be brought back on another computer, or kept outside of this one.</source>
            <translation>Der Schnappschuss „%1“ von %2 mit allem, was er braucht. Aus der Datei kommt er auf einem anderen Rechner zurück, oder er wird außerhalb von diesem aufbewahrt.</translation>
        </message>
        <message>
            <source>File</source>
            <translation>Datei</translation>
        </message>
        <message>
            <source>&amp;File:</source>
            <translation>&amp;Datei:</translation>
        </message>
        <message>
            <source>&amp;Browse…</source>
            <translation>D&amp;urchsuchen …</translation>
        </message>
        <message>
            <source>Without a passphrase whoever has the file can read everything that the programs have in memory: documents, messages, passwords.</source>
            <translation>Ohne Passphrase kann, wer die Datei hat, alles lesen, was die Programme im Speicher haben: Dokumente, Nachrichten, Passwörter.</translation>
        </message>
        <message>
            <source>E&amp;xport</source>
            <translation>E&amp;xportieren</translation>
        </message>
        <message>
            <source>Sessions (*%1)</source>
            <translation>Sitzungen (*%1)</translation>
        </message>
        <message>
            <source>Name a file.</source>
            <translation>Nennen Sie eine Datei.</translation>
        </message>
        <message>
            <source>There is no such folder.</source>
            <translation>Diesen Ordner gibt es nicht.</translation>
        </message>
        <message>
            <source>This is no file.</source>
            <translation>Das ist keine Datei.</translation>
        </message>
        <message>
            <source>You may not write into this folder.</source>
            <translation>In diesen Ordner dürfen Sie nicht schreiben.</translation>
        </message>
        <message>
            <source>There is a file of this name. It will be replaced.</source>
            <translation>Eine Datei dieses Namens gibt es schon. Sie wird ersetzt.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::FilesDialog</name>
        <message>
            <source>Documents were changed</source>
            <translation>Dokumente wurden geändert</translation>
        </message>
        <message>
            <source>Which documents count?</source>
            <translation>Welche Dokumente gelten?</translation>
        </message>
        <message>
            <source>Since this snapshot of “%1” was taken, documents that its programs have open were changed from outside. Nothing has been touched yet.</source>
            <translation>Seit diesem Schnappschuss von „%1“ wurden Dokumente, die ihre Programme offen haben, von außen geändert. Noch ist nichts angerührt worden.</translation>
        </message>
        <message>
            <source>Changed documents</source>
            <translation>Geänderte Dokumente</translation>
        </message>
        <message>
            <source>%1 (removed)</source>
            <comment>a file</comment>
            <translation>%1 (gelöscht)</translation>
        </message>
        <message>
            <source>Keep &amp;both</source>
            <translation>&amp;Beide behalten</translation>
        </message>
        <message>
            <source>Programs find their documents as they left them. What is there now stays beside, under another name.</source>
            <translation>Programme finden ihre Dokumente, wie sie sie verlassen haben. Was jetzt da ist, bleibt unter anderem Namen daneben.</translation>
        </message>
        <message>
            <source>What is there &amp;now</source>
            <translation>Was &amp;jetzt da ist</translation>
        </message>
        <message>
            <source>Documents stay as they are. A program may not notice, and overwrite them when it saves.</source>
            <translation>Dokumente bleiben, wie sie sind. Ein Programm merkt das vielleicht nicht und überschreibt sie beim Speichern.</translation>
        </message>
        <message>
            <source>As the programs &amp;left them</source>
            <translation>Wie die Programme sie &amp;verlassen haben</translation>
        </message>
        <message>
            <source>What was changed since then is overwritten.</source>
            <translation>Was seither geändert wurde, wird überschrieben.</translation>
        </message>
        <message>
            <source>&amp;Go on</source>
            <translation>&amp;Weiter</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::FolderChoice</name>
        <message>
            <source>Shared folders</source>
            <translation>Geteilte Ordner</translation>
        </message>
        <message>
            <source>Checked: programs may write there. Unchecked: they may only read.</source>
            <translation>Mit Häkchen: Programme dürfen dort schreiben. Ohne: nur lesen.</translation>
        </message>
        <message>
            <source>Share a folder…</source>
            <translation>Einen Ordner teilen …</translation>
        </message>
        <message>
            <source>Do not share the chosen folder</source>
            <translation>Den gewählten Ordner nicht teilen</translation>
        </message>
        <message>
            <source>Share a folder</source>
            <translation>Einen Ordner teilen</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::HelperLink</name>
        <message>
            <source>Entracte's helper ended.</source>
            <translation>Der Helfer von Entracte hat sich beendet.</translation>
        </message>
        <message>
            <source>The system's message bus cannot be reached.</source>
            <translation>Der Nachrichtenbus des Systems ist nicht erreichbar.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::Hotkey</name>
        <message>
            <source>This desktop gives no keys to applications in the background.</source>
            <translation>Diese Arbeitsumgebung gibt Anwendungen im Hintergrund keine Tasten.</translation>
        </message>
        <message>
            <source>%1 is needed for typing. Add Ctrl, Alt or Meta.</source>
            <translation>%1 wird zum Schreiben gebraucht. Nehmen Sie Strg, Alt oder Meta dazu.</translation>
        </message>
        <message>
            <source>%1 cannot be had from this keyboard.</source>
            <translation>%1 gibt es auf dieser Tastatur nicht.</translation>
        </message>
        <message>
            <source>Another program has %1 already.</source>
            <translation>Ein anderes Programm hat %1 schon.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::ImportDialog</name>
        <message>
            <source>Import</source>
            <translation>Importieren</translation>
        </message>
        <message>
            <source>A session from a file</source>
            <translation>Eine Sitzung aus einer Datei</translation>
        </message>
        <message>
            <source>&amp;Import</source>
            <translation>&amp;Importieren</translation>
        </message>
        <message>
            <source>Sessions (*.entracte);;All files (*)</source>
            <translation>Sitzungen (*.entracte);;Alle Dateien (*)</translation>
        </message>
        <message>
            <source>Looking into the file…</source>
            <translation>Die Datei wird angesehen …</translation>
        </message>
        <message>
            <source>The file is encrypted. What is in it can be seen with its passphrase only.</source>
            <translation>Die Datei ist verschlüsselt. Was in ihr ist, zeigt sich nur mit ihrer Passphrase.</translation>
        </message>
        <message>
            <source>Passphrase</source>
            <translation>Passphrase</translation>
        </message>
        <message>
            <source>&amp;Passphrase:</source>
            <translation>&amp;Passphrase:</translation>
        </message>
        <message>
            <source>Name of the session</source>
            <translation>Name der Sitzung</translation>
        </message>
        <message>
            <source>&amp;Name:</source>
            <translation>&amp;Name:</translation>
        </message>
        <message>
            <source>Snapshot</source>
            <translation>Schnappschuss</translation>
        </message>
        <message>
            <source>Holds</source>
            <translation>Enthält</translation>
        </message>
        <message>
            <source>Windows</source>
            <translation>Fenster</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>Größe</translation>
        </message>
        <message>
            <source>It becomes a suspended session; nothing of it runs until you resume it. All of the file is checked first. Take a file only from whom you trust.</source>
            <translation>Daraus wird eine angehaltene Sitzung; nichts von ihr läuft, bis Sie sie fortsetzen. Vorher wird die ganze Datei geprüft. Nehmen Sie Dateien nur von Leuten an, denen Sie vertrauen.</translation>
        </message>
        <message>
            <source>Copy details</source>
            <translation>Einzelheiten kopieren</translation>
        </message>
        <message>
            <source>Copied</source>
            <translation>Kopiert</translation>
        </message>
        <message>
            <source>&amp;Open</source>
            <translation>Ö&amp;ffnen</translation>
        </message>
        <message>
            <source>This passphrase does not open the file.</source>
            <translation>Diese Passphrase öffnet die Datei nicht.</translation>
        </message>
        <message>
            <source>%1, %2</source>
            <comment>a snapshot's name, its time</comment>
            <translation>%1, %2</translation>
        </message>
        <message>
            <source>%1, %2</source>
            <comment>windows, programs</comment>
            <translation>%1, %2</translation>
        </message>
        <message numerus="yes">
            <source>%n window(s)</source>
            <translation>
                <numerusform>%n Fenster</numerusform>
                <numerusform>%n Fenster</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n program(s)</source>
            <translation>
                <numerusform>%n Programm</numerusform>
                <numerusform>%n Programme</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>und %n weiteres</numerusform>
                <numerusform>und %n weitere</numerusform>
            </translation>
        </message>
        <message>
            <source>None</source>
            <translation>Keine</translation>
        </message>
        <message>
            <source>%1 of memory, %2 of files</source>
            <translation>%1 Speicher, %2 Dateien</translation>
        </message>
        <message>
            <source>%1 %2 %3</source>
            <comment>what happened, what is safe, what to do next</comment>
            <translation>%1 %2 %3</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::JobModel</name>
        <message>
            <source>Entracte's helper ended while it worked.</source>
            <translation>Der Helfer von Entracte hat sich mitten in der Arbeit beendet.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::JobRow</name>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Cancel: %1</source>
            <translation>Abbrechen: %1</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::JobsPanel</name>
        <message numerus="yes">
            <source>%n more, to be seen when these are dismissed</source>
            <comment>cards of errors</comment>
            <translation>
                <numerusform>Eine weitere, zu sehen, wenn diese weggelegt sind</numerusform>
                <numerusform>%n weitere, zu sehen, wenn diese weggelegt sind</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::KeepRules</name>
        <message>
            <source>&amp;Delete older snapshots by these rules</source>
            <translation>Ältere Schnappschüsse nach diesen Regeln &amp;löschen</translation>
        </message>
        <message>
            <source>The ne&amp;west:</source>
            <translation>Die &amp;neuesten:</translation>
        </message>
        <message>
            <source>One an &amp;hour:</source>
            <translation>Einer je Stun&amp;de:</translation>
        </message>
        <message>
            <source>One a da&amp;y:</source>
            <translation>Einer am Ta&amp;g:</translation>
        </message>
        <message>
            <source>One a wee&amp;k:</source>
            <translation>Einer je Wo&amp;che:</translation>
        </message>
        <message>
            <source>One a &amp;month:</source>
            <translation>Einer im &amp;Monat:</translation>
        </message>
        <message>
            <source>Snapshots that are kept, and those that go</source>
            <translation>Schnappschüsse, die bleiben, und die gehen</translation>
        </message>
        <message>
            <source>Pinned snapshots are always kept.</source>
            <translation>Angeheftete Schnappschüsse bleiben immer.</translation>
        </message>
        <message>
            <source>All snapshots are kept.</source>
            <translation>Alle Schnappschüsse bleiben.</translation>
        </message>
        <message numerus="yes">
            <source>At most %n snapshot(s) are kept, and the pinned ones.</source>
            <translation>
                <numerusform>Höchstens ein Schnappschuss bleibt, und die angehefteten.</numerusform>
                <numerusform>Höchstens %n Schnappschüsse bleiben, und die angehefteten.</numerusform>
            </translation>
        </message>
        <message>
            <source>%1, %2</source>
            <translation>%1, %2</translation>
        </message>
        <message>
            <source>%1, would be deleted</source>
            <translation>%1, würde gelöscht</translation>
        </message>
        <message>
            <source>%1, is kept</source>
            <translation>%1, bleibt</translation>
        </message>
        <message numerus="yes">
            <source>Now all %n snapshot(s) would be kept.</source>
            <translation>
                <numerusform>Jetzt bliebe %n Schnappschuss.</numerusform>
                <numerusform>Jetzt blieben alle %n Schnappschüsse.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Now %n snapshot(s) would be deleted, which frees %1.</source>
            <translation>
                <numerusform>Jetzt würde %n Schnappschuss gelöscht; das gibt %1 frei.</numerusform>
                <numerusform>Jetzt würden %n Schnappschüsse gelöscht; das gibt %1 frei.</numerusform>
            </translation>
        </message>
        <message>
            <source>As many snapshots are kept as %1 hold, and the pinned ones.</source>
            <translation>Es bleiben so viele Schnappschüsse, wie in %1 passen, und die angehefteten.</translation>
        </message>
        <message numerus="yes">
            <source>At most %n snapshot(s) are kept, in at most %1, and the pinned ones.</source>
            <translation>
                <numerusform>Höchstens ein Schnappschuss bleibt, mit höchstens %1, und die angehefteten.</numerusform>
                <numerusform>Höchstens %n Schnappschüsse bleiben, mit höchstens %1, und die angehefteten.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::LimitsChoice</name>
        <message>
            <source>%1 of memory</source>
            <translation>%1 Speicher</translation>
        </message>
        <message>
            <source>Half a processor</source>
            <translation>Ein halber Prozessor</translation>
        </message>
        <message numerus="yes">
            <source>%n processor(s)</source>
            <translation>
                <numerusform>%n Prozessor</numerusform>
                <numerusform>%n Prozessoren</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 % of a processor</source>
            <translation>%1 % eines Prozessors</translation>
        </message>
        <message>
            <source>Memory at most</source>
            <translation>Höchstens so viel Speicher</translation>
        </message>
        <message>
            <source>Processors at most</source>
            <translation>Höchstens so viele Prozessoren</translation>
        </message>
        <message>
            <source>All memory</source>
            <translation>Aller Speicher</translation>
        </message>
        <message>
            <source>All processors</source>
            <translation>Alle Prozessoren</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::MainWindow</name>
        <message>
            <source>Entracte</source>
            <translation>Entracte</translation>
        </message>
        <message>
            <source>&amp;New session…</source>
            <translation>&amp;Neue Sitzung …</translation>
        </message>
        <message>
            <source>&amp;Search</source>
            <translation>&amp;Suchen</translation>
        </message>
        <message>
            <source>&amp;Undo deleting</source>
            <translation>Löschen &amp;rückgängig machen</translation>
        </message>
        <message>
            <source>&amp;Check this computer</source>
            <translation>Diesen &amp;Rechner prüfen</translation>
        </message>
        <message>
            <source>&amp;Preferences…</source>
            <translation>&amp;Einstellungen …</translation>
        </message>
        <message>
            <source>&amp;Keyboard shortcuts</source>
            <translation>&amp;Tastenkürzel</translation>
        </message>
        <message>
            <source>&amp;About Entracte</source>
            <translation>Ü&amp;ber Entracte</translation>
        </message>
        <message>
            <source>Close the &amp;window</source>
            <translation>&amp;Fenster schließen</translation>
        </message>
        <message>
            <source>&amp;Quit</source>
            <translation>&amp;Beenden</translation>
        </message>
        <message>
            <source>No snapshot yet</source>
            <translation>Noch kein Schnappschuss</translation>
        </message>
        <message>
            <source>A snapshot keeps everything as it is at that moment: programs, windows, what is not saved yet. You can come back to it later, even after the computer was turned off.</source>
            <translation>Ein Schnappschuss bewahrt alles, wie es in diesem Augenblick ist: Programme, Fenster, noch nicht Gespeichertes. Später können Sie dorthin zurückkehren, auch wenn der Rechner aus war.</translation>
        </message>
        <message>
            <source>%1 Your sessions go on, and snapshots are safe. What you see is how it was.</source>
            <translation>%1 Ihre Sitzungen laufen weiter, und die Schnappschüsse sind sicher. Sie sehen den letzten bekannten Stand.</translation>
        </message>
        <message>
            <source>Start it again</source>
            <translation>Wieder starten</translation>
        </message>
        <message>
            <source>This desktop shows no tray. Entracte works in this window alone; closing it ends the application, and sessions go on.</source>
            <translation>Diese Arbeitsfläche zeigt keinen Systemabschnitt der Kontrollleiste. Entracte arbeitet nur in diesem Fenster; wird es geschlossen, endet die Anwendung, und die Sitzungen laufen weiter.</translation>
        </message>
        <message>
            <source>Understood</source>
            <translation>Verstanden</translation>
        </message>
        <message>
            <source>About Entracte</source>
            <translation>Über Entracte</translation>
        </message>
        <message>
            <source>Entracte %1</source>
            <translation>Entracte %1</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>Suchen</translation>
        </message>
        <message>
            <source>Search sessions and snapshots</source>
            <translation>Sitzungen und Schnappschüsse suchen</translation>
        </message>
        <message>
            <source>Main menu</source>
            <translation>Hauptmenü</translation>
        </message>
        <message>
            <source>Sessions</source>
            <translation>Sitzungen</translation>
        </message>
        <message>
            <source>Looking for Entracte's helper…</source>
            <translation>Der Helfer von Entracte wird gesucht …</translation>
        </message>
        <message>
            <source>Nothing runs here yet</source>
            <translation>Hier läuft noch nichts</translation>
        </message>
        <message>
            <source>Start a program in a session. From then on one click saves it as a whole: its windows, its memory, what you have not saved. Another click brings it back, also after a restart.</source>
            <translation>Starten Sie ein Programm in einer Sitzung. Von da an sichert ein Klick sie als Ganzes: ihre Fenster, ihren Speicher, noch nicht Gespeichertes. Ein weiterer Klick holt sie zurück, auch nach einem Neustart.</translation>
        </message>
        <message>
            <source>Nothing found</source>
            <translation>Nichts gefunden</translation>
        </message>
        <message>
            <source>No session has these words.</source>
            <translation>Keine Sitzung hat diese Wörter.</translation>
        </message>
        <message>
            <source>Timeline</source>
            <translation>Zeitleiste</translation>
        </message>
        <message>
            <source>No snapshot has these words.</source>
            <translation>Kein Schnappschuss hat diese Wörter.</translation>
        </message>
        <message>
            <source>&amp;Verify snapshots</source>
            <translation>Schnappschüsse p&amp;rüfen</translation>
        </message>
        <message>
            <source>Verify snapshots</source>
            <translation>Schnappschüsse prüfen</translation>
        </message>
        <message>
            <source>Every snapshot is as it was written.</source>
            <translation>Alle Schnappschüsse sind, wie sie geschrieben wurden.</translation>
        </message>
        <message>
            <source>All that they hold was read and compared.</source>
            <translation>Alles, was sie enthalten, wurde gelesen und verglichen.</translation>
        </message>
        <message>
            <source>&amp;Import…</source>
            <translation>&amp;Importieren …</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>Exportieren</translation>
        </message>
        <message>
            <source>%1 (%2)</source>
            <comment>a file, its size</comment>
            <translation>%1 (%2)</translation>
        </message>
        <message>
            <source>&amp;Show the folder</source>
            <translation>Den &amp;Ordner zeigen</translation>
        </message>
        <message>
            <source>Saves running desktop sessions and brings them back.

Free software under the GNU General Public License, version 3 or later.</source>
            <translation>Sichert laufende Sitzungen und holt sie zurück.

Freie Software unter der GNU General Public License, Version 3 oder neuer.</translation>
        </message>
        <message>
            <source>&amp;Encryption…</source>
            <translation>&amp;Verschlüsselung …</translation>
        </message>
        <message>
            <source>&amp;Fetch from a repository…</source>
            <translation>Aus einem Repository &amp;holen …</translation>
        </message>
        <message>
            <source>The chosen snapshot</source>
            <translation>Der gewählte Schnappschuss</translation>
        </message>
        <message>
            <source>Locked: nothing is saved of what runs, not by itself and not when you ask, until you unlock your snapshots.</source>
            <translation>Gesperrt: Von dem, was läuft, wird nichts gesichert, weder von selbst noch auf Wunsch, bis Sie Ihre Schnappschüsse entsperren.</translation>
        </message>
        <message>
            <source>Unlock…</source>
            <translation>Entsperren …</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::MoveDialog</name>
        <message>
            <source>Move</source>
            <translation>Umziehen</translation>
        </message>
        <message>
            <source>Go on with “%1” at another computer</source>
            <translation>Mit „%1“ an einem anderen Rechner weitermachen</translation>
        </message>
        <message>
            <source>Name of the computer, or user@name</source>
            <translation>Name des Rechners, oder Benutzer@Name</translation>
        </message>
        <message>
            <source>Computer</source>
            <translation>Rechner</translation>
        </message>
        <message>
            <source>&amp;Computer:</source>
            <translation>&amp;Rechner:</translation>
        </message>
        <message>
            <source>What will happen</source>
            <translation>Was geschehen wird</translation>
        </message>
        <message>
            <source>While it runs on here, most of it is sent to the other computer.</source>
            <translation>Während sie hier weiterläuft, wird das meiste an den anderen Rechner gesandt.</translation>
        </message>
        <message>
            <source>Then it stands still for a moment, the rest is sent, and it goes on there: its programs, files and windows, on the screen that you use there.</source>
            <translation>Dann steht sie einen Augenblick still, der Rest wird gesandt, und sie geht dort weiter: ihre Programme, Dateien und Fenster, auf dem Bildschirm, den Sie dort benutzen.</translation>
        </message>
        <message>
            <source>It is sent to the other computer, and is suspended there as it is here.</source>
            <translation>Sie wird an den anderen Rechner gesandt und bleibt dort angehalten wie hier.</translation>
        </message>
        <message>
            <source>Its connections to the network end; its programs connect anew.</source>
            <translation>Ihre Verbindungen ins Netz enden; ihre Programme verbinden sich neu.</translation>
        </message>
        <message>
            <source>Whatever fails before it goes on there, it stays here.</source>
            <translation>Was auch misslingt, bevor sie dort weitergeht: Sie bleibt hier.</translation>
        </message>
        <message>
            <source>It goes over your ssh, which has to log in without asking in a terminal. The other computer needs Entracte, and you need the same user name and number there.</source>
            <translation>Es geht über Ihr ssh, das sich ohne Rückfrage im Terminal anmelden können muss. Der andere Rechner braucht Entracte, und Sie brauchen dort denselben Benutzernamen und dieselbe Nummer.</translation>
        </message>
        <message>
            <source>&amp;Keep a suspended copy here</source>
            <translation>Eine angehaltene &amp;Kopie hier behalten</translation>
        </message>
        <message>
            <source>&amp;Move</source>
            <translation>&amp;Umziehen</translation>
        </message>
        <message>
            <source>This is not the name of a computer.</source>
            <translation>Das ist kein Name eines Rechners.</translation>
        </message>
        <message>
            <source>Where is “%1”?</source>
            <translation>Wo ist „%1“?</translation>
        </message>
        <message>
            <source>It was being given to %1 when the connection ended. Until it is known whether it runs there, it stays suspended here, so that it never runs twice.</source>
            <translation>Sie wurde gerade an %1 übergeben, als die Verbindung endete. Bis bekannt ist, ob sie dort läuft, bleibt sie hier angehalten, damit sie nie zweimal läuft.</translation>
        </message>
        <message>
            <source>&amp;Ask %1 again</source>
            <translation>%1 noch einmal &amp;fragen</translation>
        </message>
        <message>
            <source>I &amp;know that it does not run there, and never will</source>
            <translation>Ich &amp;weiß, dass sie dort nicht läuft und nie laufen wird</translation>
        </message>
        <message>
            <source>It is &amp;mine again</source>
            <translation>Sie gehört wieder &amp;hierher</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::NetworkChoice</name>
        <message>
            <source>Network</source>
            <translation>Netzwerk</translation>
        </message>
        <message>
            <source>What I reach</source>
            <translation>Was ich erreiche</translation>
        </message>
        <message>
            <source>None</source>
            <translation>Keines</translation>
        </message>
        <message>
            <source>Only ports of this computer</source>
            <translation>Nur Ports dieses Rechners</translation>
        </message>
        <message>
            <source>Ports of this computer</source>
            <translation>Ports dieses Rechners</translation>
        </message>
        <message>
            <source>For example: 5432, 8080</source>
            <translation>Zum Beispiel: 5432, 8080</translation>
        </message>
        <message>
            <source>As that session has it</source>
            <translation>Wie jene Sitzung</translation>
        </message>
        <message>
            <source>Its programs reach each other, and nothing else.</source>
            <translation>Ihre Programme erreichen einander, und sonst nichts.</translation>
        </message>
        <message>
            <source>Ports are numbers from 1 to 65535, at most %1 of them.</source>
            <translation>Ports sind Zahlen von 1 bis 65535, höchstens %1 davon.</translation>
        </message>
        <message>
            <source>Programs reach these ports under the address 10.0.2.2, and nothing else.</source>
            <translation>Programme erreichen diese Ports unter der Adresse 10.0.2.2, und sonst nichts.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::NewRepositoryDialog</name>
        <message>
            <source>New repository</source>
            <translation>Neues Repository</translation>
        </message>
        <message>
            <source>Name of the repository</source>
            <translation>Name des Repositorys</translation>
        </message>
        <message>
            <source>office</source>
            <translation>buero</translation>
        </message>
        <message>
            <source>Where it lies</source>
            <translation>Wo es liegt</translation>
        </message>
        <message>
            <source>&amp;Folder…</source>
            <translation>&amp;Ordner …</translation>
        </message>
        <message>
            <source>&amp;Name:</source>
            <translation>&amp;Name:</translation>
        </message>
        <message>
            <source>&amp;Where:</source>
            <translation>&amp;Wo:</translation>
        </message>
        <message>
            <source>&amp;Make it</source>
            <translation>&amp;Anlegen</translation>
        </message>
        <message>
            <source>A place for sessions, which other computers reach</source>
            <translation>Ein Ort für Sitzungen, den andere Rechner erreichen</translation>
        </message>
        <message>
            <source>Everything in it is encrypted before it leaves this computer. A repository that is there already is taken as it is, with its passphrase.</source>
            <translation>Alles darin wird verschlüsselt, bevor es diesen Rechner verlässt. Ein Repository, das es schon gibt, wird genommen, wie es ist, mit seiner Passphrase.</translation>
        </message>
        <message>
            <source>A folder for the repository</source>
            <translation>Ein Ordner für das Repository</translation>
        </message>
        <message>
            <source>Making it…</source>
            <translation>Wird angelegt …</translation>
        </message>
        <message>
            <source>A folder, ssh://… or rclone:…</source>
            <translation>Ein Ordner, ssh://… oder rclone:…</translation>
        </message>
        <message>
            <source>/a/folder, ssh://USER@HOST/PATH or rclone:REMOTE:FOLDER</source>
            <translation>/ein/ordner, ssh://NAME@RECHNER/PFAD oder rclone:REMOTE:ORDNER</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::NewSessionDialog</name>
        <message>
            <source>New session</source>
            <translation>Neue Sitzung</translation>
        </message>
        <message>
            <source>&amp;Application</source>
            <translation>&amp;Anwendung</translation>
        </message>
        <message>
            <source>Co&amp;mmand</source>
            <translation>B&amp;efehl</translation>
        </message>
        <message>
            <source>&amp;Start</source>
            <translation>&amp;Starten</translation>
        </message>
        <message>
            <source>A session can be saved as a whole and brought back later. Start it with one program; others can join.</source>
            <translation>Eine Sitzung lässt sich als Ganzes sichern und später zurückholen. Beginnen Sie mit einem Programm; andere können dazukommen.</translation>
        </message>
        <message>
            <source>Search applications</source>
            <translation>Anwendungen suchen</translation>
        </message>
        <message>
            <source>Applications</source>
            <translation>Anwendungen</translation>
        </message>
        <message>
            <source>For example: xterm -e top</source>
            <translation>Zum Beispiel: xterm -e top</translation>
        </message>
        <message>
            <source>C&amp;ommand:</source>
            <translation>Befeh&amp;l:</translation>
        </message>
        <message>
            <source>Command</source>
            <translation>Befehl</translation>
        </message>
        <message>
            <source>A program and its arguments, as in a terminal; words with spaces in quotation marks. Left empty, the session begins with no program.</source>
            <translation>Ein Programm und seine Argumente, wie im Terminal; Wörter mit Leerzeichen in Anführungszeichen. Bleibt es leer, beginnt die Sitzung ohne Programm.</translation>
        </message>
        <message>
            <source>Among my other windows</source>
            <translation>Zwischen meinen anderen Fenstern</translation>
        </message>
        <message>
            <source>In a window of its own</source>
            <translation>In einem eigenen Fenster</translation>
        </message>
        <message>
            <source>Nowhere to be seen</source>
            <translation>Nirgends zu sehen</translation>
        </message>
        <message>
            <source>&amp;Full screen</source>
            <translation>V&amp;ollbild</translation>
        </message>
        <message>
            <source>The window takes the whole screen. The key with which your window manager ends full screen makes it a window among others.</source>
            <translation>Das Fenster nimmt den ganzen Bildschirm ein. Die Taste, mit der Ihr Fenstermanager das Vollbild beendet, macht ein Fenster unter anderen daraus.</translation>
        </message>
        <message>
            <source>Width in pixels</source>
            <translation>Breite in Pixeln</translation>
        </message>
        <message>
            <source>Height in pixels</source>
            <translation>Höhe in Pixeln</translation>
        </message>
        <message>
            <source>&amp;Name:</source>
            <translation>&amp;Name:</translation>
        </message>
        <message>
            <source>S&amp;creen:</source>
            <translation>&amp;Bildschirm:</translation>
        </message>
        <message>
            <source>Size:</source>
            <translation>Größe:</translation>
        </message>
        <message>
            <source>Save it by &amp;itself:</source>
            <translation>Von selbst s&amp;ichern:</translation>
        </message>
        <message>
            <source>Shared folders:</source>
            <translation>Geteilte Ordner:</translation>
        </message>
        <message>
            <source>Its windows stand among all others on this screen.</source>
            <translation>Ihre Fenster stehen zwischen allen anderen auf diesem Bildschirm.</translation>
        </message>
        <message>
            <source>A desktop of its own, in one window.</source>
            <translation>Eine eigene Arbeitsfläche in einem Fenster.</translation>
        </message>
        <message>
            <source>It runs without any window that could be seen.</source>
            <translation>Sie läuft ohne sichtbares Fenster.</translation>
        </message>
        <message>
            <source>Session</source>
            <translation>Sitzung</translation>
        </message>
        <message>
            <source>Session as a &amp;template</source>
            <translation>Sitzung als &amp;Vorlage</translation>
        </message>
        <message>
            <source>Sessions with snapshots</source>
            <translation>Sitzungen mit Schnappschüssen</translation>
        </message>
        <message>
            <source>%1: %2, %3</source>
            <comment>a session, a snapshot of it, a time</comment>
            <translation>%1: %2, %3</translation>
        </message>
        <message>
            <source>The new session begins as that one was saved, with all of its programs as they were. That one is left alone.</source>
            <translation>Die neue Sitzung beginnt so, wie jene gesichert wurde, mit allen Programmen, wie sie waren. Jene bleibt unberührt.</translation>
        </message>
        <message>
            <source>%1, a copy</source>
            <translation>%1, eine Kopie</translation>
        </message>
        <message>
            <source>Share the clip&amp;board with my desktop</source>
            <translation>Z&amp;wischenablage mit meinem Desktop teilen</translation>
        </message>
        <message>
            <source>Its programs may then read what you have copied outside of it, and put something there.</source>
            <translation>Ihre Programme dürfen dann lesen, was Sie außerhalb kopiert haben, und dort etwas ablegen.</translation>
        </message>
        <message>
            <source>More o&amp;ptions</source>
            <translation>Weitere O&amp;ptionen</translation>
        </message>
        <message>
            <source>Net&amp;work:</source>
            <translation>Net&amp;zwerk:</translation>
        </message>
        <message>
            <source>Its programs see all your files. What they save, in Documents, too, stays inside the session and goes with it, unless you share the folder under “More options”.</source>
            <translation>Ihre Programme sehen alle Ihre Dateien. Was sie speichern, auch in „Dokumente“, bleibt in der Sitzung und vergeht mit ihr, es sei denn, Sie teilen den Ordner unter „Weitere Optionen“.</translation>
        </message>
        <message>
            <source>Start a program</source>
            <translation>Ein Programm starten</translation>
        </message>
        <message>
            <source>It runs in “%1”, and is saved and brought back with it.</source>
            <translation>Es läuft in „%1“ und wird mit ihr gesichert und zurückgeholt.</translation>
        </message>
        <message>
            <source>It may &amp;use:</source>
            <translation>Sie darf ben&amp;utzen:</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::Notifier</name>
        <message>
            <source>“%1” was interrupted</source>
            <translation>„%1“ wurde unterbrochen</translation>
        </message>
        <message>
            <source>It ended without being asked.</source>
            <translation>Sie endete ungefragt.</translation>
        </message>
        <message>
            <source>“%1” can be resumed</source>
            <translation>„%1“ kann fortgesetzt werden</translation>
        </message>
        <message numerus="yes">
            <source>%n session(s) can be brought back</source>
            <translation>
                <numerusform>%n Sitzung kann zurückgebracht werden</numerusform>
                <numerusform>%n Sitzungen können zurückgebracht werden</numerusform>
            </translation>
        </message>
        <message>
            <source>“%1” runs without a screen</source>
            <translation>„%1“ läuft ohne Bildschirm</translation>
        </message>
        <message>
            <source>Its programs went on when you left. They can be shown here.</source>
            <translation>Ihre Programme liefen weiter, als Sie gingen. Sie können hier gezeigt werden.</translation>
        </message>
        <message>
            <source>Show here</source>
            <translation>Hier zeigen</translation>
        </message>
        <message>
            <source>It was saved when the computer went down.</source>
            <translation>Sie wurde gesichert, als der Rechner herunterfuhr.</translation>
        </message>
        <message>
            <source>It was interrupted. Its newest snapshot of %1 brings it back.</source>
            <translation>Sie wurde unterbrochen. Ihr neuester Schnappschuss von %1 bringt sie zurück.</translation>
        </message>
        <message>
            <source>Its newest snapshot of %1 brings it back.</source>
            <translation>Ihr neuester Schnappschuss von %1 holt sie zurück.</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>Fortsetzen</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>Zeigen</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>Warum</translation>
        </message>
        <message>
            <source>%1, programs stood still for %2.</source>
            <comment>3 windows and 12 MB, 0.4 s</comment>
            <translation>%1, die Programme standen %2 still.</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Rückgängig</translation>
        </message>
        <message>
            <source>Entracte</source>
            <translation>Entracte</translation>
        </message>
        <message>
            <source>Little room is left for snapshots</source>
            <translation>Für Schnappschüsse ist wenig Platz</translation>
        </message>
        <message>
            <source>%1 are free. Delete snapshots that you no longer need, or let older ones be deleted by rules (session settings).</source>
            <translation>%1 sind frei. Löschen Sie Schnappschüsse, die Sie nicht mehr brauchen, oder lassen Sie ältere nach Regeln löschen (Einstellungen der Sitzung).</translation>
        </message>
        <message>
            <source>%1 (%2)</source>
            <comment>a file, its size</comment>
            <translation>%1 (%2)</translation>
        </message>
        <message>
            <source>“%1” is here, suspended</source>
            <translation>„%1“ ist hier, angehalten</translation>
        </message>
        <message>
            <source>“%1” is at %2 now</source>
            <translation>„%1“ ist jetzt bei %2</translation>
        </message>
        <message>
            <source>It stood still for %1.</source>
            <translation>Sie stand %1 still.</translation>
        </message>
        <message>
            <source>“%1” was sent to “%2”</source>
            <translation>„%1“ wurde an „%2“ gesendet</translation>
        </message>
        <message>
            <source>The repository lacked %1 of it.</source>
            <translation>Dem Repository fehlten davon %1.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::PassphraseFields</name>
        <message>
            <source>Passphrase</source>
            <translation>Passphrase</translation>
        </message>
        <message>
            <source>The passphrase once more</source>
            <translation>Die Passphrase noch einmal</translation>
        </message>
        <message>
            <source>How hard it is to guess</source>
            <translation>Wie schwer sie zu erraten ist</translation>
        </message>
        <message>
            <source>&amp;Passphrase:</source>
            <translation>&amp;Passphrase:</translation>
        </message>
        <message>
            <source>&amp;Once more:</source>
            <translation>&amp;Noch einmal:</translation>
        </message>
        <message>
            <source>The two are not the same.</source>
            <translation>Die beiden sind nicht gleich.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::PreferencesDialog</name>
        <message>
            <source>Preferences</source>
            <translation>Einstellungen</translation>
        </message>
        <message>
            <source>Application</source>
            <translation>Anwendung</translation>
        </message>
        <message>
            <source>Stay in the &amp;tray when the window is closed</source>
            <translation>Im S&amp;ystemabschnitt bleiben, wenn das Fenster geschlossen wird</translation>
        </message>
        <message>
            <source>This desktop shows no tray.</source>
            <translation>Diese Arbeitsfläche zeigt keinen Systemabschnitt.</translation>
        </message>
        <message>
            <source>As the desktop</source>
            <translation>Wie die Arbeitsfläche</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Hell</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Dunkel</translation>
        </message>
        <message>
            <source>Notifications</source>
            <translation>Benachrichtigungen</translation>
        </message>
        <message>
            <source>When work is &amp;done</source>
            <translation>Wenn etwas ferti&amp;g ist</translation>
        </message>
        <message>
            <source>When something &amp;failed</source>
            <translation>Wenn etwas &amp;misslungen ist</translation>
        </message>
        <message>
            <source>When a session was &amp;interrupted</source>
            <translation>Wenn eine Sitzung &amp;unterbrochen wurde</translation>
        </message>
        <message>
            <source>Keys that save everything</source>
            <translation>Tasten, die alles sichern</translation>
        </message>
        <message>
            <source>Save every running session, whichever window has the keyboard</source>
            <translation>Jede laufende Sitzung sichern, welches Fenster auch die Tastatur hat</translation>
        </message>
        <message>
            <source>None</source>
            <translation>Keine</translation>
        </message>
        <message>
            <source>No keys</source>
            <translation>Keine Tasten</translation>
        </message>
        <message>
            <source>K&amp;eys to save all:</source>
            <translation>Tast&amp;en für alles sichern:</translation>
        </message>
        <message>
            <source>This desktop gives no keys to applications in the background.</source>
            <translation>Diese Arbeitsumgebung gibt Anwendungen im Hintergrund keine Tasten.</translation>
        </message>
        <message>
            <source>When little &amp;room is left</source>
            <translation>Wenn wenig &amp;Platz ist</translation>
        </message>
        <message>
            <source>Snapshots</source>
            <translation>Schnappschüsse</translation>
        </message>
        <message>
            <source>Encr&amp;yption…</source>
            <translation>&amp;Verschlüsselung …</translation>
        </message>
        <message>
            <source>&amp;General</source>
            <translation>Allgeme&amp;in</translation>
        </message>
        <message>
            <source>New &amp;sessions</source>
            <translation>Neue Si&amp;tzungen</translation>
        </message>
        <message>
            <source>Stor&amp;age</source>
            <translation>Speic&amp;her</translation>
        </message>
        <message>
            <source>&amp;Programs</source>
            <translation>P&amp;rogramme</translation>
        </message>
        <message>
            <source>Start at &amp;login</source>
            <translation>Bei der &amp;Anmeldung starten</translation>
        </message>
        <message>
            <source>Col&amp;ours:</source>
            <translation>&amp;Farben:</translation>
        </message>
        <message>
            <source>What a new session begins with. Each one's own settings are in its menu, and stay as they are.</source>
            <translation>Womit eine neue Sitzung beginnt. Die Einstellungen jeder einzelnen sind in ihrem Menü und bleiben, wie sie sind.</translation>
        </message>
        <message>
            <source>Save it by &amp;itself:</source>
            <translation>Von &amp;selbst sichern:</translation>
        </message>
        <message>
            <source>Which snapshots are kept</source>
            <translation>Welche Schnappschüsse bleiben</translation>
        </message>
        <message>
            <source>Se&amp;en on the snapshots of:</source>
            <translation>Gez&amp;eigt an den Schnappschüssen von:</translation>
        </message>
        <message>
            <source>Encryption</source>
            <translation>Verschlüsselung</translation>
        </message>
        <message>
            <source>Your snapshots are encrypted, and locked just now.</source>
            <translation>Ihre Schnappschüsse sind verschlüsselt und im Augenblick gesperrt.</translation>
        </message>
        <message>
            <source>Your snapshots are encrypted.</source>
            <translation>Ihre Schnappschüsse sind verschlüsselt.</translation>
        </message>
        <message>
            <source>Your snapshots are not encrypted: whoever has this computer's disk can read them.</source>
            <translation>Ihre Schnappschüsse sind nicht verschlüsselt: Wer die Platte dieses Rechners hat, kann sie lesen.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::Preview</name>
        <message numerus="yes">
            <source>Picture of the snapshot, %n window(s)</source>
            <translation>
                <numerusform>Bild des Schnappschusses, ein Fenster</numerusform>
                <numerusform>Bild des Schnappschusses, %n Fenster</numerusform>
            </translation>
        </message>
        <message>
            <source>The snapshot is locked</source>
            <translation>Der Schnappschuss ist gesperrt</translation>
        </message>
        <message>
            <source>Picture: %1</source>
            <translation>Bild: %1</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::ProfileDialog</name>
        <message>
            <source>New profile</source>
            <translation>Neues Profil</translation>
        </message>
        <message>
            <source>Change a profile</source>
            <translation>Profil ändern</translation>
        </message>
        <message>
            <source>For example: inkscape; * for every program</source>
            <translation>Zum Beispiel: inkscape; * für jedes Programm</translation>
        </message>
        <message>
            <source>For example: --disable-gpu</source>
            <translation>Zum Beispiel: --disable-gpu</translation>
        </message>
        <message>
            <source>For example: GDK_RENDERING=image</source>
            <translation>Zum Beispiel: GDK_RENDERING=image</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>Warum</translation>
        </message>
        <message>
            <source>&amp;Programs:</source>
            <translation>&amp;Programme:</translation>
        </message>
        <message>
            <source>Start them &amp;with:</source>
            <translation>Starten &amp;mit:</translation>
        </message>
        <message>
            <source>Se&amp;t for them:</source>
            <translation>Dafür &amp;setzen:</translation>
        </message>
        <message>
            <source>&amp;Note:</source>
            <translation>&amp;Notiz:</translation>
        </message>
        <message>
            <source>Names of programs without folders, with commas between them. Words with spaces in quotation marks, as in a terminal. It counts when such a program is started next.</source>
            <translation>Namen von Programmen ohne Ordner, mit Kommas dazwischen. Wörter mit Leerzeichen in Anführungszeichen, wie in einem Terminal. Es gilt, wenn ein solches Programm das nächste Mal startet.</translation>
        </message>
        <message>
            <source>A quotation does not end.</source>
            <translation>Ein Anführungszeichen schließt nicht.</translation>
        </message>
        <message>
            <source>“%1” is not of the form NAME=VALUE.</source>
            <translation>„%1“ hat nicht die Form NAME=WERT.</translation>
        </message>
        <message>
            <source>How a program is started</source>
            <translation>Wie ein Programm gestartet wird</translation>
        </message>
        <message>
            <source>Something else changed this profile meanwhile. Replace it with what stands here, or cancel, and open it again to see what it says now.</source>
            <translation>Etwas anderes hat dieses Profil inzwischen geändert. Ersetzen Sie es durch das, was hier steht, oder brechen Sie ab und öffnen Sie es noch einmal, um zu sehen, was es jetzt sagt.</translation>
        </message>
        <message>
            <source>&amp;Replace</source>
            <translation>&amp;Ersetzen</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::ProfilesPage</name>
        <message>
            <source>replaced by one of the same name</source>
            <translation>ersetzt durch eines mit demselben Namen</translation>
        </message>
        <message>
            <source>comes with Entracte</source>
            <translation>kommt mit Entracte</translation>
        </message>
        <message>
            <source>this computer's</source>
            <translation>von diesem Rechner</translation>
        </message>
        <message>
            <source>yours</source>
            <translation>Ihres</translation>
        </message>
        <message>
            <source>Ne&amp;w…</source>
            <translation>&amp;Neu …</translation>
        </message>
        <message>
            <source>C&amp;hange…</source>
            <translation>Än&amp;dern …</translation>
        </message>
        <message>
            <source>&amp;Delete</source>
            <translation>&amp;Löschen</translation>
        </message>
        <message>
            <source>Program profiles</source>
            <translation>Programmprofile</translation>
        </message>
        <message>
            <source>Open the &amp;folder</source>
            <translation>&amp;Ordner öffnen</translation>
        </message>
        <message>
            <source>Some programs can be saved only when they are started in a certain way. A profile says how; it is used whenever such a program starts in a session.</source>
            <translation>Manche Programme lassen sich nur sichern, wenn sie auf bestimmte Weise gestartet werden. Ein Profil sagt, wie; es gilt, wenn ein solches Programm in einer Sitzung startet.</translation>
        </message>
        <message>
            <source>%1 (%2)</source>
            <comment>programs, where their profile is from</comment>
            <translation>%1 (%2)</translation>
        </message>
        <message>
            <source>A file of yours takes its place</source>
            <translation>Eine Datei von Ihnen tritt an seine Stelle</translation>
        </message>
        <message>
            <source>Your profiles are files in %1.</source>
            <translation>Ihre Profile sind Dateien in %1.</translation>
        </message>
        <message>
            <source>&amp;Undo</source>
            <translation>Rück&amp;gängig</translation>
        </message>
        <message>
            <source>Something else changed the profile of %1 meanwhile. Look at what it says now, and delete it then.</source>
            <translation>Etwas anderes hat das Profil von %1 inzwischen geändert. Sehen Sie sich an, was es jetzt sagt, und löschen Sie es dann.</translation>
        </message>
        <message>
            <source>The profile of %1 is not there any more.</source>
            <translation>Das Profil von %1 ist nicht mehr da.</translation>
        </message>
        <message>
            <source>The profile of %1 is in the wastebasket.</source>
            <translation>Das Profil von %1 liegt im Papierkorb.</translation>
        </message>
        <message>
            <source>Delete a profile</source>
            <translation>Ein Profil löschen</translation>
        </message>
        <message>
            <source>Delete the profile of %1 for good?</source>
            <translation>Das Profil von %1 endgültig löschen?</translation>
        </message>
        <message>
            <source>There is no wastebasket here that it could be fetched back from.</source>
            <translation>Hier gibt es keinen Papierkorb, aus dem es zurückgeholt werden könnte.</translation>
        </message>
        <message>
            <source>&amp;Delete for good</source>
            <translation>&amp;Endgültig löschen</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::PullDialog</name>
        <message>
            <source>&amp;Look what is in it</source>
            <translation>&amp;Nachsehen, was darin ist</translation>
        </message>
        <message>
            <source>Fetch from a repository</source>
            <translation>Aus einem Repository holen</translation>
        </message>
        <message>
            <source>Go on with a session from a repository</source>
            <translation>Mit einer Sitzung aus einem Repository weitermachen</translation>
        </message>
        <message>
            <source>Its newest snapshot there becomes a suspended session here.</source>
            <translation>Ihr neuester Schnappschuss dort wird hier zu einer angehaltenen Sitzung.</translation>
        </message>
        <message>
            <source>Sessions in the repository</source>
            <translation>Sitzungen im Repository</translation>
        </message>
        <message>
            <source>&amp;Fetch</source>
            <translation>&amp;Holen</translation>
        </message>
        <message>
            <source>Looking into it…</source>
            <translation>Es wird nachgesehen …</translation>
        </message>
        <message>
            <source>%1: saved %2 at %3</source>
            <comment>a session, a time, a computer</comment>
            <translation>%1: gesichert %2 bei %3</translation>
        </message>
        <message>
            <source>%1, in use at %2</source>
            <comment>a session, a computer</comment>
            <translation>%1, in Gebrauch bei %2</translation>
        </message>
        <message>
            <source>There is nothing in it yet.</source>
            <translation>Es ist noch nichts darin.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::PushDialog</name>
        <message>
            <source>Send to a repository</source>
            <translation>An ein Repository senden</translation>
        </message>
        <message>
            <source>Send “%1” to a repository</source>
            <translation>„%1“ an ein Repository senden</translation>
        </message>
        <message>
            <source>The snapshot “%1” of %2, encrypted before it leaves this computer. Only what the repository lacks is sent. Another computer can go on with it from there, once the session does not run here any more.</source>
            <translation>Der Schnappschuss „%1“ von %2, verschlüsselt, bevor er diesen Rechner verlässt. Gesendet wird nur, was dem Repository fehlt. Ein anderer Rechner kann von dort weitermachen, sobald die Sitzung hier nicht mehr läuft.</translation>
        </message>
        <message>
            <source>&amp;Send</source>
            <translation>&amp;Senden</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::Repairs</name>
        <message>
            <source>pkexec could not be started.</source>
            <translation>pkexec konnte nicht gestartet werden.</translation>
        </message>
        <message>
            <source>The repair was ended from outside.</source>
            <translation>Die Reparatur wurde von außen beendet.</translation>
        </message>
        <message>
            <source>Nothing was changed: you were not authorised.</source>
            <translation>Nichts wurde geändert: Sie wurden nicht legitimiert.</translation>
        </message>
        <message>
            <source>The repair failed: %1</source>
            <translation>Die Reparatur ist fehlgeschlagen: %1</translation>
        </message>
        <message>
            <source>Another repair is under way.</source>
            <translation>Eine andere Reparatur läuft noch.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::RepositoryChoice</name>
        <message>
            <source>&amp;Even if another computer has the session in use</source>
            <translation>&amp;Auch wenn ein anderer Rechner die Sitzung in Gebrauch hat</translation>
        </message>
        <message>
            <source>Looking which repositories there are…</source>
            <translation>Es wird nachgesehen, welche Repositorys es gibt …</translation>
        </message>
        <message>
            <source>Repository</source>
            <translation>Repository</translation>
        </message>
        <message>
            <source>Passphrase</source>
            <translation>Passphrase</translation>
        </message>
        <message>
            <source>Only when that computer is lost, or shall not go on with it.</source>
            <translation>Nur wenn jener Rechner verloren ist oder nicht mit ihr weitermachen soll.</translation>
        </message>
        <message>
            <source>&amp;Repository:</source>
            <translation>&amp;Repository:</translation>
        </message>
        <message>
            <source>&amp;Passphrase:</source>
            <translation>&amp;Passphrase:</translation>
        </message>
        <message>
            <source>%1 (%2)</source>
            <comment>a repository's name, its address</comment>
            <translation>%1 (%2)</translation>
        </message>
        <message>
            <source>New repository…</source>
            <translation>Neues Repository …</translation>
        </message>
        <message>
            <source>There is none yet. The button beside the list makes one, in a folder or anywhere that rclone or ssh reaches.</source>
            <translation>Es gibt noch keines. Der Knopf neben der Liste legt eines an, in einem Ordner oder überall, wohin rclone oder ssh reichen.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::SessionActions</name>
        <message>
            <source>&amp;Snapshot now</source>
            <translation>&amp;Jetzt sichern</translation>
        </message>
        <message>
            <source>Save it as it is now; it goes on running</source>
            <translation>Sichern, wie sie jetzt ist; sie läuft weiter</translation>
        </message>
        <message>
            <source>S&amp;uspend</source>
            <translation>&amp;Anhalten</translation>
        </message>
        <message>
            <source>Save it, then end it; its memory is free again</source>
            <translation>Sichern, dann beenden; ihr Speicher ist wieder frei</translation>
        </message>
        <message>
            <source>&amp;Resume</source>
            <translation>&amp;Fortsetzen</translation>
        </message>
        <message>
            <source>Bring it back as its newest snapshot saved it</source>
            <translation>Zurückholen, wie der neueste Schnappschuss sie bewahrt</translation>
        </message>
        <message>
            <source>Resume &amp;this snapshot</source>
            <translation>&amp;Hier fortsetzen</translation>
        </message>
        <message>
            <source>Bring the session back as it was at that moment</source>
            <translation>Die Sitzung zurückholen, wie sie in diesem Augenblick war</translation>
        </message>
        <message>
            <source>Open &amp;beside</source>
            <translation>&amp;Daneben öffnen</translation>
        </message>
        <message>
            <source>A second session from this snapshot, beside the first</source>
            <translation>Eine zweite Sitzung aus diesem Schnappschuss, neben der ersten</translation>
        </message>
        <message>
            <source>&amp;Pin</source>
            <translation>An&amp;heften</translation>
        </message>
        <message>
            <source>Keep this snapshot, whatever the rules say</source>
            <translation>Diesen Schnappschuss behalten, was immer die Regeln sagen</translation>
        </message>
        <message>
            <source>Edit &amp;comment</source>
            <translation>&amp;Kommentar bearbeiten</translation>
        </message>
        <message>
            <source>Say what this snapshot is about</source>
            <translation>Sagen, worum es bei diesem Schnappschuss geht</translation>
        </message>
        <message>
            <source>&amp;Rename…</source>
            <translation>&amp;Umbenennen …</translation>
        </message>
        <message>
            <source>Give the session another name</source>
            <translation>Der Sitzung einen anderen Namen geben</translation>
        </message>
        <message>
            <source>Session &amp;settings…</source>
            <translation>&amp;Einstellungen der Sitzung …</translation>
        </message>
        <message>
            <source>Show &amp;here</source>
            <translation>&amp;Hierher holen</translation>
        </message>
        <message>
            <source>Bring its windows to this screen</source>
            <translation>Ihre Fenster auf diesen Bildschirm holen</translation>
        </message>
        <message>
            <source>&amp;Take off the screen</source>
            <translation>&amp;Vom Bildschirm nehmen</translation>
        </message>
        <message>
            <source>It goes on running, unseen</source>
            <translation>Sie läuft ungesehen weiter</translation>
        </message>
        <message>
            <source>&amp;End…</source>
            <translation>&amp;Beenden …</translation>
        </message>
        <message>
            <source>End its programs without saving</source>
            <translation>Ihre Programme beenden, ohne zu sichern</translation>
        </message>
        <message>
            <source>&amp;Delete session</source>
            <translation>Sitzung &amp;löschen</translation>
        </message>
        <message>
            <source>Delete it with all of its snapshots</source>
            <translation>Mit allen ihren Schnappschüssen löschen</translation>
        </message>
        <message>
            <source>De&amp;lete snapshot</source>
            <translation>Schnappschuss &amp;löschen</translation>
        </message>
        <message>
            <source>Delete the chosen snapshot</source>
            <translation>Den gewählten Schnappschuss löschen</translation>
        </message>
        <message>
            <source>%1 (%2)</source>
            <translation>%1 (%2)</translation>
        </message>
        <message>
            <source>&amp;Go back to this…</source>
            <translation>&amp;Hierher zurück …</translation>
        </message>
        <message>
            <source>End a session</source>
            <translation>Eine Sitzung beenden</translation>
        </message>
        <message>
            <source>End “%1” without saving it?</source>
            <translation>„%1“ beenden, ohne zu sichern?</translation>
        </message>
        <message>
            <source>What its programs did since the newest snapshot is lost. The snapshots stay.</source>
            <translation>Was ihre Programme seit dem neuesten Schnappschuss taten, geht verloren. Die Schnappschüsse bleiben.</translation>
        </message>
        <message>
            <source>&amp;End</source>
            <translation>&amp;Beenden</translation>
        </message>
        <message>
            <source>&amp;Suspend instead</source>
            <translation>&amp;Stattdessen anhalten</translation>
        </message>
        <message>
            <source>Go back</source>
            <translation>Zurückgehen</translation>
        </message>
        <message>
            <source>Take “%1” back to “%2” (%3)?</source>
            <translation>„%1“ auf „%2“ (%3) zurücksetzen?</translation>
        </message>
        <message>
            <source>Its windows and what was done since then go. It is saved as it is now first, so that you can return to this moment, too.</source>
            <translation>Ihre Fenster und was seither getan wurde, gehen. Vorher wird sie gesichert, wie sie jetzt ist, sodass Sie auch hierher zurückkehren können.</translation>
        </message>
        <message>
            <source>&amp;Go back</source>
            <translation>&amp;Zurückgehen</translation>
        </message>
        <message>
            <source>%1, a copy</source>
            <translation>%1, eine Kopie</translation>
        </message>
        <message>
            <source>Rename</source>
            <translation>Umbenennen</translation>
        </message>
        <message>
            <source>&amp;Name of the session:</source>
            <translation>&amp;Name der Sitzung:</translation>
        </message>
        <message>
            <source>%1, %2</source>
            <translation>%1, %2</translation>
        </message>
        <message>
            <source>Co&amp;mpare…</source>
            <translation>V&amp;ergleichen …</translation>
        </message>
        <message>
            <source>See what lies between two snapshots</source>
            <translation>Sehen, was zwischen zwei Schnappschüssen liegt</translation>
        </message>
        <message>
            <source>E&amp;xport…</source>
            <translation>E&amp;xportieren …</translation>
        </message>
        <message>
            <source>Write this snapshot into a file</source>
            <translation>Diesen Schnappschuss in eine Datei schreiben</translation>
        </message>
        <message>
            <source>&amp;Move to…</source>
            <translation>&amp;Umziehen …</translation>
        </message>
        <message>
            <source>Go on with it at another computer</source>
            <translation>An einem anderen Rechner mit ihr weitermachen</translation>
        </message>
        <message>
            <source>Send to a re&amp;pository…</source>
            <translation>An ein Re&amp;pository senden …</translation>
        </message>
        <message>
            <source>Where another computer can fetch it</source>
            <translation>Von wo ein anderer Rechner sie holen kann</translation>
        </message>
        <message>
            <source>&amp;Verify</source>
            <translation>&amp;Prüfen</translation>
        </message>
        <message>
            <source>Read all of this snapshot, and compare it with what was written</source>
            <translation>Den ganzen Schnappschuss lesen und mit dem vergleichen, was geschrieben wurde</translation>
        </message>
        <message>
            <source>Verify a snapshot</source>
            <translation>Schnappschuss prüfen</translation>
        </message>
        <message>
            <source>The snapshot is as it was written.</source>
            <translation>Der Schnappschuss ist, wie er geschrieben wurde.</translation>
        </message>
        <message>
            <source>All that “%1” (%2) needs was read and compared: it can be resumed.</source>
            <translation>Alles, was „%1“ (%2) braucht, wurde gelesen und verglichen: Er kann fortgesetzt werden.</translation>
        </message>
        <message>
            <source>Start a pro&amp;gram in it…</source>
            <translation>Ein Pro&amp;gramm darin starten …</translation>
        </message>
        <message>
            <source>Another program beside those that run</source>
            <translation>Ein weiteres Programm neben denen, die laufen</translation>
        </message>
        <message>
            <source>There is no snapshot: all that its programs did is lost.</source>
            <translation>Es gibt keinen Schnappschuss: Alles, was ihre Programme getan haben, ist verloren.</translation>
        </message>
        <message>
            <source>those saved since the newest snapshot are lost.</source>
            <translation>Die seit dem neuesten Schnappschuss gespeicherten gehen verloren.</translation>
        </message>
        <message>
            <source>they are lost.</source>
            <translation>Sie gehen verloren.</translation>
        </message>
        <message>
            <source>they become what they were then.</source>
            <translation>Sie werden wieder, was sie damals waren.</translation>
        </message>
        <message>
            <source>Automatic snapshots, which are kept, limits</source>
            <translation>Automatische Schnappschüsse, welche bleiben, Grenzen</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::SessionHeader</name>
        <message>
            <source>What cannot be saved</source>
            <translation>Was nicht gesichert werden kann</translation>
        </message>
        <message>
            <source>More</source>
            <translation>Mehr</translation>
        </message>
        <message>
            <source>%1: %2 %3</source>
            <comment>a program, a reason, a remedy</comment>
            <translation>%1: %2 %3</translation>
        </message>
        <message numerus="yes">
            <source>%n program(s) cannot be saved</source>
            <translation>
                <numerusform>Ein Programm kann nicht gesichert werden</numerusform>
                <numerusform>%n Programme können nicht gesichert werden</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n program(s) may lose something</source>
            <translation>
                <numerusform>Ein Programm könnte etwas verlieren</numerusform>
                <numerusform>%n Programme könnten etwas verlieren</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::SessionModel</name>
        <message>
            <source>%1, %2</source>
            <translation>%1, %2</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::SessionSettingsDialog</name>
        <message>
            <source>Settings of “%1”</source>
            <translation>Einstellungen von „%1“</translation>
        </message>
        <message>
            <source>Automatic snapshots</source>
            <translation>Automatische Schnappschüsse</translation>
        </message>
        <message>
            <source>Only when its programs did something since the last time.</source>
            <translation>Nur wenn ihre Programme seit dem letzten Mal etwas getan haben.</translation>
        </message>
        <message>
            <source>&amp;Resume it by itself when it was interrupted</source>
            <translation>Nach einer Unterbrechung von selbst &amp;fortsetzen</translation>
        </message>
        <message>
            <source>Which snapshots are kept</source>
            <translation>Welche Schnappschüsse bleiben</translation>
        </message>
        <message>
            <source>Share the clip&amp;board with my desktop</source>
            <translation>Zwischena&amp;blage mit meinem Desktop teilen</translation>
        </message>
        <message>
            <source>Save &amp;it:</source>
            <translation>S&amp;ichern:</translation>
        </message>
        <message>
            <source>%1, to read only</source>
            <comment>a folder</comment>
            <translation>%1, nur zum Lesen</translation>
        </message>
        <message>
            <source>None: what its programs save stays inside it.</source>
            <translation>Keine: Was ihre Programme speichern, bleibt in ihr.</translation>
        </message>
        <message>
            <source>Its notifications, links and sound stay inside it.</source>
            <translation>Ihre Benachrichtigungen und Links und ihr Ton bleiben in ihr.</translation>
        </message>
        <message>
            <source>&amp;Snapshots</source>
            <translation>&amp;Schnappschüsse</translation>
        </message>
        <message>
            <source>Limits and &amp;access</source>
            <translation>Grenzen und &amp;Zugang</translation>
        </message>
        <message>
            <source>What it may use</source>
            <translation>Was sie benutzen darf</translation>
        </message>
        <message numerus="yes">
            <source>At most %n process(es)</source>
            <translation>
                <numerusform>Höchstens %n Prozess</numerusform>
                <numerusform>Höchstens %n Prozesse</numerusform>
            </translation>
        </message>
        <message>
            <source>What it reaches</source>
            <translation>Was sie erreicht</translation>
        </message>
        <message>
            <source>Screen</source>
            <translation>Bildschirm</translation>
        </message>
        <message>
            <source>Network</source>
            <translation>Netzwerk</translation>
        </message>
        <message>
            <source>Shared folders</source>
            <translation>Geteilte Ordner</translation>
        </message>
        <message>
            <source>Desktop</source>
            <translation>Arbeitsfläche</translation>
        </message>
        <message>
            <source>Network and folders are chosen when it is started.</source>
            <translation>Netzwerk und Ordner werden beim Start gewählt.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::Settings</name>
        <message>
            <source>%1 cannot be removed.</source>
            <translation>%1 kann nicht entfernt werden.</translation>
        </message>
        <message>
            <source>%1 cannot be written: %2</source>
            <translation>%1 kann nicht geschrieben werden: %2</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::ShortcutsDialog</name>
        <message>
            <source>Keyboard shortcuts</source>
            <translation>Tastenkürzel</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>Tasten</translation>
        </message>
        <message>
            <source>What they do</source>
            <translation>Was sie tun</translation>
        </message>
        <message>
            <source>Go to the next part of the window</source>
            <translation>Zum nächsten Teil des Fensters</translation>
        </message>
        <message>
            <source>Go along the sessions or the timeline</source>
            <translation>An den Sitzungen oder der Zeitleiste entlang</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::SnapshotModel</name>
        <message>
            <source>%1, %2, %3</source>
            <translation>%1, %2, %3</translation>
        </message>
        <message>
            <source>%1, encrypted</source>
            <comment>a snapshot</comment>
            <translation>%1, verschlüsselt</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::SnapshotPanel</name>
        <message>
            <source>Comment</source>
            <translation>Kommentar</translation>
        </message>
        <message>
            <source>Say what this snapshot is about (Ctrl+L)</source>
            <translation>Sagen, worum es bei diesem Schnappschuss geht (Strg+L)</translation>
        </message>
        <message>
            <source>Pin</source>
            <translation>Anheften</translation>
        </message>
        <message>
            <source>Taken</source>
            <translation>Gemacht</translation>
        </message>
        <message>
            <source>Holds</source>
            <translation>Enthält</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>Größe</translation>
        </message>
        <message>
            <source>Deleting frees</source>
            <translation>Löschen gibt frei</translation>
        </message>
        <message>
            <source>Paused for</source>
            <translation>Stillstand</translation>
        </message>
        <message>
            <source>How long the programs stood still while it was taken</source>
            <translation>Wie lange die Programme dabei stillstanden</translation>
        </message>
        <message>
            <source>Delete snapshot</source>
            <translation>Schnappschuss löschen</translation>
        </message>
        <message>
            <source>%1: add a comment</source>
            <comment>what kind of snapshot</comment>
            <translation>%1: Kommentar hinzufügen</translation>
        </message>
        <message>
            <source>%1 (%2)</source>
            <comment>a date and time, how long ago</comment>
            <translation>%1 (%2)</translation>
        </message>
        <message>
            <source>%1, %2</source>
            <comment>windows, programs</comment>
            <translation>%1, %2</translation>
        </message>
        <message numerus="yes">
            <source>%n window(s)</source>
            <translation>
                <numerusform>ein Fenster</numerusform>
                <numerusform>%n Fenster</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n program(s)</source>
            <translation>
                <numerusform>ein Programm</numerusform>
                <numerusform>%n Programme</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 on the disk, for %2 of memory and %3 of files</source>
            <translation>%1 auf der Platte, für %2 Speicher und %3 Dateien</translation>
        </message>
        <message>
            <source>Changed</source>
            <translation>Geändert</translation>
        </message>
        <message>
            <source>Since the snapshot before it</source>
            <translation>Seit dem Schnappschuss davor</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>Vergleichen</translation>
        </message>
        <message>
            <source>%1, %2</source>
            <translation>%1, %2</translation>
        </message>
        <message>
            <source>The first snapshot</source>
            <translation>Der erste Schnappschuss</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>Exportieren</translation>
        </message>
        <message>
            <source>Send to a repository</source>
            <translation>An ein Repository senden</translation>
        </message>
        <message>
            <source>Verify</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <source>locked</source>
            <translation>verschlossen</translation>
        </message>
        <message>
            <source>%1 on the disk</source>
            <translation>%1 auf der Platte</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::StorageSection</name>
        <message>
            <source> GB</source>
            <translation> GB</translation>
        </message>
        <message>
            <source>Snapshots may take</source>
            <translation>Schnappschüsse dürfen belegen</translation>
        </message>
        <message>
            <source>All there is</source>
            <translation>Alles, was da ist</translation>
        </message>
        <message>
            <source>They leave free</source>
            <translation>Sie lassen frei</translation>
        </message>
        <message>
            <source>Nothing</source>
            <translation>Nichts</translation>
        </message>
        <message>
            <source>Change &amp;limits…</source>
            <translation>&amp;Grenzen ändern …</translation>
        </message>
        <message>
            <source>S&amp;napshots may take:</source>
            <translation>Sch&amp;nappschüsse dürfen belegen:</translation>
        </message>
        <message>
            <source>They lea&amp;ve free:</source>
            <translation>Sie lassen &amp;frei:</translation>
        </message>
        <message>
            <source>Snapshots are everybody's here: an administrator is asked</source>
            <translation>Schnappschüsse gehören hier allen: Ein Verwalter wird gefragt</translation>
        </message>
        <message>
            <source>The helper has not told yet how much room there is.</source>
            <translation>Der Helfer hat noch nicht gesagt, wie viel Platz da ist.</translation>
        </message>
        <message>
            <source>They lie in %1 and take %2; %3 are free there.</source>
            <comment>a folder, sizes</comment>
            <translation>Sie liegen in %1 und belegen %2; %3 sind dort frei.</translation>
        </message>
        <message>
            <source>Another f&amp;older…</source>
            <translation>Anderer &amp;Ordner …</translation>
        </message>
        <message>
            <source>Move all snapshots, as onto a larger disk</source>
            <translation>Alle Schnappschüsse verlegen, etwa auf eine größere Platte</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::StoreFolderDialog</name>
        <message>
            <source>The snapshots were not moved</source>
            <translation>Die Schnappschüsse wurden nicht verlegt</translation>
        </message>
        <message>
            <source>They are all where they were.</source>
            <translation>Sie sind alle, wo sie waren.</translation>
        </message>
        <message>
            <source>Folder of the snapshots</source>
            <translation>Ordner der Schnappschüsse</translation>
        </message>
        <message>
            <source>New folder</source>
            <translation>Neuer Ordner</translation>
        </message>
        <message>
            <source>For example: /srv/entracte</source>
            <translation>Zum Beispiel: /srv/entracte</translation>
        </message>
        <message>
            <source>&amp;Browse…</source>
            <translation>&amp;Durchsuchen …</translation>
        </message>
        <message>
            <source>&amp;New folder:</source>
            <translation>&amp;Neuer Ordner:</translation>
        </message>
        <message>
            <source>The snapshots are being moved</source>
            <translation>Die Schnappschüsse werden verlegt</translation>
        </message>
        <message>
            <source>&amp;Move them…</source>
            <translation>&amp;Verlegen …</translation>
        </message>
        <message>
            <source>Snapshots are everybody's here: an administrator is asked</source>
            <translation>Schnappschüsse gehören hier allen: Ein Administrator wird gefragt</translation>
        </message>
        <message>
            <source>Keep snapshots in another folder</source>
            <translation>Schnappschüsse in einem anderen Ordner aufbewahren</translation>
        </message>
        <message>
            <source>All sessions and snapshots, everybody's, are copied there from %1; when all of it has arrived, the old folder is emptied. Nothing can be saved meanwhile.</source>
            <translation>Alle Sitzungen und Schnappschüsse, die von allen, werden aus %1 dorthin kopiert; wenn alles angekommen ist, wird der alte Ordner geleert. Solange kann nichts gesichert werden.</translation>
        </message>
        <message>
            <source>Where snapshots shall lie</source>
            <translation>Wo Schnappschüsse liegen sollen</translation>
        </message>
        <message>
            <source>The snapshots are being moved. This can take a while, and goes on when you close this.</source>
            <translation>Die Schnappschüsse werden verlegt. Das kann eine Weile dauern und geht weiter, wenn Sie dies schließen.</translation>
        </message>
        <message numerus="yes">
            <source>%n session(s) still run. Suspend them first; they can be resumed afterwards.</source>
            <translation>
                <numerusform>Eine Sitzung läuft noch. Halten Sie sie erst an; danach kann sie fortgesetzt werden.</numerusform>
                <numerusform>%n Sitzungen laufen noch. Halten Sie sie erst an; danach können sie fortgesetzt werden.</numerusform>
            </translation>
        </message>
        <message>
            <source>An empty folder, or one that is not there yet, on a disk of this computer.</source>
            <translation>Ein leerer Ordner oder einer, den es noch nicht gibt, auf einer Platte dieses Rechners.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::Tray</name>
        <message numerus="yes">
            <source>%n session(s) running</source>
            <translation>
                <numerusform>Eine Sitzung läuft</numerusform>
                <numerusform>%n Sitzungen laufen</numerusform>
            </translation>
        </message>
        <message>
            <source>No session runs</source>
            <translation>Keine Sitzung läuft</translation>
        </message>
        <message>
            <source>Interrupted: %1</source>
            <translation>Unterbrochen: %1</translation>
        </message>
        <message>
            <source>Entracte: %1</source>
            <translation>Entracte: %1</translation>
        </message>
        <message>
            <source>&amp;Snapshot now</source>
            <translation>&amp;Jetzt sichern</translation>
        </message>
        <message>
            <source>Save every running session</source>
            <translation>Jede laufende Sitzung sichern</translation>
        </message>
        <message>
            <source>&amp;New session…</source>
            <translation>&amp;Neue Sitzung …</translation>
        </message>
        <message>
            <source>&amp;Open Entracte</source>
            <translation>Entracte &amp;öffnen</translation>
        </message>
        <message>
            <source>&amp;Quit</source>
            <translation>&amp;Beenden</translation>
        </message>
        <message>
            <source>Sessions</source>
            <translation>Sitzungen</translation>
        </message>
        <message>
            <source>%1 — %2</source>
            <comment>a session, its state</comment>
            <translation>%1 – %2</translation>
        </message>
        <message>
            <source>Snapshot now</source>
            <translation>Jetzt sichern</translation>
        </message>
        <message>
            <source>Suspend</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>Show here</source>
            <translation>Hierher holen</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>Fortsetzen</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>Öffnen</translation>
        </message>
        <message>
            <source>&amp;Pause automatic snapshots</source>
            <translation>Automatische Schnappschüsse &amp;aussetzen</translation>
        </message>
        <message>
            <source>For 30 minutes</source>
            <translation>Für 30 Minuten</translation>
        </message>
        <message>
            <source>For 3 hours</source>
            <translation>Für 3 Stunden</translation>
        </message>
        <message>
            <source>Until tomorrow</source>
            <translation>Bis morgen</translation>
        </message>
        <message>
            <source>Go on now</source>
            <translation>Jetzt weitermachen</translation>
        </message>
        <message>
            <source>Newest snapshots</source>
            <translation>Neueste Schnappschüsse</translation>
        </message>
        <message>
            <source>%1: %2, %3</source>
            <comment>a session, a snapshot of it, a time</comment>
            <translation>%1: %2, %3</translation>
        </message>
        <message>
            <source>&amp;Import…</source>
            <translation>&amp;Importieren …</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>Exportieren …</translation>
        </message>
        <message numerus="yes">
            <source>%n more session(s)…</source>
            <translation>
                <numerusform>Eine weitere Sitzung …</numerusform>
                <numerusform>%n weitere Sitzungen …</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::TroubleCard</name>
        <message>
            <source>%1 %2</source>
            <comment>what is safe, what to do next</comment>
            <translation>%1 %2</translation>
        </message>
        <message>
            <source>Check this computer</source>
            <translation>Diesen Rechner prüfen</translation>
        </message>
        <message>
            <source>Copy details</source>
            <translation>Einzelheiten kopieren</translation>
        </message>
        <message>
            <source>Copied</source>
            <translation>Kopiert</translation>
        </message>
        <message>
            <source>Dismiss: %1</source>
            <translation>Schließen: %1</translation>
        </message>
        <message>
            <source>Unlock…</source>
            <translation>Entsperren …</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::UndoBar</name>
        <message>
            <source>Undo</source>
            <translation>Rückgängig</translation>
        </message>
        <message>
            <source>Keep it (Ctrl+Z)</source>
            <translation>Behalten (Strg+Z)</translation>
        </message>
        <message>
            <source>Delete now</source>
            <translation>Jetzt löschen</translation>
        </message>
        <message>
            <source>Time left to undo</source>
            <translation>Verbleibende Zeit</translation>
        </message>
        <message>
            <source>Deleted: %1</source>
            <translation>Gelöscht: %1</translation>
        </message>
        <message numerus="yes">
            <source>Deleted: %n thing(s)</source>
            <translation>
                <numerusform>Gelöscht: eine Sache</numerusform>
                <numerusform>Gelöscht: %n Dinge</numerusform>
            </translation>
        </message>
        <message>
            <source>they are deleted with it.</source>
            <translation>Sie werden mit ihr gelöscht.</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::VaultDialog</name>
        <message>
            <source>Encryption</source>
            <translation>Verschlüsselung</translation>
        </message>
        <message>
            <source>%1 %2</source>
            <comment>what happened, what to do next</comment>
            <translation>%1 %2</translation>
        </message>
        <message>
            <source>Snapshots are not encrypted</source>
            <translation>Schnappschüsse sind nicht verschlüsselt</translation>
        </message>
        <message>
            <source>They hold everything that programs have in memory, passwords too. With a passphrase every later snapshot is encrypted; those that are there stay as they are. After a restart it is asked for again, before anything is resumed or saved. Nobody can open what is encrypted without it.</source>
            <translation>Sie enthalten alles, was Programme im Speicher haben, auch Passwörter. Mit einer Passphrase wird jeder spätere Schnappschuss verschlüsselt; die vorhandenen bleiben, wie sie sind. Nach einem Neustart wird wieder nach ihr gefragt, bevor etwas fortgesetzt oder gesichert wird. Ohne sie kann niemand öffnen, was verschlüsselt ist.</translation>
        </message>
        <message>
            <source>&amp;Encrypt from now on</source>
            <translation>Ab jetzt &amp;verschlüsseln</translation>
        </message>
        <message>
            <source>Your snapshots are locked</source>
            <translation>Ihre Schnappschüsse sind gesperrt</translation>
        </message>
        <message>
            <source>They can be deleted, and nothing else, until you unlock them. Sessions that run go on; they are not saved meanwhile.</source>
            <translation>Bis Sie sie entsperren, lassen sie sich nur löschen. Laufende Sitzungen machen weiter; gesichert werden sie so lange nicht.</translation>
        </message>
        <message>
            <source>Passphrase</source>
            <translation>Passphrase</translation>
        </message>
        <message>
            <source>&amp;Passphrase:</source>
            <translation>&amp;Passphrase:</translation>
        </message>
        <message>
            <source>&amp;Unlock</source>
            <translation>&amp;Entsperren</translation>
        </message>
        <message>
            <source>Snapshots are encrypted</source>
            <translation>Schnappschüsse werden verschlüsselt</translation>
        </message>
        <message>
            <source>They are unlocked until you lock them, log out, or the computer is restarted.</source>
            <translation>Sie sind entsperrt, bis Sie sie sperren, sich abmelden oder der Rechner neu startet.</translation>
        </message>
        <message>
            <source>&amp;Lock now</source>
            <translation>Jetzt &amp;sperren</translation>
        </message>
        <message>
            <source>Change the &amp;passphrase…</source>
            <translation>&amp;Passphrase ändern …</translation>
        </message>
        <message>
            <source>&amp;Stop encrypting</source>
            <translation>Nicht mehr &amp;verschlüsseln</translation>
        </message>
        <message>
            <source>It can be stopped when there is no encrypted snapshot any more: delete them first.</source>
            <translation>Das geht, wenn es keinen verschlüsselten Schnappschuss mehr gibt: Löschen Sie sie zuerst.</translation>
        </message>
        <message>
            <source>Another passphrase</source>
            <translation>Eine andere Passphrase</translation>
        </message>
        <message>
            <source>Only the passphrase changes; snapshots are not written anew.</source>
            <translation>Nur die Passphrase ändert sich; Schnappschüsse werden nicht neu geschrieben.</translation>
        </message>
        <message>
            <source>The present passphrase</source>
            <translation>Die bisherige Passphrase</translation>
        </message>
        <message>
            <source>P&amp;resent passphrase:</source>
            <translation>&amp;Bisherige Passphrase:</translation>
        </message>
        <message>
            <source>&amp;Change it</source>
            <translation>Ä&amp;ndern</translation>
        </message>
        <message>
            <source>&amp;Remember it in the keyring of my desktop</source>
            <translation>Im &amp;Schlüsselbund meiner Arbeitsumgebung merken</translation>
        </message>
        <message>
            <source>Entracte then unlocks your snapshots by itself, once you have logged in</source>
            <translation>Entracte entsperrt Ihre Schnappschüsse dann von selbst, sobald Sie angemeldet sind</translation>
        </message>
        <message>
            <source>Unlock with the &amp;keyring</source>
            <translation>Mit dem S&amp;chlüsselbund entsperren</translation>
        </message>
        <message>
            <source>The passphrase is in the keyring of your desktop: Entracte unlocks them by itself when it starts.</source>
            <translation>Die Passphrase liegt im Schlüsselbund Ihrer Arbeitsumgebung: Entracte entsperrt sie von selbst, wenn es startet.</translation>
        </message>
        <message>
            <source>&amp;Forget it in the keyring</source>
            <translation>Im Schlüsselbund &amp;vergessen</translation>
        </message>
        <message>
            <source>The passphrase is asked for again after the next login</source>
            <translation>Nach der nächsten Anmeldung wird wieder nach der Passphrase gefragt</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::VaultKeyring</name>
        <message>
            <source>The passphrase is not in the keyring any more.</source>
            <translation>Die Passphrase ist nicht mehr im Schlüsselbund.</translation>
        </message>
        <message>
            <source>The keyring was not unlocked.</source>
            <translation>Der Schlüsselbund wurde nicht entsperrt.</translation>
        </message>
        <message>
            <source>This desktop has no keyring, or it does not run.</source>
            <translation>Diese Arbeitsumgebung hat keinen Schlüsselbund, oder er läuft nicht.</translation>
        </message>
        <message>
            <source>The keyring gave no answer, or refused.</source>
            <translation>Der Schlüsselbund hat nicht geantwortet oder abgelehnt.</translation>
        </message>
        <message>
            <source>The passphrase in the keyring is not that of your vault.</source>
            <translation>Die Passphrase im Schlüsselbund ist nicht die Ihres Tresors.</translation>
        </message>
        <message>
            <source>Your snapshots are still locked</source>
            <translation>Ihre Schnappschüsse sind noch gesperrt</translation>
        </message>
        <message>
            <source>The keyring did not take the passphrase</source>
            <translation>Der Schlüsselbund hat die Passphrase nicht angenommen</translation>
        </message>
        <message>
            <source>The passphrase may still be in the keyring</source>
            <translation>Die Passphrase ist vielleicht noch im Schlüsselbund</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::WindowButton</name>
        <message>
            <source>More windows</source>
            <translation>Weitere Fenster</translation>
        </message>
        <message>
            <source>Fewer</source>
            <translation>Weniger</translation>
        </message>
        <message numerus="yes">
            <source>Show %n more window(s)</source>
            <translation>
                <numerusform>%n weiteres Fenster zeigen</numerusform>
                <numerusform>%n weitere Fenster zeigen</numerusform>
            </translation>
        </message>
        <message>
            <source>Show fewer windows</source>
            <translation>Weniger Fenster zeigen</translation>
        </message>
        <message>
            <source>+%1</source>
            <comment>more windows</comment>
            <translation>+%1</translation>
        </message>
    </context>
    <context>
        <name>entracte::desktop::WindowStrip</name>
        <message>
            <source>Windows: %1</source>
            <translation>Fenster: %1</translation>
        </message>
    </context>
    <context>
        <name>main</name>
        <message>
            <source>Entracte</source>
            <translation>Entracte</translation>
        </message>
        <message>
            <source>Saves running desktop sessions and brings them back, in a window and in the tray.</source>
            <translation>Sichert laufende Sitzungen und holt sie zurück, in einem Fenster und im Systemabschnitt.</translation>
        </message>
        <message>
            <source>Start in the tray, without a window (as at login).</source>
            <translation>Im Systemabschnitt starten, ohne Fenster (wie beim Anmelden).</translation>
        </message>
        <message>
            <source>Save every running session.</source>
            <translation>Jede laufende Sitzung sichern.</translation>
        </message>
        <message>
            <source>Ask for a new session.</source>
            <translation>Nach einer neuen Sitzung fragen.</translation>
        </message>
        <message>
            <source>Check this computer.</source>
            <translation>Diesen Rechner prüfen.</translation>
        </message>
        <message>
            <source>End the application; sessions go on.</source>
            <translation>Die Anwendung beenden; Sitzungen laufen weiter.</translation>
        </message>
        <message>
            <source>Look for the helper on the session bus.</source>
            <translation>Den Helfer auf dem Sitzungsbus suchen.</translation>
        </message>
        <message>
            <source>An exported session: shows what is in it, and imports.</source>
            <translation>Eine exportierte Sitzung: zeigt, was in ihr ist, und importiert.</translation>
        </message>
    </context>
</TS>
