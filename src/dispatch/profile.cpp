// SPDX-License-Identifier: BSD-3-Clause
// Profiles as text:
//
//   twofold-profile 2
//   fft fftw-3.3.10-sse2-avx
//   isa avx2
//   tap 1.51e-11 1.51e-11 …          every field of rate_fields, in their order
//   …
//   wisdom-single 3                  that many lines of FFTW's own
//   (fftw-3.3.10 fftwf_wisdom …
//   wisdom-double 0
//   checksum 0123456789abcdef        FNV-1a of everything above
#include "dispatch/profile.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <vector>

#include "twofold/error.hpp"
#include "twofold/info.hpp"

namespace twofold::detail {

namespace {

constexpr std::string_view first_line = "twofold-profile 2";
constexpr std::string_view wisdom_names[] = {"wisdom-single", "wisdom-double"};
constexpr std::size_t most_wisdom_lines = 100'000;

/// FNV-1a, 64 bits (Fowler, Noll and Vo).
std::string checksum_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

std::string to_text(double value) {
  // Whatever the locale.
  char text[32];
  constexpr int digits = 4;
  const auto [end, error] =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits);
  return {text, error == std::errc() ? end : text};
}

void append_rates(std::string& text, Rates rates) {
  for (const RateField& field : rate_fields()) {
    text += field.name;
    for (const double value : field.values(rates))
      text += " " + to_text(std::clamp(value, field.least, field.most));
    text += '\n';
  }
}

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  std::string_view next() {
    ++number_;
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) fail("the file ends too early");
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
  }

  /// The rest of the next line, which begins with `name` and a space.
  std::string_view next(std::string_view name) {
    const std::string_view line = next();
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ') {
      fail("expected '" + std::string(name) + "'");
    }
    return line.substr(name.size() + 1);
  }

  [[nodiscard]] bool next_is(std::string_view name) const noexcept {
    return rest_.starts_with(name) && rest_.substr(name.size()).starts_with(' ');
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(Errc::invalid_profile, "profile: line " + std::to_string(number_) + ": " + problem);
  }

 private:
  std::string_view rest_;
  int number_ = 0;
};

template <class Number>
std::optional<Number> number_from(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void parse_field(Lines& lines, const RateField& field, Rates& rates) {
  std::string_view rest = lines.next(field.name);
  for (double& value : field.values(rates)) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    const auto number = number_from<double>(word);
    // Written so that NaN is refused, too.
    if (!number || !(*number >= field.least && *number <= field.most)) {
      lines.fail("'" + std::string(word.substr(0, 40)) + "' is not a value of " +
                 std::string(field.name));
    }
    value = *number;
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  }
  if (!rest.empty()) lines.fail("too many values of " + std::string(field.name));
}

/// A number below 2^bits: "#x" and digits.
std::optional<std::uint32_t> hexadecimal(std::string_view word, int bits) {
  std::uint32_t value = 0;
  if (!word.starts_with("#x")) return std::nullopt;
  const auto [end, error] = std::from_chars(word.data() + 2, word.data() + word.size(), value, 16);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  if ((std::uint64_t{value} >> bits) != 0) return std::nullopt;
  return value;
}

bool is_name(std::string_view word) {
  const auto is_letter = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || c == '.';
  };
  return !word.empty() && std::all_of(word.begin(), word.end(), is_letter);
}

/// The words of a line, one space between them; no more than a line of wisdom may have.
std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::size_t most_words = 9;
  std::vector<std::string_view> words;
  while (words.size() <= most_words) {
    const std::size_t space = line.find(' ');
    words.push_back(line.substr(0, space));
    if (space == std::string_view::npos) break;
    line.remove_prefix(space + 1);
  }
  return words;
}

/// "(fftw-3.3.10 fftwf_wisdom #hash #hash #hash #hash"
bool is_wisdom_heading(std::string_view line) {
  if (!line.starts_with('(')) return false;
  const auto words = words_of(line.substr(1));
  return words.size() == 6 && is_name(words[0]) && is_name(words[1]) &&
         std::all_of(words.begin() + 2, words.end(),
                     [](std::string_view word) { return hexadecimal(word, 32).has_value(); });
}

