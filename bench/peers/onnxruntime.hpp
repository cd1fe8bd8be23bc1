// SPDX-License-Identifier: BSD-3-Clause
// ONNX Runtime as a peer, in a process of its own: peers/onnx.js, driven over pipes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "layer_cases.hpp"
#include "runner.hpp"

namespace twofold::bench {

class OnnxRuntime {
 public:
  /// `folder` is where onnxruntime-node is installed. All functions throw std::runtime_error.
  explicit OnnxRuntime(const std::string& folder);
  OnnxRuntime(const OnnxRuntime&) = delete;
  OnnxRuntime& operator=(const OnnxRuntime&) = delete;
  ~OnnxRuntime();

  [[nodiscard]] const std::string& version() const { return version_; }

  /// The layer that all calls which follow are about; the data is copied.
  void open(const LayerCase&, const LayerData&, unsigned threads);
  /// What so many calls took, measured inside that process.
  Times run(std::int64_t calls);
  /// The layer's outputs, channels first.
  [[nodiscard]] nn::Tensor<float> outputs();

 private:
  class Process;

  [[nodiscard]] std::string file(const char* name) const { return (files_ / name).string(); }

  std::unique_ptr<Process> process_;
  std::filesystem::path files_;
  std::string version_;
  nn::TensorShape output_shape_{};
};

}  // namespace twofold::bench
