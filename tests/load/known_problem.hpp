// SPDX-License-Identifier: BSD-3-Clause
// Problems whose results are known: computed alone beforehand, with each of the profiles that the
// load uses, and judged by the reference.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "random_images.hpp"

namespace twofold::test {

/// A result is none of those that are known.
struct WrongResult : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Who works on a call.
struct Workers {
  unsigned threads = 1;
  Executor* executor = nullptr;
};

/// A plan for a known problem. Every function throws WrongResult if the result is not the known
/// one.
class PreparedProblem {
 public:
  PreparedProblem() = default;
  PreparedProblem(const PreparedProblem&) = delete;
  PreparedProblem& operator=(const PreparedProblem&) = delete;
  virtual ~PreparedProblem() = default;
  virtual void execute() const = 0;
  /// A region of an image's outputs, or one image of a batch.
  virtual void execute_part(Random& random) const = 0;
};

class KnownProblem {
 public:
  KnownProblem(std::string text, Method method) : text_(std::move(text)), method_(method) {}
  KnownProblem(const KnownProblem&) = delete;
  KnownProblem& operator=(const KnownProblem&) = delete;
  virtual ~KnownProblem() = default;

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] Method method() const noexcept { return method_; }
  /// Computes with the profile in use. From then on, these bits are a known result. Throws
  /// WrongResult if they and the reference's are further apart than both their bounds.
  virtual void learn() = 0;
  /// In one call. Throws WrongResult if the bits are not those of a known result.
  virtual void call(const Workers& workers) const = 0;
  [[nodiscard]] virtual std::unique_ptr<const PreparedProblem> prepare(
      const Workers& workers) const = 0;

 private:
  std::string text_;
  Method method_;
};

using KnownProblems = std::vector<std::unique_ptr<KnownProblem>>;

/// Images of all types by every method; among them more transforms than twofold keeps plans of.
void append_convolutions(KnownProblems& problems, Random& random);
/// Layers of all kinds by every method.
void append_layers(KnownProblems& problems, Random& random);

}  // namespace twofold::test
