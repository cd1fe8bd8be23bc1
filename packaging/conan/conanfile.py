# SPDX-License-Identifier: BSD-3-Clause
"""Conan 2's recipe: `conan create packaging/conan`, in a checkout of twofold."""

import re
from pathlib import Path

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.1"

SOURCES = ["CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*", "tools/*"]


class TwofoldConan(ConanFile):
    name = "twofold"
    description = "2-D convolution and correlation on the CPU"
    license = "BSD-3-Clause"
    topics = ("convolution", "correlation", "fft", "simd", "image-processing")

    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False], "fft": [True, False],
               "tools": [True, False]}
    default_options = {"shared": False, "fPIC": True, "fft": True, "tools": False}
    implements = ["auto_shared_fpic"]

    def set_version(self):
        header = load(self, self._checkout() / "include" / "twofold" / "version.hpp")
        self.version = ".".join(re.findall(r"define TWOFOLD_VERSION_\w+ (\d+)", header))

    def export_sources(self):
        for pattern in SOURCES:
            copy(self, pattern, str(self._checkout()), self.export_sources_folder)

    def _checkout(self):
        return Path(self.recipe_folder).parents[1]

    def layout(self):
        cmake_layout(self)

    def validate(self):
        check_min_cppstd(self, 20)

    def requirements(self):
        # Header-only, and not seen by users of twofold.
        self.requires("xsimd/8.1.0", visible=False)
        # In double and single precision. Where the remote's recipe builds one of them per package,
        # as ConanCenter's did in 2022, it does not suffice: -o twofold/*:fft=False, or an FFTW of
        # the system's with FFTW3_LIBRARY and FFTW3F_LIBRARY (cmake/FindFFTW3.cmake).
        if self.options.fft:
            self.requires("fftw/3.3.10")
        if self.options.tools:
            self.requires("cli11/2.3.2")
            self.requires("libpng/[>=1.6 <2]")
            self.requires("nlohmann_json/3.11.3")

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["TWOFOLD_FFT"] = bool(self.options.fft)
        toolchain.cache_variables["TWOFOLD_TOOLS"] = bool(self.options.tools)
        toolchain.cache_variables["TWOFOLD_TESTS"] = False
        toolchain.cache_variables["TWOFOLD_EXAMPLES"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, str(Path(self.package_folder) / "licenses"))
        # CMakeDeps and PkgConfigDeps write their own, from package_info.
        for folder in ("cmake", "pkgconfig"):
            rmdir(self, str(Path(self.package_folder) / "lib" / folder))
        rmdir(self, str(Path(self.package_folder) / "share"))  # the licence again

    def package_info(self):
        self.cpp_info.libs = ["twofold"]
        self.cpp_info.set_property("cmake_file_name", "twofold")
        self.cpp_info.set_property("cmake_target_name", "twofold::twofold")
        self.cpp_info.set_property("pkg_config_name", "twofold")
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
