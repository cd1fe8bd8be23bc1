// SPDX-License-Identifier: BSD-3-Clause
// Google Benchmark, one run per comparison, into one record.
#include "runner.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <stdexcept>
#include <system_error>

#include <benchmark/benchmark.h>
#include <twofold/twofold.hpp>
#include <unistd.h>

#include "peers/opencv.hpp"

namespace twofold::bench {

namespace {

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  const std::string key = "model name";
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with(key)) return line.substr(line.find(": ") + 2);
  }
  return "unknown";
}

void describe_machine() {
  benchmark::AddCustomContext("cpu", cpu_model());
  benchmark::AddCustomContext("twofold", std::string(version()));
  benchmark::AddCustomContext("isa", std::string(name_of(active_isa())));
  benchmark::AddCustomContext("fft", std::string(fft_backend().name));
  const std::string peer = opencv::version();
  benchmark::AddCustomContext("opencv", peer.empty() ? "absent" : peer);
}

void measure(benchmark::State& state, const Participant& participant) {
  if (!participant.unavailable.empty()) {
    state.SkipWithError(participant.unavailable.c_str());
    return;
  }
  if (participant.before) participant.before();
  if (participant.run_timed) {
    while (state.KeepRunningBatch(state.max_iterations)) {
      const Times times = participant.run_timed(state.max_iterations);
      state.SetIterationTime(times.wall);
      state.counters["cpu_ns"] = 1e9 * times.cpu / static_cast<double>(state.max_iterations);
    }
  } else {
    for ([[maybe_unused]] auto _ : state)
      participant.run();
  }
  if (participant.amount > 0) {
    state.counters[std::string(participant.unit)] = benchmark::Counter(
        participant.amount * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
  }
  state.SetLabel(participant.label);
}

}  // namespace

class Runner::Record : public benchmark::BenchmarkReporter {
 public:
  bool quick = false;
  std::string path;
  std::regex filter;
  std::vector<std::string> options;  // Google Benchmark keeps a pointer into the first
  std::size_t done = 0, expected = 0;

  Record() = default;
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;
  ~Record() override {
    std::error_code ignored;  // nothing is left there after success
    if (!partial_path_.empty()) std::filesystem::remove(partial_path_, ignored);
  }

  void open() {
    if (path.empty()) return;
    partial_path_ = path + ".part";
    file_.open(partial_path_);
    if (!file_) throw std::runtime_error(partial_path_ + ": cannot be written");
    json_.SetOutputStream(&file_);
  }

  // Google Benchmark calls these three in every run; a record has one beginning and one end.
  bool ReportContext(const Context& context) override {
    if (begun_) return true;
    begun_ = true;
    return path.empty() ? console_.ReportContext(context) : json_.ReportContext(context);
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    path.empty() ? console_.ReportRuns(runs) : json_.ReportRuns(runs);
  }
  void Finalize() override {}

  void close() {
    if (path.empty()) return;
    if (!begun_) throw std::invalid_argument("--benchmark_filter: nothing has such a name");
    json_.Finalize();
    file_.close();
    if (!file_) throw std::runtime_error(partial_path_ + ": not completely written");
    std::filesystem::rename(partial_path_, path);
  }

 private:
  benchmark::ConsoleReporter console_{benchmark::ConsoleReporter::OO_Tabular};
  benchmark::JSONReporter json_;
  std::ofstream file_;
  std::string partial_path_;
  bool begun_ = false;
};

Runner::Runner(int argc, char** argv) : record_(std::make_unique<Record>()) {
  const std::string_view out = "--benchmark_out=";
  // The user's own options come later and win.
  std::vector<std::string>& options = record_->options;
  options = {argv[0], "--benchmark_enable_random_interleaving=true", "--benchmark_repetitions=9",
             "--benchmark_min_time=0.02"};
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--quick") {
      record_->quick = true;
      options.emplace_back("--benchmark_min_time=0.005");
    } else if (argument.starts_with(out)) {
      record_->path = argument.substr(out.size());
    } else {
      options.emplace_back(argument);
    }
  }
  std::vector<char*> pointers;
  pointers.reserve(options.size() + 1);
  for (std::string& option : options)
    pointers.push_back(option.data());
  int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  benchmark::Initialize(&count, pointers.data());
  if (count > 1) throw std::invalid_argument("unknown option '" + std::string(pointers[1]) + "'");

  try {
    record_->filter = std::regex(benchmark::GetBenchmarkFilter(), std::regex::extended);
  } catch (const std::regex_error&) {
    throw std::invalid_argument("--benchmark_filter: not a regular expression");
  }
  describe_machine();
  record_->open();
}

Runner::~Runner() = default;

void Runner::describe(const std::string& key, const std::string& value) {
  benchmark::AddCustomContext(key, value);
}

bool Runner::quick() const noexcept {
  return record_->quick;
}

bool Runner::selects(const std::string& comparison, std::string_view participant) const {
  return std::regex_search(comparison + '/' + std::string(participant), record_->filter);
}

void Runner::expect(std::size_t comparisons) {
  record_->expected = comparisons;
}

void Runner::compare(const std::string& comparison, const std::vector<Participant>& participants) {
  constexpr double brief_seconds = 0.002;
  ++record_->done;
  if (!record_->path.empty() && isatty(STDERR_FILENO) == 1) {
    std::fprintf(stderr, "\r%3zu of %zu  %-60s", record_->done, record_->expected,
                 comparison.c_str());
  }
  benchmark::ClearRegisteredBenchmarks();
  bool any = false;
  for (const Participant& participant : participants) {
    if (!selects(comparison, participant.name)) continue;
    auto* registered = benchmark::RegisterBenchmark(
        (comparison + '/' + participant.name).c_str(),
        [&participant](benchmark::State& state) { measure(state, participant); });
    participant.run_timed ? registered->UseManualTime() : registered->UseRealTime();
    if (participant.brief) registered->MinTime(brief_seconds);
    any = true;
  }
  // The selection is made above, by the name before Google Benchmark adds the options to it.
  if (any) benchmark::RunSpecifiedBenchmarks(record_.get(), ".");
}

void Runner::finish() {
  if (!record_->path.empty() && isatty(STDERR_FILENO) == 1) std::fputs("\r\033[K", stderr);
  record_->close();
}

int run_program(int argc, char** argv, const std::function<void(Runner&)>& measure) {
  try {
    Runner runner(argc, argv);
    measure(runner);
    runner.finish();
    return EXIT_SUCCESS;
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "twofold: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "twofold: %s\n", error.what());
    return EXIT_FAILURE;
  }
}

}  // namespace twofold::bench
