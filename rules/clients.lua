-- SPDX-License-Identifier: MIT
-- What each browser can use before the page has come. This is the table that the server uses; it is built in, so that
-- editing this file changes nothing. To change it, copy it beside your configuration, name the copy there, as in
-- clients = "clients.lua", and reload; `outrider check` says what is wrong with it.
--
-- A row is about some versions of one family; no version may be in two rows. A client that no row has gets `Link` in
-- the final response, which is safe everywhere.
--
-- family       "chromium" (Chrome, Edge, Opera, Brave, Qt WebEngine …), "firefox", "safari" (WebKit, and every browser
--              on iOS), "other" (all else, also curl, nghttp, Node)
-- from, to     major versions, both included; left out: from the first, to the last. A version that nobody told is 0.
-- push         true: takes PUSH_PROMISE, where its connection has not said SETTINGS_ENABLE_PUSH = 0; left out: false
-- early_hints  what it uses of a 103: "preload", "modulepreload", "preconnect"; left out: none. A 103 goes to whoever
--              says `Sec-Fetch-Mode: navigate`, and over HTTP/2.
-- source       where this is known from
--
-- deny         globs of User-Agent fields (`*` is any run of characters; capitals count) that get `Link` alone. A file
--              with nothing but this keeps the rows of the built-in table: return { deny = { "*SomeOldReader/1.*" } }
return {
  -- Shipped with 103 (May 2022), modulepreload included: https://chromestatus.com/feature/5207422375297024
  -- Top-level navigations over HTTP/2 or later only, and the first 103 only. With 106 it stopped taking pushes, and says
  -- so on its connections.
  {
    family = "chromium", from = 103, push = true, early_hints = { "preload", "modulepreload", "preconnect" },
    source = "https://chromium.googlesource.com/chromium/src/+/main/docs/early-hints.md",
  },
  -- Taken out with 106; what embeds an older one takes pushes, as Qt WebEngine up to 6.4 (Chromium 102) does.
  {
    family = "chromium", to = 102, push = true, early_hints = {},
    source = "https://developer.chrome.com/blog/removing-push",
  },

  -- Takes pushes up to 131 (https://github.com/mdn/content/pull/36148), and says on its connections when not.
  -- modulepreload: https://github.com/zqianem/modulepreload-krinkle-repro (126; measured with 153 as well). Of as=fetch
  -- it uses what has crossorigin. A page with a modulepreload, be it early, in `Link` or in its own text, has no import
  -- map that works: https://github.com/whatwg/html/issues/9274
  {
    family = "firefox", from = 123, push = true, early_hints = { "preload", "modulepreload", "preconnect" },
    source = "https://github.com/mdn/content/pull/31972",
  },
  {
    family = "firefox", from = 120, to = 122, push = true, early_hints = { "preconnect" },
    source = "https://raw.githubusercontent.com/mdn/browser-compat-data/main/http/status.json",
  },
  {
    family = "firefox", to = 119, push = true, early_hints = {},
    source = "https://raw.githubusercontent.com/mdn/browser-compat-data/main/http/status.json",
  },

  -- HTTP/2 or later only, and the first 103 only: https://github.com/WebKit/WebKit/pull/10836. Preloads are being built
  -- and are off: https://github.com/WebKit/WebKit/pull/70207
  {
    family = "safari", from = 17, push = true, early_hints = { "preconnect" },
    source = "https://developer.apple.com/documentation/safari-release-notes/safari-17-release-notes",
  },
  {
    family = "safari", to = 16, push = true, early_hints = {},
    source = "https://github.com/mdn/browser-compat-data/pull/20946",
  },

  -- Who says `Sec-Fetch-Mode: navigate` and is none of these is a browser all the same; HTML has them process a 103. For
  -- tools and applications only `push` counts, which their connection's setting decides.
  {
    family = "other", push = true, early_hints = { "preload", "preconnect" },
    source = "https://html.spec.whatwg.org/multipage/semantics.html#early-hints",
  },

  deny = {},
}
