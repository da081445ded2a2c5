"""Text editors of every toolkit."""
from .application import Application, TextEditor, fill
from entractetest.case import expect


class Mousepad(TextEditor):
    name, package, window_class = "mousepad", "mousepad", "Mousepad"
    command, processes = ("mousepad", "--disable-server"), ("mousepad",)
    menu = ("alt+f",), ("a",)
    notes = "GTK 3"


class Kate(TextEditor):
    name, package, window_class = "kate", "kate", "kate"
    command, processes = ("kate", "--startanon"), ("kate",)
    menu = ("alt+f",), ("o",)
    notes = "Qt 5 (Debian 12), Qt 6 (Debian 13)"

    def begin(self, trial):
        Application.begin(self, trial)
        window = trial.window()
        # It may begin with a page of welcome, where nothing can be typed.
        window.key("ctrl+n")
        trial.settle(window)
        fill(window, self.text)


class FocusWriter(TextEditor):
    name, package, window_class = "focuswriter", "focuswriter", "focuswriter"
    command, processes = ("focuswriter",), ("focuswriter",)
    menu = ("alt+f",), ("a",)
    save_keys, extension = "ctrl+s", "odt"
    notes = "Qt 6"

    def saved(self, trial, path):
        trial.wait_file(path, b"content.xml")


class GnomeTextEditor(TextEditor):
    name, package, window_class = "gnome-text-editor", "gnome-text-editor", "gnome-text-editor"
    command, processes = ("gnome-text-editor", "--standalone"), ("gnome-text-edit",)
    notes = "GTK 4"


class Tk(TextEditor):
    name, package, window_class = "python-tk", "python3-tk", "Tk"
    processes = ("python3",)
    notes = "Python, Tk"
    program = """
import tkinter
root = tkinter.Tk(className='Tk')
root.title('tk 0')
text = tkinter.Text(root, width=60, height=12)
text.pack()
def everything(_):
    text.tag_add('sel', '1.0', 'end-1c')
    return 'break'
def save(_):
    open(PATH, 'w').write(text.get('1.0', 'end-1c'))
text.bind('<Control-a>', everything)
root.bind('<Control-s>', save)
root.bind('<Control-q>', lambda _: root.destroy())
n = 0
def tick():
    global n
    n += 1
    root.title(f'tk {n}')
    root.after(200, tick)
tick()
text.focus_set()
root.mainloop()
"""

    def begin(self, trial):
        path = trial.home("editor.py")
        trial.put(path, self.program.replace("PATH", repr(trial.home("tk.txt"))))
        self.command = ("/usr/bin/python3", path)
        super().begin(trial)

    def use(self, trial):
        window = trial.window()
        window.key("ctrl+End")
        window.type(self.more)
        found = window.all_text().strip()
        expect(found == self.text + self.more, f"it holds {found!r}")
        window.key("ctrl+s")
        self.saved(trial, trial.home("tk.txt"))


class Swing(TextEditor):
    name, package, window_class = "java-swing", "default-jdk", "Editor"
    processes, requires = ("java",), ("javac",)
    menu = ("alt+f",), ("o",)
    notes = "Java, Swing"
    program = """
import javax.swing.*; import java.awt.*; import java.awt.event.*; import java.io.*;
public class Editor {
    public static void main(String[] arguments) throws Exception {
        var kit = Toolkit.getDefaultToolkit();
        SwingUtilities.invokeLater(() -> {
            var frame = new JFrame("swing 0");
            var text = new JTextArea(12, 50);
            frame.add(new JScrollPane(text));
            frame.add(new JLabel("A label, anti-aliased"), BorderLayout.NORTH);
            JPopupMenu.setDefaultLightWeightPopupEnabled(false); // a window of its own
            var menu = new JMenu("File");
            menu.setMnemonic('F');
            var open = menu.add("Open...");
            open.setMnemonic('O');
            open.addActionListener(event -> new JFileChooser().showOpenDialog(frame));
            menu.add("Nothing");
            var bar = new JMenuBar();
            bar.add(menu);
            frame.setJMenuBar(bar);
            frame.setDefaultCloseOperation(JFrame.EXIT_ON_CLOSE);
            text.getInputMap().put(KeyStroke.getKeyStroke("control shift S"), "save");
            text.getActionMap().put("save", new AbstractAction() {
                public void actionPerformed(ActionEvent event) {
                    var chooser = new JFileChooser();
                    if (chooser.showSaveDialog(frame) == JFileChooser.APPROVE_OPTION)
                        try (var out = new FileWriter(chooser.getSelectedFile())) { text.write(out); }
                        catch (IOException problem) { throw new RuntimeException(problem); }
                }
            });
            text.getInputMap().put(KeyStroke.getKeyStroke("control Q"), "quit");
            text.getActionMap().put("quit", new AbstractAction() {
                public void actionPerformed(ActionEvent event) { System.exit(0); }
            });
            frame.pack();
            frame.setVisible(true);
            int[] n = {0};
            new Timer(200, event -> frame.setTitle("swing " + ++n[0])).start();
        });
    }
}
"""

    def begin(self, trial):
        path = trial.home("Editor.java")
        trial.put(path, self.program)
        trial.exec("javac", "-d", trial.home("classes"), path)
        trial.wait_file(trial.home("classes/Editor.class"), limit=60)
        self.command = ("java", "-cp", trial.home("classes"), "Editor")
        super().begin(trial)
