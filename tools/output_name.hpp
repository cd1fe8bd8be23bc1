// SPDX-License-Identifier: BSD-3-Clause
// OUT on the command line: where a result may go, and which format its name asks for.
#pragma once

#include <string>
#include <string_view>

namespace twofold::tool {

[[nodiscard]] bool has_extension(std::string_view path, std::string_view extension);

/// Whether OUT is the standard output or a device, which have no extension. Throws UsageError where
/// a result there would go to the terminal, or into a report.
[[nodiscard]] bool is_without_extension(const std::string& path, bool reports_as_json);

}  // namespace twofold::tool
