#!/usr/bin/python3
"""The X proxy with programs that public libraries would not make: in the other byte order, with more requests than 16
bits can count, with ids that the proxy gave them, with questions that nobody has answered when everything moves."""
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest import x11  # noqa: E402
from entractetest.case import expect, main  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.servers import FEWER_IDS, FIRST, SECOND  # noqa: E402
from entractetest.xproxy import StandaloneProxy  # noqa: E402


def _servers(case, *traits):
    return [case.server(f"server {i}", one, window_manager=False) for i, one in enumerate(traits)]


def _client(case, proxy, **more):
    return case.stack.enter_context(x11.Client(proxy.socket_path, b"", **more))


def case_aBigEndianProgramMoves(case):
    first, second, fewer = _servers(case, FIRST, SECOND, FEWER_IDS)
    proxy = StandaloneProxy(case, first)
    client = _client(case, proxy, big_endian=True)
    windows = [client.create_window(number, 30, 40, 100, 50) for number in (1, client.resource_mask - 1)]
    numbers = [1, 0x12345678]
    for window in windows:
        client.set_property(window, "WM_NAME", "STRING", f"swapped {windows.index(window)}".encode())
        client.set_property(window, "_NUMBERS", "INTEGER", numbers)
        client.set_property(window, "_WORDS", "ATOM", [client.intern_atom(f"_WORD_{i}") for i in range(3)])
        client.set_property(window, "_WINDOWS", "WINDOW", windows)
    client.synchronise()

    def look(server):
        for window in windows:
            expect(client.geometry(window) == (30, 40, 100, 50), f"it is at {client.geometry(window)}")
            expect(client.get_property(window, "_NUMBERS") == numbers, "other numbers")
            expect(client.get_property(window, "_WORDS") == [client.intern_atom(f"_WORD_{i}") for i in range(3)],
                   "other atoms")
            expect(client.get_property(window, "_WINDOWS") == windows, "other windows")
            # And as everybody else sees them.
            seen = Desktop(server).run(["xprop", "-name", f"swapped {windows.index(window)}"])
            for words in ("_NUMBERS(INTEGER) = 1, 305419896", "_WORDS(ATOM) = _WORD_0, _WORD_1, _WORD_2"):
                expect(words in seen, f"{words} is not in {seen}")
    look(first)
    for server in (second, fewer, first):
        proxy.move(server)
        look(server)
    proxy.expect_clean_moves(3)
    first.kill()
    proxy.move(second)
    look(second)
    proxy.expect_clean_moves(4)


def case_requestsAreCountedBeyond16Bits(case):
    first, second = _servers(case, FIRST, SECOND)
    proxy = StandaloneProxy(case, first)
    client = _client(case, proxy)
    for server in (second, first, None, second):
        client.no_operations(70_000)
        client.synchronise()
        client.no_operations(70_000)
        if server:
            proxy.move(server)
        client.synchronise()
    expect(client.requests > 8 * 65536, f"only {client.requests} requests")


def case_questionsOnTheirWayAreAnsweredAfterAMove(case):
    first, second = _servers(case, FIRST, SECOND)
    proxy = StandaloneProxy(case, first)
    client = _client(case, proxy)
    window = client.create_window(1, 30, 40, 100, 50)
    client.synchronise()
    # A stranger keeps the server from answering anybody until the move is under way.
    stranger = case.stack.enter_context(first.client())
    stranger.grab_server(True)
    stranger.synchronise()
    questions = [client.ask_without_waiting() for _ in range(300)]
    move = threading.Thread(target=proxy.move, args=(second,))
    move.start()
    move.join(0.7)
    expect(move.is_alive(), "the move did not wait for the answers that are owed")
    stranger.grab_server(False)
    stranger.synchronise()
    move.join()
    for question in questions:
        client.answered(question)
    expect(client.geometry(window) == (30, 40, 100, 50), "the window is elsewhere")
    proxy.expect_clean_moves(1)


def case_idsThatTheProxyGaveAreFree(case):
    """XC-MISC, as Xlib asks for it when it has used up its own."""
    first, fewer = _servers(case, FIRST, FEWER_IDS)
    proxy = StandaloneProxy(case, first)
    client = _client(case, proxy)
    windows = [client.create_window(number, 0, 0, number, 1) for number in range(1, 40)]

    def take(ids):
        for ident in ids:
            expect(ident & ~client.resource_mask == client.resource_base, f"{ident:x} is not the connection's")
            expect(ident not in windows, f"{ident:x} is in use")
            windows.append(client.create_window(ident & client.resource_mask, 0, 0, len(windows) + 1, 1))
    for server in (None, fewer, first):
        if server:
            proxy.move(server)
        begin, end = client.free_ids()
        expect(end - begin > 1000, f"only {end - begin} ids in a row")
        take([begin, end])
        given = client.free_ids(50)
        expect(len(set(given)) == 50, f"{len(given)} ids instead of 50")
        take(given)
        for number, window in enumerate(windows):
            expect(client.geometry(window)[2] == number + 1, f"another window is {window:x}")
    proxy.expect_clean_moves(2)


if __name__ == "__main__":
    sys.exit(main(globals()))
