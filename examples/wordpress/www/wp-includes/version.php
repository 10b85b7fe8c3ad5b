<?php
// The lines of WordPress's own file that matter here.
$wp_version = '6.5.2';
