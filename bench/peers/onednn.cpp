// SPDX-License-Identifier: BSD-3-Clause
// dnnl::convolution_forward on the caller's memory, or on copies in oneDNN's own layouts.
#include "peers/onednn.hpp"

#include <memory>
#include <stdexcept>
#include <unordered_map>

#include <dnnl.hpp>
#include <omp.h>

namespace twofold::bench::onednn {

namespace {

using Tag = dnnl::memory::format_tag;
constexpr auto float32 = dnnl::memory::data_type::f32;

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

dnnl::memory::desc description(const LayerCase& c, bool of_inputs, Tag tag) {
  const Index size = of_inputs ? c.size : c.output_size();
  return {{c.batch, of_inputs ? c.channels : c.filters, size, size}, float32, tag};
}

/// As the caller has it: oihw, of which goihw with a channel per group is the same memory.
dnnl::memory::desc weights_description(const LayerCase& c, bool any) {
  if (c.depthwise) {
    return {{c.channels, 1, 1, c.kernel, c.kernel}, float32, any ? Tag::any : Tag::goihw};
  }
  return {{c.filters, c.channels, c.kernel, c.kernel}, float32, any ? Tag::any : Tag::oihw};
}

dnnl::algorithm native(Algorithm algorithm) {
  if (algorithm == Algorithm::winograd) return dnnl::algorithm::convolution_winograd;
  return algorithm == Algorithm::direct ? dnnl::algorithm::convolution_direct
                                        : dnnl::algorithm::convolution_auto;
}

dnnl::convolution_forward::primitive_desc choose(const LayerCase& c, Algorithm algorithm) {
  const dnnl::memory::dims strides = {c.stride, c.stride};
  const dnnl::memory::dims padding = {c.padding(), c.padding()};
  const dnnl::convolution_forward::desc wanted(
      dnnl::prop_kind::forward_inference, native(algorithm), description(c, true, Tag::any),
      weights_description(c, true), {{c.filters}, float32, Tag::x}, description(c, false, Tag::any),
      strides, padding, padding);
  return {wanted, engine(), true};  // empty, where there is none
}

/// A layer with everything that its calls need.
class Convolution {
 public:
  Convolution(const LayerCase& c, LayerData& data,
              const dnnl::convolution_forward::primitive_desc& chosen)
      : layer_(c),
        stream_(engine()),
        primitive_(chosen),
        inputs_(chosen.src_desc(), engine()),
        outputs_(chosen.dst_desc(), engine()),
        weights_(chosen.weights_desc(), engine()),
        bias_(chosen.bias_desc(), engine(), data.bias.data()) {
    reorder(external(weights_description(c, false), data.channels_first.kernel), weights_);
    reorder(external(description(c, true, Tag::nchw), data.channels_first.inputs), inputs_);
  }

  void run() { execute(inputs_, outputs_); }

  /// From the caller's memory to the caller's memory, directly where its layout is the one chosen.
  [[nodiscard]] std::function<void()> call_on(LayerTensors& tensors, Tag tag) {
    dnnl::memory from = external(description(layer_, true, tag), tensors.inputs);
    dnnl::memory to = external(description(layer_, false, tag), tensors.outputs);
    const bool in_place = from.get_desc() == inputs_.get_desc();
    const bool out_place = to.get_desc() == outputs_.get_desc();
    const dnnl::reorder before(from, inputs_);
    const dnnl::reorder after(outputs_, to);
    return [=, this]() mutable {
      if (!in_place) before.execute(stream_, from, inputs_);
      execute(in_place ? from : inputs_, out_place ? to : outputs_);
      if (!out_place) after.execute(stream_, outputs_, to);
      stream_.wait();
    };
  }

 private:
  static dnnl::memory external(const dnnl::memory::desc& description, nn::Tensor<float>& tensor) {
    return {description, engine(), tensor.data()};
  }

  void reorder(dnnl::memory from, dnnl::memory& to) {
    dnnl::reorder(from, to).execute(stream_, from, to);
    stream_.wait();
  }

  void execute(const dnnl::memory& from, const dnnl::memory& to) {
    primitive_.execute(stream_, {{DNNL_ARG_SRC, from},
                                 {DNNL_ARG_WEIGHTS, weights_},
                                 {DNNL_ARG_BIAS, bias_},
                                 {DNNL_ARG_DST, to}});
    stream_.wait();
  }

  LayerCase layer_;
  dnnl::stream stream_;
  dnnl::convolution_forward primitive_;
  dnnl::memory inputs_, outputs_, weights_, bias_;
};

}  // namespace

std::string version() {
  const dnnl_version_t* version = dnnl::version();
  return std::to_string(version->major) + '.' + std::to_string(version->minor) + '.' +
         std::to_string(version->patch);
}

void use_threads(unsigned threads) {
  omp_set_dynamic(0);
  omp_set_num_threads(static_cast<int>(threads));
  unsigned came = 0;
#pragma omp parallel reduction(+ : came)
  ++came;
  if (came != threads)
    throw std::runtime_error("onednn: " + std::to_string(came) + " threads instead of " +
                             std::to_string(threads) + "; OMP_THREAD_LIMIT?");
}

Calls convolution(const LayerCase& c, LayerData& data, Algorithm algorithm) {
  const auto chosen = choose(c, algorithm);
  if (!chosen) return {};
  const auto layer = std::make_shared<Convolution>(c, data, chosen);
  return {chosen.impl_info_str(), [layer] { layer->run(); },
          [layer, call = layer->call_on(data.channels_last, Tag::nhwc)] { call(); },
          [layer, call = layer->call_on(data.channels_first, Tag::nchw)] { call(); }};
}

}  // namespace twofold::bench::onednn
