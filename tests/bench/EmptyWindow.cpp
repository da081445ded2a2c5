// What the application's start is measured against (tests/bench/desktop.py): a window with nothing
// in it.

#include <QApplication>
#include <QMainWindow>

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    QMainWindow window;
    window.setWindowTitle("Entracte"); // looked for as the application's is
    window.resize(1080, 700);
    window.show();
    return QApplication::exec();
}
