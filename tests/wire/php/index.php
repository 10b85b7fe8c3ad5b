<?php
// SPDX-License-Identifier: MIT
// The front controller: whatever has no file of its own comes here.
require __DIR__ . '/answer.php';
answer('index');
