// SPDX-License-Identifier: BSD-3-Clause
// Pictures to be read, whichever of the two formats they have.
#include "picture_input.hpp"

#include "errors.hpp"
#include "input_file.hpp"

namespace twofold::tool {

Picture read_picture(InputFile& file) {
  if (file.begins_with(npy_signature)) return read_npy(file);
  if (file.begins_with(png_signature)) return read_png(file);
  throw FileError(file.name(), file.size() == 0 ? "empty" : "neither a PNG nor an NPY file");
}

Picture read_picture(const std::string& path) {
  InputFile file(path);
  return read_picture(file);
}

}  // namespace twofold::tool
