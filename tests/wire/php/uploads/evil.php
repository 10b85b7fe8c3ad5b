<?php
// SPDX-License-Identifier: MIT
// What a visitor has uploaded; the route denies it.
echo 'evil ran';
