# SPDX-License-Identifier: BSD-3-Clause
"""conan.py RECIPE WORK [option=value...]: runs a recipe without Conan.

What the recipe imports is replaced by what it does to this recipe on one system: the files are
exported, configured, built and packaged, and main.cpp, the consumer of all tests, is linked as
package_info says. What Conan itself would think of the recipe, and the versions that it requires, is
not shown.
"""

import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
import types
from fnmatch import fnmatch
from pathlib import Path


class Options(dict):
    __getattr__ = dict.__getitem__


class CppInfo:
    def __init__(self):
        self.libs, self.system_libs, self.properties = [], [], {}

    def set_property(self, name, value):
        self.properties[name] = value


class ConanFile:
    """The state of one package, as the recipe's methods see it."""

    settings = options = None

    def prepare(self, recipe, work, options):
        unknown = set(options) - set(self.options)
        assert not unknown, f"no such option: {unknown}"
        for name, value in {**self.default_options, **options}.items():
            assert value in self.options[name], f"{name}: {value}"
        self.settings = Options(os="Linux", arch="x86_64", compiler="gcc", build_type="Release")
        self.options = Options({**self.default_options, **options})
        self.recipe_folder = str(recipe.parent)
        self.export_sources_folder = self.source_folder = str(work / "sources")
        self.build_folder = str(work / "sources" / "build")
        self.package_folder = str(work / "package")
        self.requirements_made, self.cpp_info = [], CppInfo()

    def requires(self, reference, **_):
        assert re.fullmatch(r"[a-z0-9_]+/(\d+(\.\d+)*|\[[^]]+\])", reference), reference
        self.requirements_made.append(reference.partition("/")[0])


class CMakeToolchain:
    def __init__(self, package):
        self.package, self.cache_variables = package, {}

    def generate(self):
        package = self.package
        package.definitions = [f"-D{name}={'ON' if value else 'OFF'}"
                               for name, value in self.cache_variables.items()]
        package.definitions += [f"-DBUILD_SHARED_LIBS={'ON' if package.options.shared else 'OFF'}",
                                f"-DCMAKE_BUILD_TYPE={package.settings.build_type}"]


class CMakeDeps:
    def __init__(self, package):
        pass

    def generate(self):
        """Debian's packages stand in for the required ones."""


class CMake:
    def __init__(self, package):
        self.package = package

    def configure(self):
        package = self.package
        done = run("cmake", "-G", "Ninja", "-S", package.source_folder, "-B", package.build_folder,
                   *package.definitions)
        assert "variables were not used" not in done.stderr, done.stderr

    def build(self):
        run("cmake", "--build", self.package.build_folder)

    def install(self):
        run("cmake", "--install", self.package.build_folder, "--prefix", self.package.package_folder)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
    return done


def copy(_, pattern, src, dst):
    for file in filter(Path.is_file, Path(src).rglob("*")):
        name = str(file.relative_to(src))
        if fnmatch(name, pattern):
            target = Path(dst) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)


def replace_conan():
    """Makes the modules that the recipe imports."""
    contents = {
        "conan": {"ConanFile": ConanFile},
        "conan.tools": {},
        "conan.tools.build": {"check_min_cppstd": lambda _, version: None},
        "conan.tools.cmake": {"CMake": CMake, "CMakeDeps": CMakeDeps,
                              "CMakeToolchain": CMakeToolchain, "cmake_layout": lambda _: None},
        "conan.tools.files": {"copy": copy, "load": lambda _, path: Path(path).read_text(),
                              "rmdir": lambda _, path: shutil.rmtree(path)},
    }
    for name, attributes in contents.items():
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(attributes)


def load_recipe(path):
    spec = importlib.util.spec_from_file_location("recipe", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    recipes = [each for each in vars(module).values()
               if isinstance(each, type) and issubclass(each, ConanFile) and each is not ConanFile]
    return recipes[0]()


def link_consumer(package, source, program):
    folder = Path(package.package_folder)
    libraries = package.cpp_info.libs + package.cpp_info.system_libs
    if "fftw" in package.requirements_made and not package.options.shared:
        libraries = libraries + ["fftw3", "fftw3f"]
    run("c++", "-std=c++20", str(source), "-o", str(program), f"-I{folder}/include",
        f"-L{folder}/lib", f"-Wl,-rpath,{folder}/lib", *(f"-l{name}" for name in libraries))
    run(str(program))


def main():
    recipe, work = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    options = dict(each.split("=") for each in sys.argv[3:])
    replace_conan()
    package = load_recipe(recipe)
    package.prepare(recipe, work, {name: value == "True" for name, value in options.items()})
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    package.set_version()
    for step in ("export_sources", "layout", "validate", "requirements", "generate", "build",
                 "package", "package_info"):
        getattr(package, step)()
    assert (Path(package.package_folder) / "licenses" / "LICENSE").exists()
    assert (Path(package.package_folder) / "bin" / "twofold").exists() == package.options.tools
    link_consumer(package, recipe.parents[2] / "tests" / "consumers" / "main.cpp", work / "consumer")
    print(f"{package.name} {package.version}: packaged and used, {dict(package.options)}")


if __name__ == "__main__":
    main()
