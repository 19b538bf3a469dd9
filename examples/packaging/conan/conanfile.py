# SPDX-License-Identifier: Apache-2.0
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load


class GlobusCpp(ConanFile):
    name = "globus-cpp"
    description = "The C++ SDK for Globus"
    homepage = "https://www.globus.org"
    license = "Apache-2.0"
    package_type = "header-library"
    settings = "os", "compiler", "build_type", "arch"
    no_copy_source = True

    def set_version(self):
        words = load(self, os.path.join(self.recipe_folder, "../../../include/globus/version.hpp"))
        self.version = re.search(r'GLOBUS_VERSION_STRING "(.*)"', words)[1]

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "../../..")
        for part in ("CMakeLists.txt", "LICENSE", "README.md", "include/*", "tests/install/Packages.cmake"):
            copy(self, part, root, self.export_sources_folder)

    def requirements(self):
        self.requires("boost/[>=1.79]", transitive_headers=True, transitive_libs=True)
        self.requires("libcurl/[>=7.68]", transitive_headers=True, transitive_libs=True)
        self.requires("openssl/[>=1.1.1]", transitive_headers=True, transitive_libs=True)
        self.requires("sqlite3/[>=3.31]", transitive_headers=True, transitive_libs=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        for part in ("TESTS", "EXAMPLES", "BENCHMARKS"):
            toolchain.variables["GLOBUS_BUILD_" + part] = False
        toolchain.generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        CMake(self).install()

    def package_id(self):
        self.info.clear()

    def package_info(self):
        self.cpp_info.set_property("cmake_find_mode", "none")  # the package has a globusConfig.cmake of its own
        self.cpp_info.builddirs = ["share/cmake/globus"]
        self.cpp_info.bindirs = self.cpp_info.libdirs = []
