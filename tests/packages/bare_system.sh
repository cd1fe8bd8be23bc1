#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# bare_system.sh <folder of .deb files> <scratch folder>: installs Debian's packages into a bare
# Debian of this machine's release and uses them there. Needs root and Debian's archive.
set -eu
packages=$(cd "$1" && pwd)
mkdir -p "$2"
scratch=$(cd "$2" && pwd)
consumers=$(cd "$(dirname "$0")/../consumers" && pwd)
root=$scratch/root
archive=$scratch/bare.tar

fail() {
  printf 'bare system: %s\n' "$*" >&2
  exit 1
}

inside() {
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}

# A bare system, fetched once.
unpack() {
  rm -rf "$root"
  if ! [ -e "$archive" ]; then
    # shellcheck source=/dev/null
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    debootstrap --variant=minbase "$release" "$root"
    tar -C "$root" -cf "$archive.part" .
    mv "$archive.part" "$archive"
    return
  fi
  mkdir "$root"
  tar -C "$root" -xf "$archive"
}

install() {
  cp "$packages"/*.deb "$root/var/tmp"
  inside apt-get -q update
  inside sh -c 'apt-get -q install --yes --no-install-recommends /var/tmp/*.deb \
    g++ cmake make pkg-config'
}

use_programs() {
  inside twofold info
  inside test -s /usr/share/man/man1/twofold.1.gz
  inside python3 -c 'import numpy, twofold
image = numpy.arange(64.0).reshape(8, 8)
assert (twofold.convolve2d(image, [[1.0]]) == image).all()
numpy.save("/tmp/image.npy", image)'
  inside twofold convolve /tmp/image.npy '1 2 1' -o /tmp/out.npy --mode same
  inside python3 -c 'import numpy
assert numpy.load("/tmp/out.npy")[3, 3] == 4 * 27.0'
}

use_library() {
  cp -r "$consumers" "$root/tmp/consumers"
  inside /tmp/consumers/pkg_config/build.sh c++ /tmp/shared shared
  inside sh -c 'ldd /tmp/shared' | grep -q libtwofold.so
  # The static library, which the linker chooses nowhere by itself.
  # shellcheck disable=SC2016  # expanded inside
  inside sh -c 'c++ -std=c++20 /tmp/consumers/main.cpp -o /tmp/static -Wl,-Bstatic -ltwofold \
    -Wl,-Bdynamic $(pkg-config --static --libs twofold | sed "s/-ltwofold//") && /tmp/static'
  inside sh -c 'ldd /tmp/static' | grep libtwofold.so && fail 'the static library is not linked'
  inside sh -c 'cmake -S /tmp/consumers/find_package -B /tmp/build && cmake --build /tmp/build &&
    /tmp/build/consumer'
}

# Nothing of theirs may stay behind.
remove() {
  inside apt-get -q purge --yes twofold libtwofold0.1 libtwofold-dev python3-twofold
  left=$(inside find / -xdev -path /proc -prune -o -path /tmp -prune -o -path /var -prune -o \
    -name '*twofold*' -print)
  [ -z "$left" ] || fail "left behind: $left"
}

unpack
install
use_programs
use_library
remove
rm -rf "$root"
