# SPDX-License-Identifier: Apache-2.0
import os

from spack.package import *


class GlobusCpp(CMakePackage):
    """The C++ SDK for Globus: authorisation, transfers, search, flows, groups, timers, compute and collections."""

    homepage = "https://www.globus.org"
    # The source archive, as `cpack --config CPackSourceConfig.cmake` makes it: Spack takes it from where it is run.
    url = "file://{0}/globus-cpp-0.1.0.tar.gz".format(os.getcwd())
    manual_download = True

    license("Apache-2.0")

    version("0.1.0")

    variant("sqlite", default=True, description="The token storage in SQLite")

    depends_on("cmake@3.22:", type="build")
    depends_on("boost@1.79: +json")
    depends_on("curl@7.68:")
    depends_on("openssl@1.1.1:")
    depends_on("sqlite@3.31:", when="+sqlite")

    conflicts("%gcc@:10", msg="globus-cpp needs C++20")
    conflicts("%clang@:13", msg="globus-cpp needs C++20")

    def cmake_args(self):
        parts = ("TESTS", "EXAMPLES", "BENCHMARKS")
        return [self.define("GLOBUS_BUILD_" + part, False) for part in parts]
