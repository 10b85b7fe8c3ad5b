# SPDX-License-Identifier: MIT
"""The browser of test_qtwebengine: one empty page in a profile that keeps nothing, driven over its DevTools port."""
import sys

from PyQt6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication

application = QApplication(sys.argv)
profile = QWebEngineProfile(None)  # without a name: off the record
view = QWebEngineView()
view.setPage(QWebEnginePage(profile, None))
view.resize(800, 600)
view.setUrl(view.url().fromUserInput("about:blank"))
view.show()
sys.exit(application.exec())
