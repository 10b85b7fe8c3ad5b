# SPDX-License-Identifier: MIT
# What bash completes for outrider, written by "outrider print-reference bash".

_outrider_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }

_outrider_files() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
}

# Names of options, or what the argument may be.
_outrider_options() {
  if [[ $current == -* ]]; then _outrider_words "$1"; else "${@:2}"; fi
}

_outrider() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _outrider_words "run check explain test replay status reload rollback off on drain undrain --help --version"
    return
  fi
  case ${COMP_WORDS[1]} in
    run)
      case $before in
        -c | --config) _outrider_files -f ;;
        --files) _outrider_files -d ;;
        --port) : ;;
        --rules) _outrider_files -f ;;
        --state-dir) _outrider_files -d ;;
        *) _outrider_options "-h --help -c --config --files --port --rules --or-last-good --state-dir --no-supervisor" : ;;
      esac
      ;;
    check)
      case $before in
        -c | --config) _outrider_files -f ;;
        --urls) _outrider_files -f ;;
        --against) : ;;
        --connect-to) : ;;
        --cacert) _outrider_files -f ;;
        --budget) : ;;
        --ignore) _outrider_words "asset_missing asset_denied asset_redirects wrong_type font_crossorigin no_store not_fresh own_origin repeated_url over_budget shared_cache never_matches literal_path duplicate_name rule_fails unknown_hints slow_pattern uncovered_page no_answer certificate_expiry" ;;
        *) _outrider_options "-h --help -c --config --strict --urls --against --connect-to --cacert --budget --ignore --no-warnings --json" : ;;
      esac
      ;;
    explain)
      case $before in
        -c | --config) _outrider_files -f ;;
        -X | --request-method) : ;;
        -H | --header) : ;;
        -b | --cookie) : ;;
        --client) _outrider_words "chromium firefox safari qtwebengine curl nghttp node http1 bot" ;;
        --response) _outrider_files -f ;;
        --rtt) : ;;
        --think) : ;;
        --page-bytes) : ;;
        --at) : ;;
        --sent) : ;;
        --cached) : ;;
        --address) : ;;
        --country) : ;;
        --request) : ;;
        --admin) : ;;
        --token-file) _outrider_files -f ;;
        --state-dir) _outrider_files -d ;;
        *) _outrider_options "-h --help -c --config -X --request-method -H --header -b --cookie --client --all --response --rtt --think --page-bytes --at --sent --cached --address --country -v --verbose --all-rules --json --as-test --live --request --admin --token-file --state-dir" : ;;
      esac
      ;;
    test)
      case $before in
        -c | --config) _outrider_files -f ;;
        *) _outrider_options "-h --help -c --config -v --verbose --tap --watch" _outrider_files -d ;;
      esac
      ;;
    replay)
      case $before in
        -c | --config) _outrider_files -f ;;
        --baseline) _outrider_files -f ;;
        --host) : ;;
        --top) : ;;
        --fail-on) _outrider_words "changes missing errors" ;;
        *) _outrider_options "-h --help -c --config --baseline --host --top --fail-on --json" _outrider_files -f ;;
      esac
      ;;
    status)
      case $before in
        -c | --config) _outrider_files -f ;;
        --admin) : ;;
        --token-file) _outrider_files -f ;;
        --state-dir) _outrider_files -d ;;
        *) _outrider_options "-h --help -c --config --admin --token-file --state-dir --json" : ;;
      esac
      ;;
    reload)
      case $before in
        -c | --config) _outrider_files -f ;;
        --admin) : ;;
        --token-file) _outrider_files -f ;;
        --state-dir) _outrider_files -d ;;
        *) _outrider_options "-h --help -c --config --admin --token-file --state-dir --json --dry-run --skip-tests" : ;;
      esac
      ;;
    rollback)
      case $before in
        -c | --config) _outrider_files -f ;;
        --admin) : ;;
        --token-file) _outrider_files -f ;;
        --state-dir) _outrider_files -d ;;
        *) _outrider_options "-h --help -c --config --admin --token-file --state-dir --json" : ;;
      esac
      ;;
    off)
      case $before in
        -c | --config) _outrider_files -f ;;
        --admin) : ;;
        --token-file) _outrider_files -f ;;
        --state-dir) _outrider_files -d ;;
        --site) : ;;
        --rule) : ;;
        --delivery) _outrider_words "push early_hints link" ;;
        --for) : ;;
        *) _outrider_options "-h --help -c --config --admin --token-file --state-dir --json --site --rule --delivery --for" : ;;
      esac
      ;;
    on)
      case $before in
        -c | --config) _outrider_files -f ;;
        --admin) : ;;
        --token-file) _outrider_files -f ;;
        --state-dir) _outrider_files -d ;;
        --site) : ;;
        --rule) : ;;
        --delivery) _outrider_words "push early_hints link" ;;
        *) _outrider_options "-h --help -c --config --admin --token-file --state-dir --json --site --rule --delivery" : ;;
      esac
      ;;
    drain)
      case $before in
        -c | --config) _outrider_files -f ;;
        --admin) : ;;
        --token-file) _outrider_files -f ;;
        --state-dir) _outrider_files -d ;;
        *) _outrider_options "-h --help -c --config --admin --token-file --state-dir --json" : ;;
      esac
      ;;
    undrain)
      case $before in
        -c | --config) _outrider_files -f ;;
        --admin) : ;;
        --token-file) _outrider_files -f ;;
        --state-dir) _outrider_files -d ;;
        *) _outrider_options "-h --help -c --config --admin --token-file --state-dir --json" : ;;
      esac
      ;;
  esac
}

complete -F _outrider outrider
