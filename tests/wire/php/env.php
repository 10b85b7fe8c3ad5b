<?php
// SPDX-License-Identifier: MIT
require __DIR__ . '/answer.php';
answer('env');
