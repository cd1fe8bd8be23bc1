# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# ./dev fuzz [SECONDS [NAME...]]: the fuzzers of tests/fuzz, each for so many seconds, as many at a
# time as TWOFOLD_JOBS says. What they learn goes to build/fuzz/corpus, and is where the next run
# begins; the seeds in tests/fuzz/corpus stay as they are.
# shellcheck disable=SC2034  # dev says it
description='libFuzzer on problems, layers, files and texts, with sanitizers'

all_fuzzers='problem layer npy png kernel profile'

# longest_input NAME: in bytes; beyond it nothing new is to be found.
longest_input() {
  case $1 in
    problem | layer) echo 256 ;;
    kernel) echo 96 ;;
    npy) echo 512 ;;
    *) echo 4096 ;;
  esac
}

# fuzz_one SECONDS NAME: the log goes to build/fuzz/logs.
fuzz_one() {
  name=$2
  seeds=tests/fuzz/corpus/$name
  learned=build/fuzz/corpus/$name
  log=build/fuzz/logs/$name.log
  mkdir -p "$learned" build/fuzz/logs build/fuzz/findings
  rm -f "build/fuzz/findings/$name-"*
  dictionary=
  [ ! -f "tests/fuzz/dictionaries/$name.dict" ] ||
    dictionary=-dict=tests/fuzz/dictionaries/$name.dict
  # shellcheck disable=SC2086  # no word, or one
  if build/fuzz/tests/fuzz/"$name"_fuzzer -max_total_time="$1" -timeout=30 -rss_limit_mb=3072 \
    -report_slow_units=30 -max_len="$(longest_input "$name")" -len_control=0 $dictionary \
    -print_final_stats=1 -artifact_prefix="build/fuzz/findings/$name-" \
    "$learned" "$seeds" >"$log" 2>&1; then
    times >"$log.times" # of this subshell, and of what it has run
    statistics "$name" "$log"
  else
    report_finding "$name" "$log"
    return 1
  fi
}

report_finding() {
  grep -n -A 40 -m 1 -E 'FINDING|ERROR: |runtime error' "$2" || tail -n 40 "$2"
  for input in build/fuzz/findings/"$1"-*; do
    [ -f "$input" ] || continue
    printf '%s: FAILED on %s; again:\n' "$1" "$input"
    printf '  build/fuzz/tests/fuzz/%s_fuzzer %s\n' "$1" "$input"
  done
}

# processor_seconds LOG: what the fuzzer took, in `times` of the shell: "1m2.3s 0m4.5s" in line 2.
processor_seconds() {
  awk 'NR == 2 { split($1, user, /[ms]/); split($2, kernel, /[ms]/)
                 printf "%d", 60 * (user[1] + kernel[1]) + user[2] + kernel[2] }' "$1.times"
}

# One line: executions, edges of the control flow that were seen (of all, those of the sanitizers'
# own checks among them), inputs that showed new ones.
statistics() {
  awk -v name="$1" -v seconds="$(processor_seconds "$2")" '
    /INFO: Loaded/ { sub(/.*\(/, ""); all = $1 }
    /^#[0-9]+.* cov: / { for (i = 1; i < NF; ++i) { if ($i == "cov:") edges = $(i + 1)
                                                    if ($i == "corp:") inputs = $(i + 1) } }
    /^stat::number_of_executed_units/ { executions = $2 }
    END { printf "%-8s %9d executions in %5d s of processor, %6d of %6d edges, corpus %s\n", \
                 name, executions, seconds, edges, all, inputs }' "$2"
}

run() {
  seconds=${1:-60}
  [ $# -eq 0 ] || shift
  case $seconds in
    *[!0-9]* | '') fail "not a number of seconds: $seconds" ;;
  esac
  names=${*:-$all_fuzzers}
  for name in $names; do
    [ -f "tests/fuzz/${name}_fuzzer.cpp" ] || fail "no such fuzzer: $name; there are: $all_fuzzers"
  done

  # shellcheck disable=SC2086,SC2154  # lists of words, from dev
  install_missing $build_packages clang-14 libclang-rt-14-dev zlib1g-dev
  build fuzz
  say "Fuzzing, ${seconds} s each: $names"
  export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:quarantine_size_mb=32
  export UBSAN_OPTIONS=print_stacktrace=1
  failed=
  running=0
  for name in $names; do
    fuzz_one "$seconds" "$name" &
    pids="${pids:-} $!"
    running=$((running + 1))
    if [ "$running" -ge "$(jobs)" ]; then
      wait_for_all
    fi
  done
  wait_for_all
  [ -z "$failed" ] || fail 'a fuzzer found something'
  say 'No fuzzer found anything'
}

wait_for_all() {
  for pid in ${pids:-}; do
    wait "$pid" || failed=yes
  done
  pids=
  running=0
}
