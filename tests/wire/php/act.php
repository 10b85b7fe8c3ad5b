<?php
// SPDX-License-Identifier: MIT
// Does what its query asks for, one thing at a time.
switch ($_GET['do'] ?? '') {
    case 'status':
        http_response_code((int) $_GET['code']);
        echo "status $_GET[code]";
        break;
    case 'redirect':  // by header alone, or with a status of its own
        header('Location: /elsewhere', true, (int) ($_GET['code'] ?? 0));
        break;
    case 'link':
        header('Link: </static/app.css>; rel=preload; as=style', false);
        header('Link: </static/app.js>; rel=preload; as=script', false);
        echo 'page';
        break;
    case 'think':  // before anything is sent
        usleep((int) $_GET['ms'] * 1000);
        echo 'thought';
        break;
    case 'stream':
        foreach (['first ', 'second ', 'third'] as $part) {
            echo $part;
            flush();
            usleep(400000);
        }
        break;
    case 'endless':  // until nobody listens any more
        while (!connection_aborted()) {
            echo str_repeat('x', 1000);
            flush();
            usleep(20000);
        }
        break;
    case 'big':
        header('Content-Length: ' . ((int) $_GET['mb'] << 20));
        for ($i = 0; $i < (int) $_GET['mb']; ++$i) {
            echo str_repeat(chr(65 + $i % 26), 1 << 20);
        }
        break;
    case 'complain':
        error_log('the cart is empty');
        echo 'complained';
        break;
    case 'die':  // as a crash of the interpreter does
        if ($_GET['after'] === 'head') {
            echo str_repeat('half an answer ', 1000);
            flush();
        }
        posix_kill(getmypid(), 9);
        break;
    case 'headers':  // more than a head may have
        for ($i = 0; $i < 100; ++$i) {
            header("X-Big-$i: " . str_repeat('v', 1000));
        }
        echo 'too late';
        break;
    case 'throw':
        throw new RuntimeException('the shop is closed');
    default:
        http_response_code(400);
        echo 'do what?';
}