/// "  (solver number #flags #flags #limit #hash #hash #hash #hash)", each within the bits that FFTW
/// has for it: it ends the program over more. TIMEOUT in place of a solver says that there is no
/// plan within a limit, which has to be there: without one there would never be a plan.
bool is_wisdom_entry(std::string_view line) {
  constexpr int bits[] = {20, 20, 9, 32, 32, 32, 32};
  constexpr std::size_t limit = 2;
  if (!line.starts_with("  (") || !line.ends_with(')')) return false;
  const auto words = words_of(line.substr(3, line.size() - 4));
  if (words.size() != 2 + std::size(bits) || !is_name(words[0])) return false;
  if (!number_from<int>(words[1])) return false;
  for (std::size_t i = 0; i < std::size(bits); ++i) {
    const auto number = hexadecimal(words[i + 2], bits[i]);
    if (!number || (i == limit && *number == 0 && words[0] == "TIMEOUT")) return false;
  }
  return true;
}

/// FFTW refuses most of what is wrong with its wisdom by itself, but reads it word by word,
/// whatever the lines, and ends the program over some words: nothing but what it writes itself gets
/// there.
std::string parse_wisdom(Lines& lines, std::string_view name) {
  const auto count = number_from<std::size_t>(lines.next(name));
  if (!count || *count > most_wisdom_lines) lines.fail("expected a number of lines");
  std::string wisdom;
  for (std::size_t i = 0; i < *count; ++i) {
    const std::string_view line = lines.next();
    const bool is_right = i == 0            ? is_wisdom_heading(line)
                          : i + 1 == *count ? line == ")"
                                            : is_wisdom_entry(line);
    if (!is_right) lines.fail("plans that FFTW does not take");
    wisdom.append(line).push_back('\n');
  }
  return wisdom;
}

/// Throws unless the last line is the checksum of all above it. Returns what is above it.
std::string_view without_checksum(std::string_view text) {
  constexpr std::string_view name = "checksum ";
  constexpr std::size_t length = name.size() + 16 + 1;
  const auto refuse = [](const char* problem) {
    throw Error(Errc::invalid_profile, std::string("profile: ") + problem);
  };
  if (!text.starts_with("twofold-profile ")) refuse("this is no profile");
  if (!text.starts_with(std::string(first_line) + "\n")) {
    refuse("another version's; run 'twofold tune' again");
  }
  if (text.size() < length) refuse("the file ends too early");
  const std::string_view above = text.substr(0, text.size() - length);
  const std::string_view last = text.substr(above.size());
  if (!last.starts_with(name) || !last.ends_with('\n')) refuse("the file ends too early");
  if (last.substr(name.size(), 16) != checksum_of(above)) {
    refuse("damaged: its checksum is wrong; run 'twofold tune' again");
  }
  return above;
}

}  // namespace

std::string to_text(const Profile& profile) {
  std::string text(first_line);
  text.append("\nfft ").append(fft_backend().name).push_back('\n');
  for (const auto& [isa, rates] : profile.rates) {
    text.append("isa ").append(name_of(isa)).push_back('\n');
    append_rates(text, rates);
  }
  for (std::size_t i = 0; i < std::size(wisdom_names); ++i) {
    const std::string& wisdom = profile.wisdom[i];
    const auto lines = std::count(wisdom.begin(), wisdom.end(), '\n');
    text.append(wisdom_names[i]).append(" " + std::to_string(lines) + "\n").append(wisdom);
  }
  return text + "checksum " + checksum_of(text) + "\n";
}

Profile parse_profile(std::string_view text) {
  Lines lines(without_checksum(text));
  lines.next();
  if (const auto fft = lines.next("fft"); fft != fft_backend().name) {
    lines.fail("measured with " + std::string(fft.substr(0, 60)) + ", this build has " +
               std::string(fft_backend().name) + "; run 'twofold tune' again");
  }
  Profile profile;
  if (!lines.next_is("isa")) {
    lines.next();
    lines.fail("expected 'isa'");
  }
  while (lines.next_is("isa")) {
    const auto isa = parse_isa(lines.next("isa"));
    if (!isa || isa == Isa::automatic) lines.fail("an unknown instruction set");
    if (profile.rates.contains(*isa)) lines.fail("an instruction set for the second time");
    Rates rates = built_in_rates(*isa);
    for (const RateField& field : rate_fields())
      parse_field(lines, field, rates);
    profile.rates.emplace(*isa, rates);
  }
  for (std::size_t i = 0; i < std::size(wisdom_names); ++i)
    profile.wisdom[i] = parse_wisdom(lines, wisdom_names[i]);
  if (!lines.at_end()) {
    lines.next();
    lines.fail("more than expected");
  }
  return profile;
}

}  // namespace twofold::detail
