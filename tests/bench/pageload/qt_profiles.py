# SPDX-License-Identifier: MIT
"""QtWebEngine with as many profiles and pages as standard input asks for; pages are driven over the DevTools port.

Orders, each answered by itself once it is carried out: "open PAGE PROFILE" (a profile that is not there yet is made; it
keeps nothing on disk), "close PAGE", "forget PROFILE". A page begins as about:blank#PAGE. The end of the input ends it.
"""
import sys

from PyQt6.QtCore import QSocketNotifier, QUrl
from PyQt6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication

application = QApplication(sys.argv)
application.setQuitOnLastWindowClosed(False)
profiles, views = {}, {}


def open_page(page, profile):
    if profile not in profiles:
        profiles[profile] = QWebEngineProfile(None)  # without a name: off the record
    view = views[page] = QWebEngineView()
    view.setPage(QWebEnginePage(profiles[profile], view))
    view.resize(800, 600)
    view.setUrl(QUrl(f"about:blank#{page}"))
    view.show()


def close_page(page):
    view = views.pop(page)
    view.hide()
    view.deleteLater()  # and its page, which must go before the profile does


def forget(profile):
    profiles.pop(profile).deleteLater()


ORDERS = {"open": open_page, "close": close_page, "forget": forget}


def follow_order():
    line = sys.stdin.readline()
    if not line:
        application.quit()
        return
    order, *names = line.split()
    ORDERS[order](*names)
    print(line, end="", flush=True)


notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
notifier.activated.connect(follow_order)
code = application.exec()
views.clear()
profiles.clear()
sys.exit(code)
