# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# `./dev bench`: sourced by dev, whose functions it uses.

bench_packages='libbenchmark-dev libopencv-dev libdnnl-dev python3'
peers_packages='python3-numpy python3-scipy python3-torch'
onnxruntime='onnxruntime-node@1.30.0' # from npm

results=build/bench/results

bench_build() {
  # shellcheck disable=SC2086
  install_missing $build_packages $bench_packages
  build bench
  mkdir -p $results
}

# bench_run images|calls [option...]
bench_run() {
  program=$1
  shift
  say "Measuring: $program"
  build/bench/bench/bench_"$program" --benchmark_out=$results/"$program".json "$@"
}

onnx=build/bench/onnx

# What cannot be had is left out here and reported as absent.
install_onnxruntime() {
  if ! [ -d $onnx/node_modules/onnxruntime-node ] && command -v node >/dev/null &&
    command -v npm >/dev/null; then
    say "Installing with npm in $onnx: $onnxruntime"
    npm install --prefix $onnx --ignore-scripts --no-audit --no-fund "$onnxruntime" ||
      say "$onnxruntime could not be installed"
  fi
}

bench_peers() {
  # shellcheck disable=SC2086
  install_missing $peers_packages
  install_onnxruntime
  if [ "${1-}" = --quick ]; then
    shift
    set -- --seconds 0.3 --repetitions 3 "$@"
  fi
  [ ! -d $onnx/node_modules/onnxruntime-node ] || set -- --onnx $onnx "$@"
  say 'Measuring: SciPy, PyTorch, ONNX Runtime'
  /usr/bin/python3 -B bench/peers.py $results/images.json -o $results/peers.json "$@"
}

# A record for each number of threads, unless --json names one.
bench_nn() {
  threads=1
  record=
  previous=
  for option; do
    case "$previous $option" in
      '--threads '* | *' --threads='*) threads=${option#*=} ;;
      '--json '* | *' --json='*) record=${option#*=} ;;
    esac
    previous=$option
  done
  if [ -z "$record" ]; then
    record=$results/nn-$threads.json
    set -- --json "$record" "$@"
  fi
  install_onnxruntime
  [ ! -d $onnx/node_modules/onnxruntime-node ] || set -- --onnx $onnx "$@"
  say "Measuring: layers, $threads thread(s)"
  build/bench/bench/bench_layers "$@"
}

bench_nn_report() {
  say 'Report'
  /usr/bin/python3 -B bench/layers_report.py "$@"
}

# bench_report RECORD... [option...]
bench_report() {
  say 'Report'
  /usr/bin/python3 -B bench/report.py "$@"
}

# All records that there are. The options are bench_report's.
bench_report_all() {
  any=
  for record in images calls peers; do
    [ -f $results/$record.json ] || continue
    set -- "$@" $results/$record.json
    any=yes
  done
  [ -z "$any" ] || bench_report "$@"
  set --
  for threads in 1 2; do
    [ ! -f $results/nn-$threads.json ] || set -- "$@" $results/nn-$threads.json
  done
  [ $# -eq 0 ] || bench_nn_report "$@"
}

bench() {
  what=${1-all}
  [ $# -eq 0 ] || shift
  case "$what" in
    images | calls)
      bench_build
      bench_run "$what" "$@"
      bench_report $results/"$what".json
      ;;
    regret)
      bench_build
      build/bench/bench/bench_regret "$@"
      ;;
    transforms | denormals)
      bench_build
      build/bench/bench/bench_"$what"
      ;;
    nn)
      bench_build
      bench_nn "$@"
      bench_nn_report "$record"
      ;;
    peers)
      [ -f $results/images.json ] || fail 'peers are measured on the cases of ./dev bench images'
      bench_peers "$@"
      bench_report $results/images.json $results/peers.json
      ;;
    all)
      bench_build
      bench_run images
      bench_run calls
      bench_peers
      bench_nn
      bench_nn --threads 2
      bench_report_all
      ;;
    report)
      [ -d $results ] || fail 'nothing has been measured yet'
      bench_report_all "$@"
      ;;
    *)
      help >&2
      exit 2
      ;;
  esac
}
