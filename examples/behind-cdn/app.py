#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The application: one page that takes a while and says who is asking. Speaks HTTP on the unix socket that is its
argument."""
import http.server
import socketserver
import sys
import time

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Behind a CDN</title>
<link rel="stylesheet" href="/assets/site.css">
<script src="/assets/site.js" defer></script>
<h1>Behind a CDN</h1>
<p>You are {address} and came by {scheme}.</p>
</html>
"""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(0.2)  # the database
        address = self.headers["X-Forwarded-For"].split(",")[0]  # the visitor's, then those who passed it on
        page = PAGE.format(address=address, scheme=self.headers["X-Forwarded-Proto"]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "private")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass  # Outrider's access log has it


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


Server(sys.argv[1], Handler).serve_forever()
