<?php
// SPDX-License-Identifier: MIT
// Stands in for WordPress: every path that is no file comes here, and a page takes a while.
require __DIR__ . '/wp-includes/version.php';

function versioned(string $path, string $version): string
{
    return htmlspecialchars("$path?ver=$version");
}

function theme_version(): string
{
    preg_match('/^Version: (\S+)/m', file_get_contents(__DIR__ . '/wp-content/themes/coach/style.css'), $found);
    return $found[1];
}

usleep(200000);  // plugins and the database

// WordPress says where its API is. A theme or plugin may name what the page begins with: Outrider delivers that too,
// and learns it, so that later visitors get it ahead of the page.
header('Link: </wp-json/>; rel="https://api.w.org/"', false);
header('Link: </wp-content/uploads/coach.svg>; rel=preload; as=image', false);

$theme = '/wp-content/themes/coach';
$is_post = preg_match('#^/\d{4}/\d\d/[^/]+/$#', strtok($_SERVER['REQUEST_URI'], '?'));
?>
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The Coach</title>
<link rel="stylesheet" href="<?= versioned('/wp-includes/css/dist/block-library/style.min.css', $wp_version) ?>">
<link rel="stylesheet" href="<?= versioned("$theme/style.css", theme_version()) ?>">
<?php if ($is_post) { ?>
<script src="<?= versioned("$theme/post.js", theme_version()) ?>" defer></script>
<?php } ?>
<h1>The Coach</h1>
<p><img src="/wp-content/uploads/coach.svg" alt="A coach" width="240" height="120"></p>
<p><a href="/2026/11/the-coach-is-late/">The coach is late</a> <time></time></p>
</html>
