<?php
// SPDX-License-Identifier: MIT
require dirname(__DIR__) . '/answer.php';
answer('shop/index');
