return {
  deny = { "*EvilReader*" },
  { family = "firefox", to = 119, push = false, early_hints = {}, source = "made up" },
  { family = "chromium", push = true, early_hints = { "preload" }, source = "made up" },
  { family = "other", push = true, early_hints = {}, source = "made up" },
}
