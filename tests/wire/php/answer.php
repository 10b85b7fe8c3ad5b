<?php
// SPDX-License-Identifier: MIT
// What a script has seen of its request, as JSON.
function answer(string $script): void
{
    $files = [];
    foreach ($_FILES as $name => $file) {
        $files[$name] = [
            'name' => $file['name'], 'error' => $file['error'], 'size' => $file['size'],
            'sha1' => $file['error'] === UPLOAD_ERR_OK ? sha1_file($file['tmp_name']) : null,
        ];
    }
    header('Content-Type: application/json');
    echo json_encode([
        'script' => $script, 'server' => $_SERVER, 'get' => $_GET, 'post' => $_POST, 'files' => $files, 'cookies' => $_COOKIE,
        'body_sha1' => sha1(file_get_contents('php://input')),
    ]);
}
