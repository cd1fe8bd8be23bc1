// SPDX-License-Identifier: BSD-3-Clause
// A child process, lines of JSON, and files for what is large.
#include "peers/onnxruntime.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <span>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace twofold::bench {

namespace {

using Json = nlohmann::json;

std::filesystem::path new_folder() {
  std::string path = (std::filesystem::temp_directory_path() / "twofold-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error(path + ": cannot be made");
  return path;
}

void write_floats(const std::string& path, std::span<const float> values) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(values.data()),
            static_cast<std::streamsize>(values.size_bytes()));
  out.close();
  if (!out) throw std::runtime_error(path + ": not completely written");
}

void write_floats(const std::string& path, const nn::Tensor<float>& tensor) {
  write_floats(path, {tensor.data(), static_cast<std::size_t>(tensor.size())});
}

}  // namespace

class OnnxRuntime::Process {
 public:
  explicit Process(std::string folder) {
    std::array<int, 2> questions{};
    std::array<int, 2> answers{};
    // Closed in the child when it starts, except where they become its standard streams.
    if (pipe2(questions.data(), O_CLOEXEC) != 0 || pipe2(answers.data(), O_CLOEXEC) != 0)
      throw std::runtime_error("no pipes");
    posix_spawn_file_actions_t streams;
    posix_spawn_file_actions_init(&streams);
    posix_spawn_file_actions_adddup2(&streams, questions[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&streams, answers[1], STDOUT_FILENO);
    std::string node = "node", script = TWOFOLD_BENCH_ONNX_SCRIPT;
    const std::array<char*, 4> arguments = {node.data(), script.data(), folder.data(), nullptr};
    const int failed =
        posix_spawnp(&id_, node.c_str(), &streams, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&streams);
    close(questions[0]);
    close(answers[1]);
    questions_.reset(fdopen(questions[1], "w"));
    answers_.reset(fdopen(answers[0], "r"));
    if (failed != 0) throw std::runtime_error("node cannot be started");
    std::signal(SIGPIPE, SIG_IGN);  // if it ends, there is no answer, and that is enough
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    questions_.reset();  // which ends it
    if (id_ > 0) waitpid(id_, nullptr, 0);
  }

  [[nodiscard]] Json ask(const Json& question) {
    std::fprintf(questions_.get(), "%s\n", question.dump().c_str());
    std::fflush(questions_.get());
    return answer();
  }

  [[nodiscard]] Json answer() {
    std::string line;
    for (int c = std::fgetc(answers_.get()); c != '\n'; c = std::fgetc(answers_.get())) {
      if (c == EOF) throw std::runtime_error("its process ended");
      line += static_cast<char>(c);
    }
    const Json answer = Json::parse(line);
    if (answer.contains("error")) throw std::runtime_error(answer["error"].get<std::string>());
    return answer;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  pid_t id_ = -1;
  std::unique_ptr<std::FILE, Close> questions_, answers_;
};

OnnxRuntime::OnnxRuntime(const std::string& folder)
    : process_(std::make_unique<Process>(folder)),
      version_(process_->answer().at("version").get<std::string>()) {
  files_ = new_folder();
}

OnnxRuntime::~OnnxRuntime() {
  std::error_code ignored;
  std::filesystem::remove_all(files_, ignored);
}

void OnnxRuntime::open(const LayerCase& c, const LayerData& data, unsigned threads) {
  const LayerTensors& tensors = data.channels_first;
  write_floats(file("image"), tensors.inputs);
  write_floats(file("kernel"), tensors.kernel);
  write_floats(file("bias"), data.bias);
  const Index padding = c.padding();
  output_shape_ = tensors.outputs.shape();
  static_cast<void>(process_->ask({{"open",
                                    {{"image", file("image")},
                                     {"kernel", file("kernel")},
                                     {"bias", file("bias")},
                                     {"image_shape", tensors.inputs.shape()},
                                     {"kernel_shape", tensors.kernel.shape()},
                                     {"pads", {padding, padding, padding, padding}},
                                     {"strides", {c.stride, c.stride}},
                                     {"group", c.groups()},
                                     {"threads", threads}}}}));
}

Times OnnxRuntime::run(std::int64_t calls) {
  const Json nanoseconds = process_->ask({{"run", calls}});
  return {nanoseconds.at("wall").get<double>() * 1e-9, nanoseconds.at("cpu").get<double>() * 1e-9};
}

nn::Tensor<float> OnnxRuntime::outputs() {
  static_cast<void>(process_->ask({{"save", file("outputs")}}));
  auto outputs = nn::Tensor<float>::uninitialized(output_shape_);
  std::ifstream in(file("outputs"), std::ios::binary);
  in.read(reinterpret_cast<char*>(outputs.data()),
          static_cast<std::streamsize>(static_cast<std::size_t>(outputs.size()) * sizeof(float)));
  if (!in) throw std::runtime_error("its result is not complete");
  return outputs;
}

}  // namespace twofold::bench
