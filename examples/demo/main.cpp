// SPDX-License-Identifier: BSD-3-Clause
// The demo: a photo through kernels from 3×3 to 101×101, what the dispatcher chose and what each
// method takes, the pictures, and the question that started twofold.
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "demo/kernels.hpp"
#include "demo/method_table.hpp"
#include "demo/pictures.hpp"
#include "demo/question.hpp"
#include "demo/statistics.hpp"
#include "demo/terminal.hpp"
#include "twofold/twofold.hpp"

namespace twofold::demo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view usage =
    "usage: demo [FOLDER [PHOTO]]\n"
    "Convolves PHOTO (a PNG; by default the raccoon shipped with twofold) with several kernels\n"
    "and writes the pictures to FOLDER (by default ./demo), which is created if it is missing.\n";

struct Arguments {
  fs::path folder = "demo";
  fs::path photo = TWOFOLD_DEMO_PHOTO;
};

void create_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (!problem && !fs::is_directory(folder)) {
    problem = std::make_error_code(std::errc::not_a_directory);
  }
  if (problem) throw std::runtime_error(folder.string() + ": " + problem.message());
}

void print_setting(const fs::path& photo, const Shape& shape) {
  print_title("One photo, " + std::to_string(kernel_names.size()) + " kernels");
  print("twofold " + std::string(version()) + " on " + std::string(name_of(active_isa())) +
        ", FFT: " + std::string(fft_backend().name) + ", one thread");
  print(photo.filename().string() + ", " + std::to_string(shape.cols) + "×" +
        std::to_string(shape.rows) + (shape.channels == 1 ? " gray" : " RGB") +
        ", float32; mode same, boundary symm");
  print();
}

bool show(const Arguments& arguments) {
  const Photo photo = load_photo(arguments.photo);
  create_folder(arguments.folder);
  print_setting(arguments.photo, photo.values.shape());

  MethodTable table(photo.values);
  for (const std::string_view name : kernel_names) {
    const Image<float> kernel = make_kernel(name);
    const Image<float> result = table.add(name, kernel);
    save_picture(arguments.folder / picture_name(name), result, sum(kernel), photo.metadata);
  }
  table.print_summary();
  if (!table.methods_agree()) {
    std::cerr << "twofold: two methods differ by more than their error bounds allow\n";
    return false;
  }
  print();
  print("The pictures are in " + bold(fs::canonical(arguments.folder).string()) + "/");
  print();
  return answer_question();
}

int run(const std::vector<std::string_view>& words) {
  for (const std::string_view word : words) {
    if (word == "--help" || word == "-h") {
      std::cout << usage;
      return 0;
    }
    if (word.empty() || word.starts_with('-')) {
      std::cerr << "twofold: demo takes a folder and a photo, not '" << word << "'\n";
      return 2;
    }
  }
  if (words.size() > 2) {
    std::cerr << "twofold: demo takes a folder and a photo, nothing after '" << words[1] << "'\n";
    return 2;
  }
  Arguments arguments;
  if (!words.empty()) arguments.folder = words[0];
  if (words.size() > 1) arguments.photo = words[1];
  return show(arguments) ? 0 : 1;
}

}  // namespace
}  // namespace twofold::demo

int main(int argc, char** argv) {
  try {
    return twofold::demo::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "twofold: " << error.what() << '\n';
    return 1;
  }
}
