# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# `./dev check packages`: sourced by dev, whose functions it uses.

# shellcheck disable=SC2034  # used by dev
description='installations, static and shared, with FFT and without; Debian packages, vcpkg, Conan'

packaging_packages='binutils ccache debhelper debootstrap dh-python dpkg-dev git help2man lintian
  universal-ctags'

packages_work=$PWD/build/packages
source_tree=$packages_work/debian/twofold

# A copy of the checkout, and Debian's folder where its tools want it.
export_sources() {
  say "Copying the sources to $source_tree"
  rm -rf "$packages_work/debian"
  mkdir -p "$source_tree"
  git ls-files -z --cached --others --exclude-standard | tar --null --files-from - --create |
    tar --extract --directory "$source_tree"
  cp -r packaging/debian "$source_tree/debian"
}

# All builds compile the same files with Debian's flags: the compiler's cache has them after the
# first. It finds them by paths relative to the folder of each build, which is a child of its sources.
prepare_compiler() {
  export CCACHE_DIR="${CCACHE_DIR:-$packages_work/ccache}" CCACHE_NOHASHDIR=1
  export CCACHE_BASEDIR="$packages_work" CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export DEB_CXXFLAGS_APPEND=-g0 DEB_BUILD_MAINT_OPTIONS='hardening=+all optimize=-lto'
  CMAKE_BUILD_PARALLEL_LEVEL=$(jobs)
  export CMAKE_BUILD_PARALLEL_LEVEL
}

# with_debian_flags COMMAND...
with_debian_flags() (
  cd "$source_tree" || exit
  CXXFLAGS="$(dpkg-buildflags --get CXXFLAGS) $(dpkg-buildflags --get CPPFLAGS)"
  LDFLAGS=$(dpkg-buildflags --get LDFLAGS)
  export CXXFLAGS LDFLAGS
  "$@"
)

# build_and_install LINKAGE FFT
build_and_install() {
  shared=OFF
  [ "$1" = static ] || shared=ON
  with_debian_flags cmake -S . -B "build-$1-$2" -G Ninja -D CMAKE_BUILD_TYPE=Release \
    -D BUILD_SHARED_LIBS=$shared -D TWOFOLD_FFT="$2" -D TWOFOLD_TOOLS=$shared \
    -D TWOFOLD_PYTHON=$shared -D TWOFOLD_TESTS=OFF -D TWOFOLD_EXAMPLES=OFF >/dev/null
  cmake --build "$source_tree/build-$1-$2"
  rm -rf "$packages_work/installed here"
  cmake --install "$source_tree/build-$1-$2" --prefix "$packages_work/installed here" >/dev/null
}

# What is installed is moved before it is used.
check_installations() {
  for linkage in static shared; do
    for fft in ON OFF; do
      say "Installing and using: $linkage, TWOFOLD_FFT=$fft"
      build_and_install $linkage $fft
      rm -rf "$packages_work/moved there"
      mv "$packages_work/installed here" "$packages_work/moved there"
      tests/packages/installed.sh "$packages_work/moved there" $linkage $fft \
        "$packages_work/scratch" "$packages_work/debian"
    done
  done
}

# Kernels ask for no check that the flags of a distribution bring.
check_kernel_objects() {
  find "$source_tree" -path '*kernels/isa/*.o' -exec nm --undefined-only {} + |
    grep -E '__stack_chk_fail|_chk$' && fail 'a kernel has a check in it'
  return 0
}

# build_source_package VERSION: its three files, and in place of the sources what they hold.
build_source_package() {
  say "Building Debian's source package"
  rm -rf "$source_tree"/build-*
  (
    cd "$packages_work/debian" &&
      tar --create --gzip --exclude twofold/debian --file "twofold_${1%-*}.orig.tar.gz" twofold &&
      (cd twofold && dpkg-buildpackage -us -uc -S) &&
      rm -rf twofold &&
      dpkg-source --extract "twofold_$1.dsc" twofold
  ) >"$packages_work/debian/source.log" 2>&1 || {
    tail -n 50 "$packages_work/debian/source.log"
    fail "no source package: $packages_work/debian/source.log"
  }
}

check_debian_packages() {
  packaged=$(dpkg-parsechangelog --file packaging/debian/changelog --show-field Version)
  build_source_package "$packaged"
  say "Building Debian's packages from it"
  (
    cd "$source_tree"
    DEB_BUILD_OPTIONS="parallel=$(jobs) noautodbgsym" dpkg-buildpackage -us -uc -b
  ) >"$packages_work/debian/build.log" 2>&1 || {
    tail -n 50 "$packages_work/debian/build.log"
    fail "dpkg-buildpackage failed: $packages_work/debian/build.log"
  }
  built=$("$source_tree/build-shared/tools/twofold" --version)
  [ "twofold ${packaged%-*}" = "$built" ] || fail "Debian's changelog says $packaged, $built was built"
  # The suppressed one asks for the number under which a package was announced to Debian.
  lintian --allow-root --fail-on error,warning --info \
    --suppress-tags initial-upload-closes-no-bugs "$packages_work"/debian/*.changes
  say 'Using them in a bare Debian'
  tests/packages/bare_system.sh "$packages_work/debian" "$packages_work/bare"
}

check_recipes() {
  say "The vcpkg port, run without vcpkg"
  with_debian_flags cmake -D WORK="$source_tree/build-vcpkg" -D LINKAGE=static \
    -D 'FEATURES=fft;tools' -P tests/packages/vcpkg.cmake
  tests/packages/installed.sh "$source_tree/build-vcpkg/packages" static ON \
    "$packages_work/scratch" "$source_tree/build-vcpkg"

  say "The Conan recipe, run without Conan"
  for options in 'fft=True' 'fft=False shared=True tools=True'; do
    # shellcheck disable=SC2086  # a list of words
    with_debian_flags /usr/bin/python3 -B tests/packages/conan.py packaging/conan/conanfile.py \
      "$packages_work/conan" $options
  done
}

run() {
  # shellcheck disable=SC2086,SC2154  # lists of words, dev's
  install_missing $build_packages $python_packages $test_packages $packaging_packages
  prepare_compiler
  export_sources
  check_installations
  check_kernel_objects
  check_recipes
  check_debian_packages
  say 'Installations, Debian packages and recipes: all passed'
}
